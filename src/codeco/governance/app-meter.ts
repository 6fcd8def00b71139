import type { AppId, NodeId, PodId, World } from '../../model/index.ts';
import type { Pod } from '../../kubernetes/index.ts';

/** Counters since the start of the run, as exporters give them. */
export interface MeterSources {
  /** What a node drew, what of it was above idle, and the CO2 equivalent of what came from the mains. */
  read(node: NodeId): { readonly energyJ: number; readonly activeJ: number; readonly carbonG: number };
  /** Integral of the millicores that a running pod used. */
  podUsedMillicoreNs(pod: PodId): number;
}

/** What applications caused since the scrape before. */
export interface AppReading {
  /** By application. */
  readonly energyJ: Float64Array;
  readonly carbonG: Float64Array;
  /** Of all nodes, idle power included. */
  readonly totalEnergyJ: number;
}

/**
 * What applications cause between scrapes: of each node the energy above idle, by the CPU time that their pods used there, and
 * the node's carbon in proportion to the energy; as the table `attribution` divides it at the end of a run. Energy of the
 * network is left out: no exporter gives it by application.
 */
export class AppMeter {
  readonly #world: Pick<World, 'nodes' | 'apps'>;
  readonly #sources: MeterSources;
  readonly #running = new Set<Pod>();
  /** By running pod: what it had used at the last scrape. */
  readonly #usedBefore = new Map<PodId, number>();
  /** By node: what pods of applications used that have stopped since. */
  readonly #stopped: readonly Map<AppId, number>[];
  readonly #before: { energyJ: number; activeJ: number; carbonG: number }[];

  constructor(world: Pick<World, 'nodes' | 'apps'>, sources: MeterSources) {
    this.#world = world;
    this.#sources = sources;
    this.#stopped = world.nodes.map(() => new Map());
    this.#before = world.nodes.map(() => ({ energyJ: 0, activeJ: 0, carbonG: 0 }));
  }

  podStarted(pod: Pod): void {
    this.#running.add(pod);
  }

  /** @param usedMillicoreNs what it used in all since it was started */
  podStopped(pod: Pod, usedMillicoreNs: number): void {
    this.#running.delete(pod);
    const used = usedMillicoreNs - (this.#usedBefore.get(pod.id) ?? 0);
    this.#usedBefore.delete(pod.id);
    const ofNode = this.#stopped[pod.node!]!;
    ofNode.set(pod.app, (ofNode.get(pod.app) ?? 0) + used);
  }

  scrape(): AppReading {
    const { nodes, apps } = this.#world;
    const energyJ = new Float64Array(apps.length);
    const carbonG = new Float64Array(apps.length);
    const used = this.#stopped.map((ofNode) => new Map(ofNode));
    for (const ofNode of this.#stopped) ofNode.clear();
    for (const pod of this.#running) {
      const now = this.#sources.podUsedMillicoreNs(pod.id);
      const since = now - (this.#usedBefore.get(pod.id) ?? 0);
      this.#usedBefore.set(pod.id, now);
      const ofNode = used[pod.node!]!;
      ofNode.set(pod.app, (ofNode.get(pod.app) ?? 0) + since);
    }
    let totalEnergyJ = 0;
    for (const node of nodes.keys()) {
      const reading = this.#sources.read(node as NodeId);
      const before = this.#before[node]!;
      this.#before[node] = reading;
      const drawnJ = reading.energyJ - before.energyJ;
      totalEnergyJ += drawnJ;
      let usedByAll = 0;
      for (const each of used[node]!.values()) usedByAll += each;
      if (usedByAll === 0 || drawnJ <= 0) continue;
      for (const [app, each] of used[node]!) {
        const ofAppJ = ((reading.activeJ - before.activeJ) * each) / usedByAll;
        energyJ[app]! += ofAppJ;
        carbonG[app]! += ((reading.carbonG - before.carbonG) * ofAppJ) / drawnJ;
      }
    }
    return { energyJ, carbonG, totalEnergyJ };
  }
}
