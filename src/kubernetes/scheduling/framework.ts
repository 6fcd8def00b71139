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
   */
  filter(pod: SchedulingPod, cache: SchedulerCache, start: number, limit: (eligible: number) => number): Filtered {
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
    const nodes = names === undefined ? cache.nodes : cache.nodes.filter(({ name }) => names.has(name));
    const most = limit(nodes.length);
    const refused: NodeInfo[] = [];
    let feasible = 0;
    let considered = 0;
    while (considered < nodes.length && feasible < most) {
      const size = Math.min(PORTION, nodes.length - considered);
      for (let i = 0; i < size; i++) this.#portion[i] = nodes[(start + considered + i) % nodes.length]!.slot;
      const kept = this.#runFilters(cycle, outcome.filters, size);
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

  /** Whether the pod could run on one node as things stand, whatever was found before. */
  admits(pod: SchedulingPod, cache: SchedulerCache, node: NodeInfo): Rejection | undefined {
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

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((name) => b.has(name)));
}
