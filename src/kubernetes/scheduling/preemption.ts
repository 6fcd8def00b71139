import { preemptByExtenders, type SchedulerExtender } from './extender.ts';
import { countedReasons } from './failure-message.ts';
import type { Filtered, Framework } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import { prioritySort } from './plugins/priority-sort.ts';
import type { SchedulingPod } from './pod.ts';
import type { SchedulerCache } from './scheduler-cache.ts';
import type { SchedulingContext } from './scheduler.ts';

/** A node that would have room without some pods of lower priority. */
export interface Nomination {
  readonly node: NodeInfo;
  /** The pods to evict, most important first. */
  readonly victims: readonly SchedulingPod[];
  /** How many of them a budget of disruption would rather keep. */
  readonly violations: number;
}

/** What a PodDisruptionBudget allows as things stand. */
export interface DisruptionAllowance {
  readonly covers: (pod: SchedulingPod) => boolean;
  /** Pods that may go. */
  readonly allowed: number;
}

/** `helpless`: evicting was tried on every node where it could help, and helps on none. */
export type PreemptionResult =
  { readonly nomination: Nomination } | { readonly reason: string; readonly helpless: boolean };

/** Candidates tried: a tenth of the nodes where it could help, and at least 100. */
const MIN_CANDIDATES = 100;
const MIN_CANDIDATE_SHARE = 0.1;
/** Makes every priority positive, so that few victims are better than many at any priority. */
const PRIORITY_SHIFT = 2_147_483_648;

/**
 * Looks for a node that becomes feasible by evicting pods of lower priority, and on it for as few as will do, those last
 * that a budget of disruption would rather keep. The pods are taken off and put back within the call; none is evicted by it.
 * Source: pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go and framework/preemption/preemption.go.
 * @param context draws for the node to begin with, only where not all can be tried
 * @throws {ExtenderError} if an extender fails that is not ignorable
 */
export function preempt(
  framework: Framework,
  filtered: Filtered,
  pod: SchedulingPod,
  cache: SchedulerCache,
  context: SchedulingContext,
  extenders: readonly SchedulerExtender[] = [],
): PreemptionResult {
  const ineligible = whyNotEligible(pod, filtered);
  if (ineligible !== undefined) return { reason: `preemption: not eligible due to ${ineligible}.`, helpless: false };
  const reasons: string[] = [];
  const resolvable = filtered.refused.filter(({ slot }) => filtered.cycle.rejections[slot]?.resolvable === true);
  const order = new Map(cache.nodes.map((node, index) => [node, index]));
  const potential = resolvable.sort((a, b) => order.get(a)! - order.get(b)!);
  const most = Math.min(Math.max(Math.trunc(potential.length * MIN_CANDIDATE_SHARE), MIN_CANDIDATES), potential.length);
  const offset = most < potential.length ? context.draws.integer(potential.length) : 0;
  const budgets = potential.length === 0 ? [] : (context.disruptionBudgets?.() ?? []);
  const harmless: Nomination[] = [];
  const violating: Nomination[] = [];
  for (let i = 0; i < potential.length; i++) {
    if (harmless.length > 0 && harmless.length + violating.length >= most) break;
    const node = potential[(offset + i) % potential.length]!;
    const result = selectVictims(framework, pod, cache, node, budgets);
    if ('reasons' in result) reasons.push(...result.reasons);
    else (result.violations === 0 ? harmless : violating).push(result);
  }
  const best = preemptByExtenders(extenders, pod, [...harmless, ...violating]).reduce<Nomination | undefined>(
    (a, b) => (a === undefined || isBetter(b, a) ? b : a),
    undefined,
  );
  if (best !== undefined) return { nomination: best };
  for (let i = potential.length; i < cache.nodeCount; i++) reasons.push('Preemption is not helpful for scheduling');
  const reason = `preemption: 0/${cache.nodeCount} nodes are available:${countedReasons(reasons)}`;
  return { reason, helpless: true };
}

/** Source: default_preemption.go `PodEligibleToPreemptOthers`. */
function whyNotEligible(pod: SchedulingPod, { cycle }: Filtered): string | undefined {
  if (!pod.kind.mayPreempt) return 'preemptionPolicy=Never';
  const { nominatedNode } = pod;
  if (nominatedNode === undefined || cycle.rejections[nominatedNode.slot]?.resolvable === false) return undefined;
  for (const { preempted, kind } of nominatedNode.pods)
    if (preempted && kind.priority < pod.kind.priority) return 'a terminating pod on the nominated node';
  return undefined;
}

function selectVictims(
  framework: Framework,
  pod: SchedulingPod,
  cache: SchedulerCache,
  node: NodeInfo,
  budgets: readonly DisruptionAllowance[],
): Nomination | { readonly reasons: readonly string[] } {
  const removed = [...node.pods].filter((other) => other.kind.priority < pod.kind.priority);
  if (removed.length === 0) return { reasons: ['No preemption victims found for incoming pod'] };
  removed.sort(moreImportantFirst);
  for (const other of removed) cache.forgetPod(other);
  const rejection = framework.admits(pod, cache, node);
  const victims: SchedulingPod[] = [];
  let violations = 0;
  const kept = keptByBudgets(removed, budgets);
  for (const other of [...kept, ...removed.filter((each) => !kept.has(each))]) {
    cache.assumePod(other, node);
    if (rejection === undefined && framework.admits(pod, cache, node) !== undefined) {
      cache.forgetPod(other);
      victims.push(other);
      if (kept.has(other)) violations++;
    }
  }
  for (const victim of victims) cache.assumePod(victim, node);
  if (rejection !== undefined) return { reasons: rejection.reasons };
  return { node, victims: victims.sort(moreImportantFirst), violations };
}

/** Those of the pods, in their order, that no budget has room for any longer. Source: `filterPodsWithPDBViolation`. */
function keptByBudgets(pods: readonly SchedulingPod[], budgets: readonly DisruptionAllowance[]): Set<SchedulingPod> {
  const kept = new Set<SchedulingPod>();
  if (budgets.length === 0) return kept;
  const left = budgets.map(({ allowed }) => allowed);
  for (const pod of pods) {
    if (pod.terminating) continue; // already counted as gone
    for (const [index, { covers }] of budgets.entries()) if (covers(pod) && --left[index]! < 0) kept.add(pod);
  }
  return kept;
}

/** By priority, then by age. Source: pkg/scheduler/util/utils.go `MoreImportantPod`. */
function moreImportantFirst(a: SchedulingPod, b: SchedulingPod): number {
  return prioritySort(a, b);
}

/** Source: framework/preemption/preemption.go `pickOneNodeForPreemption`. */
function isBetter(a: Nomination, b: Nomination): boolean {
  const [first, second] = [rank(a), rank(b)];
  for (let i = 0; i < first.length; i++) if (first[i] !== second[i]) return first[i]! > second[i]!;
  return false;
}

function rank({ victims, violations }: Nomination): number[] {
  const [highest] = victims;
  const priorities = victims.map((victim) => victim.kind.priority);
  const ofHighest = victims.filter((victim) => victim.kind.priority === highest?.kind.priority);
  return [
    -violations,
    -(highest?.kind.priority ?? 0),
    -priorities.reduce((sum, priority) => sum + priority + PRIORITY_SHIFT, 0),
    -victims.length,
    Math.min(...ofHighest.map((victim) => victim.sinceNs)),
  ];
}
