import type { ClusterId, NodeId, Orchestration, ServiceId, World } from '../model/index.ts';
import type { ControlPlane } from './control-plane.ts';
import type { NodeCondition } from './node-state.ts';
import type { Pod } from './pods.ts';

/** The control planes of a federation, each over the nodes of its cluster, as those need them who know only nodes and pods. */
export class ControlPlanes {
  readonly pods: readonly Pod[];
  readonly #world: Pick<World, 'nodes'>;
  readonly #planes: readonly ControlPlane[];

  /** @param planes by cluster */
  constructor(world: Pick<World, 'nodes'>, pods: readonly Pod[], planes: readonly ControlPlane[]) {
    this.#world = world;
    this.pods = pods;
    this.#planes = planes;
  }

  get unschedulableCount(): number {
    return this.pods.reduce((count, { phase }) => count + (phase === 'pending' ? 1 : 0), 0);
  }

  of(cluster: ClusterId): ControlPlane {
    return this.#planes[cluster]!;
  }

  requested(node: NodeId): ReturnType<ControlPlane['requested']> {
    return this.#at(node).requested(node);
  }

  nodeState(node: NodeId): NodeCondition {
    return this.#at(node).nodeState(node);
  }

  setNodeUp(node: NodeId, up: boolean): void {
    this.#at(node).setNodeUp(node, up);
  }

  setReachable(node: NodeId, reachable: boolean): void {
    this.#at(node).setReachable(node, reachable);
  }

  setKubeletHealthy(node: NodeId, healthy: boolean): void {
    this.#at(node).setKubeletHealthy(node, healthy);
  }

  evict(pod: Pod, reason: string): void {
    this.#at(pod.node!).evict(pod, reason);
  }

  rulesChanged(): void {
    for (const plane of this.#planes) plane.rulesChanged();
  }

  /** How many pods of a service a cluster that runs it keeps. */
  replicas(service: ServiceId): number {
    return this.#planes[0]!.replicas(service);
  }

  scale(service: ServiceId, replicas: number): void {
    for (const plane of this.#planes) plane.scale(service, replicas);
  }

  orchestrationChanged(before: Orchestration): void {
    for (const plane of this.#planes) plane.orchestrationChanged(before);
  }

  #at(node: NodeId): ControlPlane {
    return this.of(this.#world.nodes[node]!.cluster);
  }
}
