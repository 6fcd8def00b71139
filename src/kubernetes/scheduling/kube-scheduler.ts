import {
  bindByExtenders,
  ExtenderError,
  filterByExtenders,
  type SchedulerExtender,
  scoreByExtenders,
} from './extender.ts';
import { failureMessage } from './failure-message.ts';
import { type Filtered, Framework, type Scored } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { SchedulingPod } from './pod.ts';
import { preempt, type PreemptionResult } from './preemption.ts';
import { profilePlugins, type SchedulerProfile } from './profile.ts';
import type { SchedulerCache } from './scheduler-cache.ts';
import type { Decision, Scheduler, SchedulingContext, Verdicts } from './scheduler.ts';

/** Below this many nodes all are examined. */
const MIN_FEASIBLE_NODES = 100;
const MIN_PERCENTAGE = 5;

/**
 * Kubernetes' default scheduler: filters, scores, weights, and one of the best nodes drawn at random.
 * Source: pkg/scheduler/schedule_one.go.
 * @param extenders programs that have a say in each decision; where one fails that cannot be ignored, so does the decision
 */
export function kubeScheduler(profile: SchedulerProfile = {}, extenders: readonly SchedulerExtender[] = []): Scheduler {
  const name = 'kube-scheduler';
  const framework = new Framework(profilePlugins(profile));
  const { percentageOfNodesToScore = 0 } = profile;
  let start = 0;
  const decide: Scheduler['schedule'] = (pod, cache, context) => {
    if (cache.nodeCount === 0) return unschedulable(name, 'no nodes available to schedule pods');
    const detailed = context.verdicts === true;
    const nominated = onNominatedNode(name, framework, pod, cache, detailed, extenders);
    if (nominated !== undefined) return nominated;
    const passed = framework.filter(pod, cache, start, (nodes) => feasibleNodesToFind(nodes, percentageOfNodesToScore));
    start = (start + passed.considered) % cache.nodeCount;
    const filtered = extenders.length === 0 ? passed : filterByExtenders(extenders, pod, passed);
    if (filtered.feasible === 0) return noFit(name, framework, filtered, pod, cache, context, extenders);
    if (filtered.feasible === 1) {
      const node = cache.nodeAt(filtered.slots[0]!);
      return decided(name, filtered, node, [node], undefined, detailed ? verdicts(filtered) : undefined);
    }
    const own = framework.score(filtered.cycle, filtered.slots, filtered.feasible, detailed);
    const scored = extenders.length === 0 ? own : scoreByExtenders(extenders, pod, filtered, own, detailed);
    const ties = highest(cache, filtered.slots, scored.totals);
    const node = ties.nodes.length === 1 ? ties.nodes[0]! : ties.nodes[context.draws.integer(ties.nodes.length)]!;
    return decided(
      name,
      filtered,
      node,
      ties.nodes,
      ties.total,
      detailed ? verdicts(filtered, filtered.slots, scored) : undefined,
    );
  };
  if (extenders.length === 0) return { name, schedule: decide };
  return {
    name,
    schedule(pod, cache, context) {
      try {
        const decision = decide(pod, cache, context);
        if (decision.node !== undefined) bindByExtenders(extenders, pod, decision.node);
        return decision;
      } catch (error) {
        if (!(error instanceof ExtenderError)) throw error;
        return { ...unschedulable(name, error.message), failed: true };
      }
    },
  };
}

/**
 * How many feasible nodes to find before scoring them: all of up to 100, of more a share that falls with their number.
 * Source: `numFeasibleNodesToFind`.
 */
export function feasibleNodesToFind(nodes: number, percentage = 0): number {
  if (nodes < MIN_FEASIBLE_NODES) return nodes;
  const share = percentage > 0 ? percentage : Math.max(50 - Math.trunc(nodes / 125), MIN_PERCENTAGE);
  return Math.max(Math.trunc((nodes * share) / 100), MIN_FEASIBLE_NODES);
}

/** The nodes with the highest total, in their order, and that total. */
export function highest(
  cache: SchedulerCache,
  slots: Int32Array,
  totals: Float64Array,
): { readonly nodes: readonly NodeInfo[]; readonly total: number } {
  let total = -Infinity;
  for (const each of totals) if (each > total) total = each;
  const nodes: NodeInfo[] = [];
  for (let i = 0; i < totals.length; i++) if (totals[i] === total) nodes.push(cache.nodeAt(slots[i]!));
  return { nodes, total };
}

