import type { HandlerId, Kernel } from '../../kernel/index.ts';
import type { ImageId, NodeId, PodId, World } from '../../model/index.ts';
import type { EndpointId, Network } from '../../dynamics/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import { isSilent } from '../node-state.ts';
import type { ContainerHooks, PodReports } from './reports.ts';
import { StartupQueues } from '../pod-startup.ts';
import type { Pod } from '../pods.ts';
import { BackOff } from './back-off.ts';
import { NodeImages } from './node-images.ts';
import { podPlan, type ContainerPlan, type PodPlan } from './pod-plan.ts';

/** What the kubelets have of the world around them. */
export interface KubeletSurroundings {
  readonly network: Network;
  /** Where a node hangs on the network now. */
  readonly endpointOf: (node: NodeId) => EndpointId;
}

/** A pod that comes up, or runs, by a plan: from the creation of its sandbox to the end of its containers on the node. */
interface Run {
  readonly pod: Pod;
  readonly plan: PodPlan;
  /** Tells it from other runs of the same pod, in events. */
  readonly serial: number;
  /** The container whose turn it is. */
  next: number;
  /** Whether that container's image is there. */
  hasImage: boolean;
  readonly used: ImageId[];
  readonly backOffs: Map<ImageId, BackOff>;
  isOver: boolean;
}

/**
 * The kubelets of all nodes: they bring pods up as `StartupQueues` says, which is the time of the sandbox and of starting
 * containers, and beside that pull images, one container after the other, init containers first.
 *
 * A pull that fails is tried again after a back-off of 10 s, doubled up to 5 minutes (ErrImagePull, ImagePullBackOff); an
 * image that is never pulled and not there (ErrImageNeverPull) is waited for. Own design: what the kubelet notices at its
 * next look at the pod is noticed at once.
 *
 * Where a scenario states nothing of this, pods are ready when their start-up time is over, without another event.
 */
export class Kubelets {
  readonly #kernel: Kernel;
  readonly #state: ClusterState;
  readonly #reports: PodReports;
  readonly #containers: ContainerHooks;
  readonly #startup: StartupQueues;
  readonly #images: NodeImages | undefined;
  /** By service. */
  readonly #plans: readonly (PodPlan | undefined)[];
  readonly #runs = new Map<PodId, Run>();
  readonly #started: HandlerId;
  readonly #finished: HandlerId;
  readonly #retry: HandlerId;
  #serials = 0;

