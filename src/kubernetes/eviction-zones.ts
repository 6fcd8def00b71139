import type { Nanoseconds } from '../kernel/index.ts';

/** --node-eviction-rate: nodes a second of a zone whose pods are to leave. Source: kube-controller-manager's defaults. */
const EVICTION_RATE = 0.1;
/** --secondary-node-eviction-rate: the same in a large zone of which most is not ready. */
const SECONDARY_EVICTION_RATE = 0.01;
/** --unhealthy-zone-threshold */
const UNHEALTHY_SHARE = 0.55;
/** --large-cluster-size-threshold, nodes; a zone counts like a cluster. */
const LARGE_ZONE = 50;
/** So often nodes are taken from the queues. Source: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go, NodeEvictionPeriod. */
const PASS_PERIOD_NS = 100e6;

/** How many nodes of a zone are ready, and how many are not. */
export interface ZoneHealth {
  ready: number;
  notReady: number;
}

type ZoneState = 'initial' | 'normal' | 'partial' | 'full';

/** Source: Kubernetes, pkg/controller/nodelifecycle/node_lifecycle_controller.go, ComputeZoneState. */
function stateOf({ ready, notReady }: ZoneHealth): ZoneState {
  if (ready === 0 && notReady > 0) return 'full';
  return notReady > 2 && notReady / (notReady + ready) >= UNHEALTHY_SHARE ? 'partial' : 'normal';
}

/** Source: the same, setLimiterInZone, ReducedQPSFunc. */
function rateOf(state: ZoneState, size: number): number {
  if (state !== 'partial') return EVICTION_RATE;
  return size > LARGE_ZONE ? SECONDARY_EVICTION_RATE : 0;
}

/** A token bucket that holds one token. Source: client-go, util/flowcontrol, with the burst of 1 of the controller's. */
class Bucket {
  #perSecond = EVICTION_RATE;
  #fullNs = 0;

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
 * How fast the nodes of each zone are tainted so that their pods leave: one at once and then one in 10 s; in a zone most of
 * which is not ready one in 100 s, or none if it is small; and none at all while no node of the cluster is ready, for then it
 * is the control plane that is cut off.
 * Source: Kubernetes, pkg/controller/nodelifecycle/node_lifecycle_controller.go, handleDisruption; Concepts, Nodes, "Rate
 * limits on eviction".
 */
export class EvictionZones {
  readonly #zones = new Map<string, { state: ZoneState; readonly bucket: Bucket }>();

  /**
   * Takes note of how many nodes are ready, by zone.
   * @returns whether from now on no node is ready: all taints are to go
   */
  update(health: ReadonlyMap<string, ZoneHealth>, now: Nanoseconds): boolean {
    for (const zone of health.keys())
      if (!this.#zones.has(zone)) this.#zones.set(zone, { state: 'initial', bucket: new Bucket() });
    for (const zone of this.#zones.keys()) if (!health.has(zone)) this.#zones.delete(zone);
    const isAllFull = [...health.values()].every((zone) => stateOf(zone) === 'full');
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
      const state = stateOf(counts);
      if (state === zone.state && !wasAllFull) continue;
      zone.state = state;
      zone.bucket.swap(rateOf(state, counts.ready + counts.notReady), now);
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
