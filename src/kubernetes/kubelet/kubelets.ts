import type { HandlerId, Kernel } from '../../kernel/index.ts';
import type { NodeId, PodId, World } from '../../model/index.ts';
import type { EndpointId, Network } from '../../dynamics/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import { isSilent } from '../node-state.ts';
import { StartupQueues } from '../pod-startup.ts';
import type { Pod } from '../pods.ts';
import { NodeImages } from './node-images.ts';
import { gracePlan, podPlan, type GracePlan, type PodPlan } from './pod-plan.ts';
import { PodRuns } from './pod-runs.ts';
import type { ContainerHooks, PodLoad, PodReports } from './reports.ts';
import { Terminations } from './terminations.ts';

/** What the kubelets have of the world around them. */
export interface KubeletSurroundings {
  readonly network: Network;
  /** Where a node hangs on the network now. */
  readonly endpointOf: (node: NodeId) => EndpointId;
  readonly load: PodLoad;
  /** Wakes a node for a pod that is to start there, and says when it is awake, ns; every node is where absent. */
  readonly wake?: (node: NodeId) => number;
  /** A pod will have started on a node at a time: it is not to fall asleep before. */
  readonly keepAwake?: (node: NodeId, untilNs: number) => void;
}

/**
 * The kubelets of all nodes.
 *
 * **Start.** `StartupQueues` says when the sandbox is there: that is the time of sandbox and containers. Beside it images are
 * pulled and containers started one after the other: init containers first, each of which runs to its end, sidecars once
 * their startup probe has had its first look, then the others. A pull that fails is tried again after a back-off
 * (ImagePullBackOff); an image that is never pulled and not there (ErrImageNeverPull) is waited for.
 *
 * **Readiness.** A pod is ready when all its containers run, have started and are ready, by their probes where they have
 * any. A probe of the container that serves asks whether the pod answers in time: it has warmed up, the request that has
 * waited longest has waited no longer, and a millisecond of work is done by then (own design). Other containers answer.
 *
 * **Restarts.** A container that exits, is killed for want of memory, or fails its startup or liveness probe loses what it
 * has in hand and is started anew as the restartPolicy says, at once the first time and then after a back-off
 * (CrashLoopBackOff); in its sandbox that takes what a pod occupies its node for. A pod whose container is not started anew
 * has ended.
 *
 * **End.** See `Terminations`; a container that its liveness probe ends gets the same grace. Want of memory: see `NodeMemory`.
 *
 * Own design: what the kubelet notices at its next look at a pod is noticed at once. Where a scenario states nothing of all
 * this, a pod is ready when its start-up time is over, without another event. A pod that
 * names its node is admitted there or not: see `admissionRefusal`.
 */
export class Kubelets {
  readonly #kernel: Kernel;
  readonly #state: ClusterState;
  readonly #load: PodLoad;
  readonly #reports: PodReports;
  readonly #hooks: ContainerHooks;
  readonly #surroundings: KubeletSurroundings;
  readonly #startup: StartupQueues;
  readonly #images: NodeImages | undefined;
  readonly #terminations: Terminations;
  readonly #runs: PodRuns;
  /** Pods that were deleted and have something in hand. */
  readonly #deleted = new Set<PodId>();
  /** By service. */
  readonly #plans: readonly (PodPlan | undefined)[];
  readonly #graces: readonly GracePlan[];
  readonly #startupOver: HandlerId;
  readonly #finished: HandlerId;

  constructor(
    kernel: Kernel,
    world: World,
    state: ClusterState,
    surroundings: KubeletSurroundings,
    reports: PodReports,
    hooks: ContainerHooks,
  ) {
    const { network, endpointOf, load } = surroundings;
    this.#kernel = kernel;
    this.#state = state;
    this.#load = load;
    this.#reports = reports;
    this.#hooks = hooks;
    this.#surroundings = surroundings;
    this.#startup = new StartupQueues(world.orchestration.podStartup, world.nodes, kernel.streams);
    this.#terminations = new Terminations(kernel, (pod) => load.inHand(pod));
    this.#plans = world.services.map((service) => podPlan(service, world.images));
    this.#graces = world.services.map(gracePlan);
    this.#images =
      world.images &&
      new NodeImages(kernel, world.images, network, endpointOf, (node, images) => {
        const nodeState = state.nodes[node]!;
        if (isSilent(nodeState)) return false;
        state.cache.setImages(nodeState.info, images);
        return true;
      });
    const around = {
      world,
      state,
      load,
      reports,
      startup: this.#startup,
      images: this.#images,
      serve: (pod: Pod) => this.#serve(pod),
      stopServing: (pod: Pod) => this.#stopServing(pod),
      drain: (pod: Pod, done: () => void) => this.#drain(pod, done),
      forgetDrain: (pod: PodId) => this.#terminations.forget(pod),
      endDrain: (pod: PodId) => this.#terminations.end(pod),
    };
    const countsMemory = this.#plans.some((plan) => plan?.memory !== undefined);
    this.#runs = new PodRuns(kernel, around, countsMemory);
    this.#startupOver = kernel.on('kubernetes.pod-ready', (pod, life) => this.#begin(state.pods[pod]!, life));
    this.#finished = kernel.on('kubernetes.pod-finished', (pod, life) => this.#podFinished(state.pods[pod]!, life));
  }

