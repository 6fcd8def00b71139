import type { Filtered, Scored } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import { MAX_NODE_SCORE } from './plugin.ts';
import type { SchedulingPod } from './pod.ts';
import type { Nomination } from './preemption.ts';

/** An extender could not be asked, or said that something is wrong. */
export class ExtenderError extends Error {}

/** A node that an extender refuses. */
export interface ExtenderRefusal {
  readonly node: NodeInfo;
  readonly resolvable: boolean;
  /** Empty where the extender left the node out without a word. */
  readonly reasons: readonly string[];
}

/** A program beside the scheduler that has a say in its decisions. Its methods throw `ExtenderError`. */
export interface SchedulerExtender {
  readonly name: string;
  /** Whether scheduling goes on without it where it fails. */
  readonly ignorable: boolean;
  readonly weight: number;
  readonly filters: boolean;
  readonly scores: boolean;
  readonly binds: boolean;
  isInterested(pod: SchedulingPod): boolean;
  filter(
    pod: SchedulingPod,
    nodes: readonly NodeInfo[],
  ): { readonly kept: readonly NodeInfo[]; readonly refused: readonly ExtenderRefusal[] };
  /** Scores from 0 to 10, by name of the node. */
  prioritize(pod: SchedulingPod, nodes: readonly NodeInfo[]): ReadonlyMap<string, number>;
  bind(pod: SchedulingPod, node: NodeInfo): void;
  readonly preempts: boolean;
  /** Which of the candidates it agrees with, and the victims that it wants on each. */
  preempt(pod: SchedulingPod, candidates: readonly Nomination[]): readonly Nomination[];
}

/** Source: k8s.io/kube-scheduler/extender/v1/types.go. */
const MAX_EXTENDER_PRIORITY = 10;

/**
 * Lets each extender in turn refuse nodes that the filters passed.
 * Source: pkg/scheduler/schedule_one.go `findNodesThatPassExtenders`.
 * @throws {ExtenderError} if one fails that is not ignorable
 */
export function filterByExtenders(
  extenders: readonly SchedulerExtender[],
  pod: SchedulingPod,
  filtered: Filtered,
): Filtered {
  const { cycle, slots } = filtered;
  let nodes = nodesAt(filtered);
  const refused = [...filtered.refused];
  for (const extender of extenders) {
    if (nodes.length === 0) break;
    if (!extender.filters || !extender.isInterested(pod)) continue;
    const outcome = asked(extender, () => extender.filter(pod, nodes));
    if (outcome === undefined) continue;
    for (const { node, resolvable, reasons } of outcome.refused) {
      cycle.rejections[node.slot] = { plugin: extender.name, resolvable, reasons };
      refused.push(node);
    }
    nodes = [...outcome.kept];
  }
  for (const [i, { slot }] of nodes.entries()) slots[i] = slot;
  return { ...filtered, feasible: nodes.length, refused };
}

/**
 * Adds the extenders' scores, each times its weight and stretched from 0–10 to 0–100, to those of the plugins. An extender
 * that fails adds nothing.
 * Source: pkg/scheduler/schedule_one.go `prioritizeNodes`.
 */
export function scoreByExtenders(
  extenders: readonly SchedulerExtender[],
  pod: SchedulingPod,
  filtered: Filtered,
  scored: Scored,
  detailed: boolean,
): Scored {
  const nodes = nodesAt(filtered);
  const perPlugin = [...scored.perPlugin];
  for (const extender of extenders) {
    if (!extender.scores || !extender.isInterested(pod)) continue;
    let scores: ReadonlyMap<string, number>;
    try {
      scores = extender.prioritize(pod, nodes);
    } catch (error) {
      if (error instanceof ExtenderError) continue;
      throw error;
    }
    const weight = extender.weight * (MAX_NODE_SCORE / MAX_EXTENDER_PRIORITY);
    const raw = Float64Array.from(nodes, ({ name }) => scores.get(name) ?? 0);
    for (const [i, score] of raw.entries()) scored.totals[i]! += weight * score;
    if (detailed) perPlugin.push({ plugin: extender.name, weight, raw, normalised: raw });
  }
  return { totals: scored.totals, perPlugin };
}

/**
 * Lets the extender bind the pod that binds such pods, if there is one.
 * @throws {ExtenderError} if it fails
 */
export function bindByExtenders(extenders: readonly SchedulerExtender[], pod: SchedulingPod, node: NodeInfo): void {
  extenders.find((extender) => extender.binds && extender.isInterested(pod))?.bind(pod, node);
}

/**
 * Lets each extender in turn strike candidates for preemption, or change their victims.
 * Source: pkg/scheduler/framework/preemption/preemption.go `callExtenders`.
 * @throws {ExtenderError} if one fails that is not ignorable
 */
export function preemptByExtenders(
  extenders: readonly SchedulerExtender[],
  pod: SchedulingPod,
  found: readonly Nomination[],
): readonly Nomination[] {
  let candidates = found;
  for (const extender of extenders) {
    if (candidates.length === 0) break;
    if (!extender.preempts || !extender.isInterested(pod)) continue;
    const outcome = asked(extender, () => extender.preempt(pod, candidates));
    if (outcome === undefined) continue;
    const empty = outcome.find(({ victims }) => victims.length === 0);
    if (empty !== undefined && !extender.ignorable)
      throw new ExtenderError(`extender ${extender.name}: expected at least one victim pod on node ${empty.node.name}`);
    candidates = outcome.filter(({ victims }) => victims.length > 0);
  }
  return candidates;
}

function asked<Outcome>(extender: SchedulerExtender, ask: () => Outcome): Outcome | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof ExtenderError && extender.ignorable) return undefined;
    throw error;
  }
}

function nodesAt({ cycle, slots, feasible }: Filtered): NodeInfo[] {
  return Array.from(slots.subarray(0, feasible), (slot) => cycle.cache.nodeAt(slot));
}
