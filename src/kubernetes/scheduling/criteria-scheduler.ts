import { Framework, type PluginScores } from './framework.ts';
import { decided, highest, noFit, onNominatedNode, unschedulable, verdicts } from './kube-scheduler.ts';
import { type Cycle, MAX_NODE_SCORE } from './plugin.ts';
import { profilePlugins } from './profile.ts';
import type { Scheduler, SchedulingContext } from './scheduler.ts';

/** One thing that an algorithm compares feasible nodes by. */
export interface Criterion {
  /** As verdicts name it: the algorithm's name, with `/` and a word behind it for all but the first criterion. */
  readonly name: string;
  /** Which values are the good ones. */
  readonly prefers: 'low' | 'high';
  /** Writes a value for each of the first `count` slots, at the same place in `values`; never NaN. */
  measure(cycle: Cycle, slots: Int32Array, count: number, values: Float64Array, context: SchedulingContext): void;
}

/**
 * A scheduler with kube-scheduler's filters over all nodes, which compares the feasible ones by its own criteria: by the
 * first, those equal in it by the second, and so on. What is still equal is drawn. A single feasible node is measured too.
 * @param settle what tells nodes apart that are equal in all criteria, before it comes to a draw: nothing, or the score
 *   that kube-scheduler would give them among themselves
 */
export function criteriaScheduler(
  name: string,
  criteria: readonly Criterion[],
  settle: 'draw' | 'kube-scheduler' = 'draw',
): Scheduler {
  const framework = new Framework(profilePlugins());
  return {
    name,
    schedule(pod, cache, context) {
      if (cache.nodeCount === 0) return unschedulable(name, 'no nodes available to schedule pods');
      const nominated = onNominatedNode(name, framework, pod, cache, context.verdicts === true);
      if (nominated !== undefined) return nominated;
      const filtered = framework.filter(pod, cache, 0, (nodes) => nodes);
      if (filtered.feasible === 0) return noFit(name, framework, filtered, pod, cache, context);
      const detailed = context.verdicts === true;
      const { cycle, feasible } = filtered;
      const slots = filtered.slots.slice(0, feasible);
      const own: PluginScores[] = [];
      let best = Array.from(slots.keys());
      let value: number | undefined;
      for (const criterion of criteria) {
        if (best.length === 1 && !detailed && value !== undefined) break;
        const raw = new Float64Array(feasible);
        criterion.measure(cycle, slots, feasible, raw, context);
        const sign = criterion.prefers === 'high' ? 1 : -1;
        let top = -Infinity;
        for (const index of best) if (sign * raw[index]! > top) top = sign * raw[index]!;
        best = best.filter((index) => sign * raw[index]! === top);
        value ??= raw[best[0]!]!;
        if (detailed) own.push({ plugin: criterion.name, weight: 1, raw, normalised: byRank(raw, sign) });
      }
      const equal = Int32Array.from(best, (index) => slots[index]!);
      const scored =
        settle === 'draw' || equal.length === 1 ? undefined : framework.score(cycle, equal, equal.length, detailed);
      const ties =
        scored === undefined
          ? Array.from(equal, (slot) => cache.nodeAt(slot))
          : highest(cache, equal, scored.totals).nodes;
      const node = ties.length === 1 ? ties[0]! : ties[context.draws.integer(ties.length)]!;
      const details = detailed ? { ...verdicts(filtered, equal, scored), own } : undefined;
      return decided(name, filtered, node, ties, value, details);
    },
  };
}

/**
 * Values as scores from 0 for the worst to 100 for the best, evenly spaced: equal only where the values are, and defined
 * where one of them is infinite. Own design.
 * @param sign 1 where high values are good, -1 where low ones are
 */
export function byRank(values: Float64Array, sign: 1 | -1): Float64Array {
  const ranked = [...new Set(values)].sort((a, b) => sign * (a < b ? -1 : 1));
  const ranks = new Map(ranked.map((value, rank) => [value, rank]));
  const last = ranked.length - 1;
  return values.map((value) => (last === 0 ? MAX_NODE_SCORE : (MAX_NODE_SCORE * ranks.get(value)!) / last));
}
