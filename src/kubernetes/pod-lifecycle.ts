import type { HandlerId, Kernel } from '../kernel/index.ts';
import type { NodeId, World } from '../model/index.ts';
import type { ClusterState } from './cluster-state.ts';
import type { Pod } from './pods.ts';
import { StartupQueues } from './pod-startup.ts';

/**
 * The kubelets of all nodes, as the control plane speaks to them: it brings up the pods that are bound to a node, and takes
 * down those that were deleted. The control plane calls it only for nodes that it hears; what a node does while it is cut
 * off is the kubelet's own affair.
 */
export interface Kubelet {
  /** Brings up a pod that is bound to its node, for the first time or anew after the node crashed. */
  start(pod: Pod): void;
  /**
   * Takes a pod down that was deleted, in any phase: its containers get `graceNs` to end. `PodReports.terminated` is called
   * once they have, within the call where there is nothing to wait for.
   */
  delete(pod: Pod, graceNs: number): void;
  /** Stops a pod's containers at once, if they run: what they had in hand is lost. */
  kill(pod: Pod): void;
  /** The node went down, and all that ran on it: no pod of it reports any more until it is started again. */
  nodeCrashed(node: NodeId): void;
}

/** What kubelets report of pods. Where a node is cut off, the control plane passes over what it cannot hear. */
export interface PodReports {
  /** Its containers run and are ready to serve, or no longer ready. */
  ready(pod: Pod): void;
  unready(pod: Pod): void;
  /** Its containers have ended by themselves, for good. */
  ended(pod: Pod, reason: string): void;
  /** A pod that was deleted has stopped. */
  terminated(pod: Pod): void;
}

/** What of a pod the world sees. */
export interface ContainerHooks {
  /** The pod's containers serve on its node from now on, and no longer. */
  started(pod: Pod): void;
  stopped(pod: Pod): void;
}

/** Kubelets that bring pods up in the time that `StartupQueues` says, and take them down at once. */
export class PlainKubelet implements Kubelet {
  readonly #kernel: Kernel;
  readonly #state: ClusterState;
  readonly #reports: PodReports;
  readonly #containers: ContainerHooks;
  readonly #startup: StartupQueues;
  readonly #ready: HandlerId;
  readonly #finished: HandlerId;

  constructor(kernel: Kernel, world: World, state: ClusterState, reports: PodReports, containers: ContainerHooks) {
    this.#kernel = kernel;
    this.#state = state;
    this.#reports = reports;
    this.#containers = containers;
    this.#startup = new StartupQueues(world.orchestration.podStartup, world.nodes, kernel.streams);
    this.#ready = kernel.on('kubernetes.pod-ready', (pod, life) => this.#podReady(state.pods[pod]!, life));
    this.#finished = kernel.on('kubernetes.pod-finished', (pod, life) => this.#podFinished(state.pods[pod]!, life));
  }

  start(pod: Pod): void {
    pod.phase = 'starting';
    const { life } = this.#state.nodes[pod.node!]!;
    this.#kernel.at(this.#startup.readyAtNs(pod.node!, this.#kernel.now), this.#ready, pod.id, life);
  }

  delete(pod: Pod): void {
    this.kill(pod);
    this.#reports.terminated(pod);
  }

  kill(pod: Pod): void {
    if (!pod.readyOnNode) return;
    pod.readyOnNode = false;
    this.#containers.stopped(pod);
  }

  nodeCrashed(node: NodeId): void {
    this.#startup.nodeCrashed(node);
    for (const pod of this.#state.nodes[node]!.pods) this.kill(pod);
  }

  #podReady(pod: Pod, life: number): void {
    if (pod.phase !== 'starting' || this.#state.nodes[pod.node!]!.life !== life) return;
    pod.phase = 'ready';
    pod.readyOnNode = true;
    pod.startedNs ??= this.#kernel.now;
    pod.readyNs ??= this.#kernel.now;
    this.#containers.started(pod);
    this.#reports.ready(pod);
    if (pod.life?.runsNs !== undefined) this.#kernel.after(pod.life.runsNs, this.#finished, pod.id, life);
  }

  /** Its work is done; a pod that its node has restarted since began anew. */
  #podFinished(pod: Pod, life: number): void {
    if (pod.phase === 'ready' && this.#state.nodes[pod.node!]!.life === life) this.#reports.ended(pod, 'completed');
  }
}