export function decided(
  scheduler: string,
  { considered, feasible }: Filtered,
  node: NodeInfo,
  tieSet: readonly NodeInfo[],
  value: number | undefined,
  details: Verdicts | undefined,
): Decision {
  return {
    scheduler,
    node,
    considered,
    feasible,
    tieSet,
    value,
    message: '',
    nomination: undefined,
    verdicts: details,
  };
}

/**
 * The decision for a pod that has a nominated node and can run there by now; undefined otherwise, and others are looked at.
 * Source: pkg/scheduler/schedule_one.go `evaluateNominatedNode`.
 */
export function onNominatedNode(
  scheduler: string,
  framework: Framework,
  pod: SchedulingPod,
  cache: SchedulerCache,
  detailed: boolean,
  extenders: readonly SchedulerExtender[] = [],
): Decision | undefined {
  const node = pod.nominatedNode;
  if (node === undefined) return undefined;
  const passed = framework.filter(pod, cache, 0, (nodes) => nodes, node);
  if (passed.feasible === 0) return undefined;
  const filtered = extenders.length === 0 ? passed : filterByExtenders(extenders, pod, passed);
  if (filtered.feasible === 0) return undefined;
  return decided(scheduler, filtered, node, [node], undefined, detailed ? verdicts(filtered) : undefined);
}

/** The decision where no node passed the filters: its message, and whom evicting would help. */
export function noFit(
  scheduler: string,
  framework: Framework,
  filtered: Filtered,
  pod: SchedulingPod,
  cache: SchedulerCache,
  context: SchedulingContext,
  extenders: readonly SchedulerExtender[] = [],
): Decision {
  const details = context.verdicts === true ? verdicts(filtered) : undefined;
  const preemption = framework.runsAfterFilter('DefaultPreemption')
    ? preempt(framework, filtered, pod, cache, context, extenders)
    : undefined;
  const helpless = preemption !== undefined && 'helpless' in preemption && preemption.helpless;
  return {
    ...unschedulable(
      scheduler,
      failureMessage(filtered, cache.nodeCount, afterFilter(framework, filtered, preemption)),
    ),
    considered: filtered.considered,
    refusedBy: refusingPlugins(filtered),
    ...(helpless ? { clearsNomination: true } : {}),
    nomination: preemption !== undefined && 'nomination' in preemption ? preemption.nomination : undefined,
    verdicts: details,
  };
}

function refusingPlugins({ cycle, refused, restrictedBy, preFilterRejection }: Filtered): string[] {
  const plugins = new Set(restrictedBy);
  if (preFilterRejection !== undefined) plugins.add(preFilterRejection.plugin);
  for (const { slot } of refused) plugins.add(cycle.rejections[slot]!.plugin);
  return [...plugins];
}

/**
 * What the plugins that run once no node is feasible say; nothing where one of them found a way. DynamicResources speaks
 * first, and stops the others with `not found` where a plugin before it gave up on the pod, since it then has nothing
 * prepared.
 * Source: pkg/scheduler/framework/runtime/framework.go `RunPostFilterPlugins`; dynamicresources.go `PostFilter`.
 */
function afterFilter(
  framework: Framework,
  filtered: Filtered,
  preemption: PreemptionResult | undefined,
): readonly string[] {
  if (preemption !== undefined && 'nomination' in preemption) return [];
  const reasons = preemption === undefined ? [] : [preemption.reason];
  if (!framework.runsAfterFilter('DynamicResources')) return reasons;
  const gaveUp = filtered.preFilterRejection?.plugin ?? 'DynamicResources';
  return gaveUp === 'DynamicResources' ? ['no new claims to deallocate', ...reasons] : ['not found'];
}

export function unschedulable(scheduler: string, message: string): Decision {
  return {
    scheduler,
    node: undefined,
    considered: 0,
    feasible: 0,
    tieSet: [],
    value: undefined,
    message,
    nomination: undefined,
    verdicts: undefined,
  };
}

/** The details of a decision; without scores where none were given. */
export function verdicts(filtered: Filtered, slots: Int32Array = new Int32Array(0), scored?: Scored): Verdicts {
  const { cache, rejections } = filtered.cycle;
  const nodes = (from: Int32Array, count: number): NodeInfo[] =>
    Array.from(from.subarray(0, count), (slot) => cache.nodeAt(slot));
  return {
    refused: filtered.refused.map((node) => ({ node, rejection: rejections[node.slot]! })),
    feasible: nodes(filtered.slots, filtered.feasible),
    own: [],
    scores: scored?.perPlugin ?? [],
    scored: nodes(slots, scored?.totals.length ?? 0),
    totals: scored?.totals.slice() ?? new Float64Array(0),
  };
}
