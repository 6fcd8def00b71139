import type { RandomStream } from '../../kernel/index.ts';
import { countedReasons } from './failure-message.ts';
import type { Filtered, Framework } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import { prioritySort } from './plugins/priority-sort.ts';
import type { SchedulingPod } from './pod.ts';
import type { SchedulerCache } from './scheduler-cache.ts';

/** A node that would have room without some pods of lower priority. */
export interface Nomination {
  readonly node: NodeInfo;
  /** The pods to evict, most important first. */
  readonly victims: readonly SchedulingPod[];
}

export type PreemptionResult = { readonly nomination: Nomination } | { readonly reason: string };

/** Candidates tried: a tenth of the nodes where it could help, and at least 100. */
const MIN_CANDIDATES = 100;
const MIN_CANDIDATE_SHARE = 0.1;
/** Makes every priority positive, so that few victims are better than many at any priority. */
const PRIORITY_SHIFT = 2_147_483_648;

/**
 * Looks for a node that becomes feasible by evicting pods of lower priority, and on it for as few as will do. Budgets
 * of disruption are not known here. The pods are taken off and put back within the call; none is evicted by it.
 * Source: pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go and framework/preemption/preemption.go.
 * @param draws for the node to begin with, drawn only where not all can be tried
 */
export function preempt(
  framework: Framework,
  filtered: Filtered,
  pod: SchedulingPod,
  cache: SchedulerCache,
  draws: RandomStream,
): PreemptionResult {
  const reasons: string[] = [];
  if (!pod.kind.mayPreempt) return { reason: 'preemption: not eligible due to preemptionPolicy=Never.' };
  const resolvable = filtered.refused.filter(({ slot }) => filtered.cycle.rejections[slot]?.resolvable === true);
  const order = new Map(cache.nodes.map((node, index) => [node, index]));
  const potential = resolvable.sort((a, b) => order.get(a)! - order.get(b)!);
  const most = Math.min(Math.max(Math.trunc(potential.length * MIN_CANDIDATE_SHARE), MIN_CANDIDATES), potential.length);
  const offset = most < potential.length ? draws.integer(potential.length) : 0;
  const candidates: Nomination[] = [];
  for (let i = 0; i < potential.length && candidates.length < most; i++) {
    const node = potential[(offset + i) % potential.length]!;
    const result = selectVictims(framework, pod, cache, node);
    if ('reasons' in result) reasons.push(...result.reasons);
    else candidates.push(result);
  }
  const best = candidates.reduce<Nomination | undefined>(
    (a, b) => (a === undefined || isBetter(b, a) ? b : a),
    undefined,
  );
  if (best !== undefined) return { nomination: best };
  for (let i = potential.length; i < cache.nodeCount; i++) reasons.push('Preemption is not helpful for scheduling');
  return { reason: `preemption: 0/${cache.nodeCount} nodes are available:${countedReasons(reasons)}` };
}

function selectVictims(
  framework: Framework,
  pod: SchedulingPod,
  cache: SchedulerCache,
  node: NodeInfo,
): Nomination | { readonly reasons: readonly string[] } {
  const removed = [...node.pods].filter((other) => other.kind.priority < pod.kind.priority);
  if (removed.length === 0) return { reasons: ['No preemption victims found for incoming pod'] };
  removed.sort(moreImportantFirst);
  for (const other of removed) cache.forgetPod(other);
  const rejection = framework.admits(pod, cache, node);
  const victims: SchedulingPod[] = [];
  for (const other of removed) {
    cache.assumePod(other, node);
    if (rejection === undefined && framework.admits(pod, cache, node) !== undefined) {
      cache.forgetPod(other);
      victims.push(other);
    }
  }
  for (const victim of victims) cache.assumePod(victim, node);
  return rejection === undefined ? { node, victims } : { reasons: rejection.reasons };
}

/** By priority, then by age. Source: pkg/scheduler/util/utils.go `MoreImportantPod`. */
function moreImportantFirst(a: SchedulingPod, b: SchedulingPod): number {
  return prioritySort(a, b);
}

/** Source: framework/preemption/preemption.go `pickOneNodeForPreemption`, without budgets of disruption. */
function isBetter(a: Nomination, b: Nomination): boolean {
  const [first, second] = [rank(a), rank(b)];
  for (let i = 0; i < first.length; i++) if (first[i] !== second[i]) return first[i]! > second[i]!;
  return false;
}

function rank({ victims }: Nomination): number[] {
  const [highest] = victims;
  const priorities = victims.map((victim) => victim.kind.priority);
  const ofHighest = victims.filter((victim) => victim.kind.priority === highest?.kind.priority);
  return [
    -(highest?.kind.priority ?? 0),
    -priorities.reduce((sum, priority) => sum + priority + PRIORITY_SHIFT, 0),
    -victims.length,
    Math.min(...ofHighest.map((victim) => victim.createdAtNs)),
  ];
}
