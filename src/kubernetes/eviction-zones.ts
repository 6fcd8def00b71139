import type { Nanoseconds } from '../kernel/index.ts';
import type { NodeEviction } from '../model/index.ts';

/** So often nodes are taken from the queues. Source: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go, NodeEvictionPeriod. */
const PASS_PERIOD_NS = 100e6;

/** How many nodes of a zone are ready, and how many are not. */
export interface ZoneHealth {
  ready: number;
  notReady: number;
}

type ZoneState = 'initial' | 'normal' | 'partial' | 'full';

/** Source: Kubernetes, pkg/controller/nodelifecycle/node_lifecycle_controller.go, ComputeZoneState. */
function stateOf({ ready, notReady }: ZoneHealth, { unhealthyShare }: NodeEviction): ZoneState {
  if (ready === 0 && notReady > 0) return 'full';
  return notReady > 2 && notReady / (notReady + ready) >= unhealthyShare ? 'partial' : 'normal';
}

/** Source: the same, setLimiterInZone, ReducedQPSFunc. */
function rateOf(state: ZoneState, size: number, limits: NodeEviction): number {
  if (state !== 'partial') return limits.perSecond;
  return size > limits.largeZoneNodes ? limits.secondaryPerSecond : 0;
}

/** A token bucket that holds one token. Source: client-go, util/flowcontrol, with the burst of 1 of the controller's. */
class Bucket {
  #perSecond: number;
  #fullNs = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** @returns whether there was a token; it is taken */
  take(nowNs: number): boolean {
    if (nowNs < this.readyNs) return false;
    this.#fullNs = nowNs + 1e9 / this.#perSecond;
    return true;
  }

  /** When there is a token, ns; Infinity where none comes. */
  get readyNs(): number {
    return this.#perSecond === 0 ? Infinity : this.#fullNs;
  }

  /** A new bucket takes its place: full if the old one had a token. Source: rate_limited_queue.go, SwapLimiter. */
  swap(perSecond: number, nowNs: number): void {
    if (perSecond === this.#perSecond) return;
    const isFull = perSecond > 0 && this.take(nowNs);
    this.#perSecond = perSecond;
    this.#fullNs = isFull ? nowNs : nowNs + 1e9 / perSecond;
  }
}

/**
 * How fast the nodes of each zone are tainted so that their pods leave: one at once and then by a rate, one in 10 s by
 * default; in a zone most of which is not ready by a lower one, one in 100 s, or none if it is small; and none at all while no node of the cluster is ready, for then it
 * is the control plane that is cut off.
 * Source: Kubernetes, pkg/controller/nodelifecycle/node_lifecycle_controller.go, handleDisruption; Concepts, Nodes, "Rate
 * limits on eviction".
 */
export class EvictionZones {
  readonly #zones = new Map<string, { state: ZoneState; readonly bucket: Bucket }>();
  readonly #limits: NodeEviction;

  constructor(limits: NodeEviction) {
    this.#limits = limits;
  }

  /**
   * Takes note of how many nodes are ready, by zone.
   * @returns whether from now on no node is ready: all taints are to go
   */
  update(health: ReadonlyMap<string, ZoneHealth>, now: Nanoseconds): boolean {
    for (const zone of health.keys())
      if (!this.#zones.has(zone))
        this.#zones.set(zone, { state: 'initial', bucket: new Bucket(this.#limits.perSecond) });
    for (const zone of this.#zones.keys()) if (!health.has(zone)) this.#zones.delete(zone);
    const isAllFull = [...health.values()].every((zone) => stateOf(zone, this.#limits) === 'full');
    const wasAllFull = [...this.#zones.values()].every(({ state }) => state === 'full');
    if (isAllFull) {
      for (const zone of this.#zones.values()) {
        zone.state = 'full';
        zone.bucket.swap(0, now);
      }
      return !wasAllFull;
    }
    for (const [name, zone] of this.#zones) {
      const counts = health.get(name)!;
      const state = stateOf(counts, this.#limits);
      if (state === zone.state && !wasAllFull) continue;
      zone.state = state;
      zone.bucket.swap(rateOf(state, counts.ready + counts.notReady, this.#limits), now);
    }
    return false;
  }

  /** Takes leave to taint one node of a zone. @returns whether it is given */
  take(zone: string, now: Nanoseconds): boolean {
    return this.#zones.get(zone)!.bucket.take(now);
  }

  /** When leave to taint a node of a zone is given next, ns; Infinity where it depends on what becomes of the nodes. */
  nextNs(zone: string): number {
    return Math.ceil(this.#zones.get(zone)!.bucket.readyNs / PASS_PERIOD_NS) * PASS_PERIOD_NS;
  }
}

/** The zone that a node with these labels counts in. Source: component-helpers, node/topology, GetZoneKey. */
export function zoneOf(labels: Readonly<Record<string, string>>): string {
  return `${labels['topology.kubernetes.io/region'] ?? ''}\0${labels['topology.kubernetes.io/zone'] ?? ''}`;
}
