import type { NodeInfo } from './node-info.ts';
import { type Cycle, MAX_NODE_SCORE, type Plugin, type Rejection } from './plugin.ts';
import type { SchedulingPod } from './pod.ts';
import type { SchedulerCache } from './scheduler-cache.ts';

/** A plugin as a profile runs it. */
export interface EnabledPlugin {
  readonly plugin: Plugin;
  /** Factor of its scores; 0 for plugins that do not score. */
  readonly weight: number;
  /** Whether it has a say once no node is feasible. */
  readonly afterFilter: boolean;
}

/** What filtering found. */
export interface Filtered {
  readonly cycle: Cycle;
  /** Slots of feasible nodes, in the order of examination, in the first `feasible` places. */
  readonly slots: Int32Array;
  readonly feasible: number;
  /** Nodes examined: feasible or refused. */
  readonly considered: number;
  readonly refused: readonly NodeInfo[];
  /** Where a plugin gave up on the pod before any node was examined. */
  readonly preFilterRejection: Rejection | undefined;
  /** Plugins that left nodes out unseen, in alphabetical order; empty where all were eligible. */
  readonly restrictedBy: readonly string[];
}

/** The scores of one plugin, in the order of the feasible nodes. */
export interface PluginScores {
  readonly plugin: string;
  readonly weight: number;
  readonly raw: Float64Array;
  readonly normalised: Float64Array;
}

export interface Scored {
  /** Weighted sum over the plugins, in the order of the slots. */
  readonly totals: Float64Array;
  /** Empty unless asked for. */
  readonly perPlugin: readonly PluginScores[];
}

/** Nodes are filtered in portions, so that a search that may stop early does not go far beyond its end. */
const PORTION = 128;

/** Runs a profile's plugins. Source: pkg/scheduler/framework/runtime/framework.go and pkg/scheduler/schedule_one.go. */
export class Framework {
  readonly #plugins: readonly EnabledPlugin[];
  #slots = new Int32Array(0);
  #portion = new Int32Array(PORTION);
  #scores = new Float64Array(0);

  constructor(plugins: readonly EnabledPlugin[]) {
    this.#plugins = plugins;
  }

  runsAfterFilter(plugin: string): boolean {
    return this.#plugins.some(({ plugin: { name }, afterFilter }) => afterFilter && name === plugin);
  }

  /**
   * Examines nodes from the one at `start` on, in turn, until `limit(n)` of the n eligible ones are feasible. Where
   * kube-scheduler's sixteen workers race to the limit, this stops exactly at it (own design).
   * @param only the one node to examine, where not all are
   */
  filter(
    pod: SchedulingPod,
    cache: SchedulerCache,
    start: number,
    limit: (eligible: number) => number,
    only?: NodeInfo,
  ): Filtered {
    const taken = cache.nominations.size === 0 ? undefined : this.#takenByNominated(pod, cache, only);
    const cycle: Cycle = { pod, cache, rejections: [] };
    if (this.#slots.length < cache.nodeCount) this.#slots = new Int32Array(cache.nodeCount * 2);
    const slots = this.#slots;
    const outcome = this.#preFilter(cycle);
    const { restrictedBy } = outcome;
    if (outcome.rejection !== undefined) {
      return {
        cycle,
        slots,
        feasible: 0,
        considered: 0,
        refused: [],
        preFilterRejection: outcome.rejection,
        restrictedBy,
      };
    }
    const names = outcome.nodeNames;
    const all = only === undefined ? cache.nodes : [only];
    const nodes = names === undefined ? all : all.filter(({ name }) => names.has(name));
    const most = limit(nodes.length);
    const refused: NodeInfo[] = [];
    let feasible = 0;
    let considered = 0;
    while (considered < nodes.length && feasible < most) {
      const size = Math.min(PORTION, nodes.length - considered);
      for (let i = 0; i < size; i++) this.#portion[i] = nodes[(start + considered + i) % nodes.length]!.slot;
      const ran = this.#runFilters(cycle, outcome.filters, size);
      const kept = taken === undefined ? ran : refuseTaken(cycle, taken, this.#portion, ran);
      let next = 0;
      for (let i = 0; i < size && feasible < most; i++, considered++) {
        const node = nodes[(start + considered) % nodes.length]!;
        if (next < kept && this.#portion[next] === node.slot) {
          slots[feasible++] = node.slot;
          next++;
        } else {
          refused.push(node);
        }
      }
    }
    return { cycle, slots, feasible, considered, refused, preFilterRejection: undefined, restrictedBy };
  }

  /**
   * Whether the pod could run on one node as things stand, whatever was found before: also once the pods of at least its
   * priority have come that are nominated there.
   * Source: pkg/scheduler/framework/runtime/framework.go `RunFilterPluginsWithNominatedPods`.
   */
  admits(pod: SchedulingPod, cache: SchedulerCache, node: NodeInfo): Rejection | undefined {
    return this.#admitsBesideNominated(pod, cache, node) ?? this.#admits(pod, cache, node);
  }

  /** Nodes that the pod could not run on, were the pods there that are nominated. */
  #takenByNominated(pod: SchedulingPod, cache: SchedulerCache, only?: NodeInfo): Map<number, Rejection> {
    const taken = new Map<number, Rejection>();
    for (const node of cache.nominations.keys()) {
      if (only !== undefined && node !== only) continue;
      const rejection = this.#admitsBesideNominated(pod, cache, node);
      if (rejection !== undefined) taken.set(node.slot, rejection);
    }
    return taken;
  }

  #admitsBesideNominated(pod: SchedulingPod, cache: SchedulerCache, node: NodeInfo): Rejection | undefined {
    const nominated = [...(cache.nominations.get(node) ?? [])].filter(
      (other) => other !== pod && other.kind.priority >= pod.kind.priority,
    );
    if (nominated.length === 0) return undefined;
    for (const other of nominated) cache.assumePod(other, node);
    const rejection = this.#admits(pod, cache, node);
    for (const other of nominated) cache.forgetPod(other);
    return rejection;
  }