  constructor(
    kernel: Kernel,
    world: World,
    state: ClusterState,
    surroundings: KubeletSurroundings,
    reports: PodReports,
    containers: ContainerHooks,
  ) {
    this.#kernel = kernel;
    this.#state = state;
    this.#reports = reports;
    this.#containers = containers;
    this.#startup = new StartupQueues(world.orchestration.podStartup, world.nodes, kernel.streams);
    this.#started = kernel.on('kubernetes.pod-ready', (pod, life) => this.#startupOver(state.pods[pod]!, life));
    this.#finished = kernel.on('kubernetes.pod-finished', (pod, life) => this.#podFinished(state.pods[pod]!, life));
    this.#retry = kernel.on('kubelet.retry', (pod, serial) => {
      const run = this.#runs.get(pod as PodId);
      if (run?.serial === serial) this.#bringUp(run);
    });
    this.#plans = world.services.map((service) => podPlan(service, world.images));
    this.#images =
      world.images &&
      new NodeImages(kernel, world.images, surroundings.network, surroundings.endpointOf, (node, images) => {
        const nodeState = state.nodes[node]!;
        if (isSilent(nodeState)) return false;
        state.cache.setImages(nodeState.info, images);
        return true;
      });
  }

  /** Brings up a pod that is bound to its node, for the first time or anew after the node crashed. */
  start(pod: Pod): void {
    pod.phase = 'starting';
    const { life } = this.#state.nodes[pod.node!]!;
    this.#kernel.at(this.#startup.readyAtNs(pod.node!, this.#kernel.now), this.#started, pod.id, life);
  }

  /**
   * Takes a pod down that was deleted, in any phase. `PodReports.terminated` is called once it has stopped, within the call
   * where there is nothing to wait for. It may be told again of a pod: where the node was cut off, the control plane has not
   * heard that it has stopped.
   */
  delete(pod: Pod): void {
    this.kill(pod);
    this.#reports.terminated(pod);
  }

  /** Stops a pod's containers at once, if they run: what they had in hand is lost. */
  kill(pod: Pod): void {
    this.#endRun(pod);
    if (!pod.readyOnNode) return;
    pod.readyOnNode = false;
    this.#containers.stopped(pod);
  }

  /** The node went down, and all that ran on it: no pod of it reports any more until it is started again. */
  nodeCrashed(node: NodeId): void {
    this.#startup.nodeCrashed(node);
    this.#images?.nodeCrashed(node);
    for (const pod of this.#state.nodes[node]!.pods) this.kill(pod);
  }

  #startupOver(pod: Pod, life: number): void {
    if (pod.phase !== 'starting' || this.#state.nodes[pod.node!]!.life !== life) return;
    const plan = this.#plans[pod.service];
    if (plan === undefined) {
      this.#podReady(pod);
      return;
    }
    pod.sandboxNs ??= this.#kernel.now;
    const run: Run = {
      pod,
      plan,
      serial: this.#serials++,
      next: 0,
      hasImage: false,
      used: [],
      backOffs: new Map(),
      isOver: false,
    };
    this.#runs.set(pod.id, run);
    this.#bringUp(run);
  }

  /** Goes on with a pod's containers, one after the other, as far as that goes now. */
  #bringUp(run: Run): void {
    const { pod, plan } = run;
    pod.waiting = undefined;
    for (; run.next < plan.containers.length; run.next++) {
      const container = plan.containers[run.next]!;
      if (!run.hasImage && !this.#hasImage(run, container)) return;
      run.hasImage = false;
    }
    pod.pulledNs ??= this.#kernel.now;
    this.#podReady(pod);
  }

  /** Whether the image of a container is there and may be used; where not, the run goes on when it has come. */
  #hasImage(run: Run, { image, pullPolicy }: ContainerPlan): boolean {
    if (image === undefined) return true;
    const images = this.#images!;
    const node = run.pod.node!;
    if (images.has(node, image) && pullPolicy !== 'Always') {
      this.#use(run, image);
      return true;
    }
    if (pullPolicy === 'Never') {
      run.pod.waiting = 'ErrImageNeverPull';
      images.wait(node, image, () => {
        if (!run.isOver) this.#bringUp(run);
      });
      return false;
    }
    images.pull(node, image, (outcome) => {
      if (run.isOver) return;
      if (outcome === 'pulled') {
        this.#use(run, image);
        run.hasImage = true;
        this.#bringUp(run);
      } else this.#backOff(run, image);
    });
    return false;
  }

  #use(run: Run, image: ImageId): void {
    run.used.push(image);
    this.#images!.use(run.pod.node!, image);
  }

  #backOff(run: Run, image: ImageId): void {
    const { now } = this.#kernel;
    let backOff = run.backOffs.get(image);
    if (backOff === undefined) run.backOffs.set(image, (backOff = new BackOff()));
    backOff.next(now, now);
    run.pod.waiting = 'ImagePullBackOff';
    this.#kernel.after((backOff.untilNs(now) - now) as typeof now, this.#retry, run.pod.id, run.serial);
  }

  #podReady(pod: Pod): void {
    pod.phase = 'ready';
    pod.readyOnNode = true;
    pod.startedNs ??= this.#kernel.now;
    pod.readyNs ??= this.#kernel.now;
    this.#containers.started(pod);
    this.#reports.ready(pod);
    const { life } = this.#state.nodes[pod.node!]!;
    if (pod.life?.runsNs !== undefined) this.#kernel.after(pod.life.runsNs, this.#finished, pod.id, life);
  }

  /** Its work is done; a pod that its node has restarted since began anew. */
  #podFinished(pod: Pod, life: number): void {
    if (pod.phase === 'ready' && this.#state.nodes[pod.node!]!.life === life) this.#reports.ended(pod, 'completed');
  }

  /** Nothing of the pod is on its node any longer. */
  #endRun(pod: Pod): void {
    const run = this.#runs.get(pod.id);
    if (run === undefined) return;
    run.isOver = true;
    this.#runs.delete(pod.id);
    for (const image of run.used) this.#images!.release(pod.node!, image);
  }
}
