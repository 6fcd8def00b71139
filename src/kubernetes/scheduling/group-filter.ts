import { byRank } from './criteria-scheduler.ts';
import { Framework } from './framework.ts';
import { decided, noFit, unschedulable, verdicts } from './kube-scheduler.ts';
import type { NodeInfo } from './node-info.ts';
import type { SchedulingPod } from './pod.ts';
import { profilePlugins } from './profile.ts';
import type { Decision, SchedulingContext, Verdicts } from './scheduler.ts';
import type { SchedulerCache } from './scheduler-cache.ts';

/** kube-scheduler's filters for a scheduler that places many pods together. */
export interface GroupFilter {
  /** What the filters say of every node, for a pod as things stand. */
  examine(pod: SchedulingPod, cache: SchedulerCache): Examined;
  /** Why a node cannot take a pod as things stand; undefined where it can. */
  refusal(pod: SchedulingPod, cache: SchedulerCache, node: NodeInfo): string | undefined;
}

/** The nodes that passed the filters, and decisions on that ground. */
export interface Examined {
  readonly feasible: readonly NodeInfo[];
  /** @param cost what the scheduler compared by, for each of the feasible nodes; lower is better, Infinity where it cannot be */
  place(node: NodeInfo, cost: Float64Array, detailed: boolean): Decision;
  /** @param why in words; where no node is feasible the filters' own words are put behind */
  refuse(why: string, context: SchedulingContext): Decision;
}

/** @param name the scheduler's, under which its costs are recorded */
export function groupFilter(name: string): GroupFilter {
  const framework = new Framework(profilePlugins());
  return {
    examine(pod, cache): Examined {
      const filtered = framework.filter(pod, cache, 0, (nodes) => nodes);
      // the framework's own list of slots is for one pod at a time
      const kept = { ...filtered, slots: filtered.slots.slice(0, filtered.feasible) };
      const feasible = Array.from(kept.slots, (slot) => cache.nodeAt(slot));
      const ownVerdicts = (possible: readonly NodeInfo[], raw: Float64Array): Verdicts => {
        const ofFilters = verdicts(kept);
        const rejection = { plugin: name, resolvable: false, reasons: ['no way that its channels may take'] };
        const impossible = feasible.filter((node) => !possible.includes(node));
        return {
          ...ofFilters,
          refused: [...ofFilters.refused, ...impossible.map((node) => ({ node, rejection }))],
          feasible: possible,
          own: [{ plugin: name, weight: 1, raw, normalised: byRank(raw, -1) }],
        };
      };
      return {
        feasible,
        place(node, cost, detailed) {
          const isPossible = (_: unknown, at: number): boolean => cost[at]! < Infinity;
          const possible = feasible.filter(isPossible);
          const raw = cost.filter(isPossible);
          const counts = { ...kept, feasible: possible.length };
          const details = detailed ? ownVerdicts(possible, raw) : undefined;
          return decided(name, counts, node, [node], raw[possible.indexOf(node)], details);
        },
        refuse(why, context) {
          const words =
            feasible.length > 0 ? why : `${why}; ${noFit(name, framework, kept, pod, cache, context).message}`;
          const details = context.verdicts === true ? verdicts(kept) : undefined;
          const counts = { considered: kept.considered, feasible: kept.feasible };
          return { ...unschedulable(name, words), ...counts, verdicts: details };
        },
      };
    },
    refusal: (pod, cache, node) => framework.admits(pod, cache, node)?.reasons.join(', '),
  };
}
