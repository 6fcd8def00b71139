import {
  attribute,
  type Compute,
  type LinkEnergy,
  type LinkEnergyReading,
  type NodeEnergy,
  type Share,
} from './dynamics/index.ts';
import type { Pod } from './kubernetes/index.ts';
import type { NodeId, World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/** Keeps what energy, carbon and cost are divided over applications by, and divides them at the end of a run. */
export class Attribution {
  readonly #world: World;
  /** By node and application: millicore-ns that pods which have stopped used. */
  readonly #usedByApp: number[][];
  /** By node: how long it has been there and paid for, and since when it has been, ns. */
  readonly #thereNs: Float64Array;
  readonly #thereSinceNs: (number | undefined)[];

  constructor(world: World) {
    this.#world = world;
    this.#usedByApp = world.nodes.map(() => []);
    this.#thereNs = new Float64Array(world.nodes.length);
    this.#thereSinceNs = world.nodes.map(() => 0);
    for (const { nodes, initial } of world.nodeAutoscaling?.groups ?? [])
      for (const node of nodes.slice(initial)) this.#thereSinceNs[node] = undefined;
  }

  /** A node of a group is there from now on, or no longer. */
  nodeProvisioned(node: NodeId, isThere: boolean, nowNs: number): void {
    const sinceNs = this.#thereSinceNs[node];
    if (sinceNs !== undefined) this.#thereNs[node]! += nowNs - sinceNs;
    this.#thereSinceNs[node] = isThere ? nowNs : undefined;
  }

  /** A pod stops, having used so much of its node's CPU. */
  podStopped({ app, node }: Pod, usedMillicoreNs: number): void {
    const ofNode = this.#usedByApp[node!]!;
    ofNode[app] = (ofNode[app] ?? 0) + usedMillicoreNs;
  }

  /**
   * The run is over: the shares of the applications and, last, of the infrastructure; each is a row of the table.
   * @param entryBytes of the requests that entered at each service
   */
  finish(
    sources: { readonly compute: Compute; readonly nodeEnergy: NodeEnergy; readonly linkEnergy: LinkEnergy },
    pods: readonly Pod[],
    entryBytes: Float64Array,
    table: Recorder['tables']['attribution'],
  ): Share[] {
    const { compute, nodeEnergy, linkEnergy } = sources;
    const { nodes, apps, durationNs } = this.#world;
    for (let node = 0; node < nodes.length; node++) {
      this.nodeProvisioned(node as NodeId, this.#thereSinceNs[node] !== undefined, durationNs);
    }
    for (const pod of pods) if (pod.readyOnNode) this.podStopped(pod, compute.podUsage(pod.id));
    const attributed = nodes.map((node, id) => ({
      node,
      thereNs: this.#thereNs[id]!,
      reading: nodeEnergy.read(id as NodeId),
      usedMillicoreNs: compute.usage(id as NodeId).usedMillicoreNs,
      usedByAppMillicoreNs: apps.map((_, app) => this.#usedByApp[id]![app] ?? 0),
    }));
    const metered: LinkEnergyReading[] = [];
    for (let link = 0; link < linkEnergy.count; link++) {
      if (linkEnergy.isMetered(link)) metered.push(linkEnergy.read(link));
    }
    const shares = attribute(attributed, metered, this.#bytesByApp(entryBytes));
    for (const [index, { nodeEnergyJ, networkEnergyJ, carbonG, cost }] of shares.entries()) {
      table.append({
        app: apps[index]?.name ?? null,
        node_energy_j: nodeEnergyJ,
        network_energy_j: networkEnergyJ,
        carbon_g: carbonG,
        cost,
      });
    }
    return shares;
  }

  #bytesByApp(entryBytes: Float64Array): number[] {
    const { apps, services } = this.#world;
    const bytesByApp = apps.map(() => 0);
    for (const [id, { app }] of services.entries()) bytesByApp[app]! += entryBytes[id]!;
    return bytesByApp;
  }
}