  #admits(pod: SchedulingPod, cache: SchedulerCache, node: NodeInfo): Rejection | undefined {
    const cycle: Cycle = { pod, cache, rejections: [] };
    const outcome = this.#preFilter(cycle);
    if (outcome.rejection !== undefined) return outcome.rejection;
    this.#portion[0] = node.slot;
    this.#runFilters(cycle, outcome.filters, 1);
    return cycle.rejections[node.slot];
  }

  /** Scores nodes against each other. The totals are valid until the next call. */
  score(cycle: Cycle, slots: Int32Array, count: number, detailed: boolean): Scored {
    if (this.#scores.length < 2 * count) this.#scores = new Float64Array(4 * count);
    const half = this.#scores.length / 2;
    const totals = this.#scores.subarray(0, count).fill(0);
    const scores = this.#scores.subarray(half, half + count);
    const perPlugin: PluginScores[] = [];
    for (const { plugin, weight } of this.#plugins) {
      if (plugin.score === undefined || weight === 0) continue;
      if (plugin.preScore !== undefined && !plugin.preScore(cycle, slots, count)) continue;
      plugin.score(cycle, slots, count, scores);
      const raw = detailed ? scores.slice() : scores;
      plugin.normalise?.(cycle, slots, count, scores);
      for (let i = 0; i < count; i++) {
        const score = scores[i]!;
        if (!(score >= 0 && score <= MAX_NODE_SCORE)) {
          throw new Error(`plugin ${plugin.name} gave the score ${score}, expected 0 to ${MAX_NODE_SCORE}`);
        }
        totals[i]! += weight * score;
      }
      if (detailed) perPlugin.push({ plugin: plugin.name, weight, raw, normalised: scores.slice() });
    }
    return { totals, perPlugin };
  }

  #preFilter(cycle: Cycle): {
    filters: readonly Plugin[];
    nodeNames: ReadonlySet<string> | undefined;
    restrictedBy: readonly string[];
    rejection: Rejection | undefined;
  } {
    const filters: Plugin[] = [];
    const restrictedBy: string[] = [];
    let nodeNames: ReadonlySet<string> | undefined;
    for (const { plugin } of this.#plugins) {
      const result = plugin.preFilter?.(cycle) ?? 'run';
      if (result === 'skip') continue;
      if (typeof result === 'object' && 'rejection' in result) {
        return { filters, nodeNames, restrictedBy, rejection: result.rejection };
      }
      if (plugin.filter !== undefined) filters.push(plugin);
      if (typeof result !== 'object') continue;
      restrictedBy.push(plugin.name);
      nodeNames = nodeNames === undefined ? result.nodeNames : intersection(nodeNames, result.nodeNames);
      if (nodeNames.size === 0) {
        const who = restrictedBy.toSorted().join(' ');
        const reason =
          restrictedBy.length === 1
            ? `node(s) didn't satisfy plugin ${who}`
            : `node(s) didn't satisfy plugin(s) [${who}] simultaneously`;
        const rejection = { plugin: plugin.name, resolvable: false, reasons: [reason] };
        return { filters, nodeNames, restrictedBy, rejection };
      }
    }
    return { filters, nodeNames, restrictedBy: restrictedBy.sort(), rejection: undefined };
  }

  #runFilters(cycle: Cycle, filters: readonly Plugin[], count: number): number {
    let kept = count;
    for (const plugin of filters) {
      if (kept === 0) break;
      kept = plugin.filter!(cycle, this.#portion, kept);
    }
    return kept;
  }
}

/** Keeps the slots that are not taken, at the front, and returns how many they are. */
function refuseTaken(cycle: Cycle, taken: ReadonlyMap<number, Rejection>, slots: Int32Array, count: number): number {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const slot = slots[i]!;
    const rejection = taken.get(slot);
    if (rejection === undefined) slots[kept++] = slot;
    else cycle.rejections[slot] = rejection;
  }
  return kept;
}

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((name) => b.has(name)));
}