  /** Brings up a pod that is bound to its node, for the first time or anew after the node crashed. */
  start(pod: Pod): void {
    pod.phase = 'starting';
    const { life } = this.#state.nodes[pod.node!]!;
    const node = pod.node!;
    const awakeNs = this.#surroundings.wake?.(node) ?? 0;
    const readyNs = this.#startup.readyAtNs(node, this.#kernel.now, awakeNs);
    this.#surroundings.keepAwake?.(node, readyNs);
    this.#kernel.at(readyNs, this.#startupOver, pod.id, life);
  }

  /**
   * Takes a pod down that was deleted, in any phase: what it has in hand it may finish within its grace period.
   * `PodReports.terminated` is called once it has stopped, within the call where there is nothing to wait for. It may be told
   * again of a pod: where the node was cut off, the control plane has not heard that it has stopped.
   */
  delete(pod: Pod): void {
    const stopped = (): void => {
      this.kill(pod);
      this.#reports.terminated(pod);
    };
    if (this.#deleted.has(pod.id)) return;
    this.#runs.letEnd(pod.id);
    if (!pod.readyOnNode) {
      stopped();
      return;
    }
    // one that a probe has ended gets no more time for being deleted
    this.#terminations.forget(pod.id);
    this.#deleted.add(pod.id);
    this.#drain(pod, stopped);
  }

  /** Stops a pod's containers at once, if they run: what they had in hand is lost. */
  kill(pod: Pod): void {
    this.#deleted.delete(pod.id);
    this.#terminations.forget(pod.id);
    this.#runs.end(pod.id);
    this.#stopServing(pod);
  }

  /** The node went down, and all that ran on it: no pod of it reports any more until it is started again. */
  nodeCrashed(node: NodeId): void {
    this.#startup.nodeCrashed(node);
    this.#images?.nodeCrashed(node);
    for (const pod of this.#state.nodes[node]!.pods) this.kill(pod);
  }

  /** A node has joined its cluster: a fresh machine, with the images on its disk that it came with. */
  nodeJoined(node: NodeId): void {
    this.#images?.nodeRenewed(node);
  }

  /** The time that a pod takes to start is over. */
  #begin(pod: Pod, life: number): void {
    if (pod.phase !== 'starting' || this.#state.nodes[pod.node!]!.life !== life) return;
    // containers that a crash of the node has ended are started anew
    if (pod.startedNs !== undefined) pod.restarts++;
    const plan = this.#plans[pod.service];
    if (plan !== undefined) {
      this.#runs.begin(pod, plan, () => this.#planFinish(pod));
      return;
    }
    pod.phase = 'ready';
    pod.startedNs ??= this.#kernel.now;
    pod.readinessChangedNs = this.#kernel.now;
    pod.readyNs ??= this.#kernel.now;
    this.#serve(pod);
    this.#reports.ready(pod);
    this.#planFinish(pod);
  }

  #serve(pod: Pod): void {
    pod.readyOnNode = true;
    this.#hooks.started(pod);
    if (this.#plans[pod.service]?.memory !== undefined) this.#watch(pod);
  }

  #stopServing(pod: Pod): void {
    if (!pod.readyOnNode) return;
    pod.readyOnNode = false;
    this.#hooks.stopped(pod);
  }

  #drain(pod: Pod, done: () => void): void {
    this.#terminations.begin(pod.id, this.#graces[pod.service]!, done);
    if (this.#terminations.isEnding(pod.id)) this.#watch(pod);
  }

  #watch(pod: Pod): void {
    this.#load.watch(pod.id, () => {
      this.#terminations.loadChanged(pod.id);
      this.#runs.loadChanged(pod.id);
    });
  }

  #planFinish(pod: Pod): void {
    const { life } = this.#state.nodes[pod.node!]!;
    if (pod.life?.runsNs !== undefined) this.#kernel.after(pod.life.runsNs, this.#finished, pod.id, life);
  }

  /** Its work is done; a pod that its node has restarted since began anew. */
  #podFinished(pod: Pod, life: number): void {
    const runs = pod.phase === 'ready' || (pod.phase === 'starting' && this.#runs.has(pod.id));
    if (runs && this.#state.nodes[pod.node!]!.life === life) this.#reports.ended(pod, 'completed');
  }
}
