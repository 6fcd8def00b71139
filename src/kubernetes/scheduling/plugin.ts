import type { SchedulingPod } from './pod.ts';
import type { SchedulerCache } from './scheduler-cache.ts';

/** The best score that a plugin can give after normalising. */
export const MAX_NODE_SCORE = 100;

/** Why a plugin refuses a node. */
export interface Rejection {
  readonly plugin: string;
  /** Whether removing pods from the node could help: `Unschedulable`, against `UnschedulableAndUnresolvable`. */
  readonly resolvable: boolean;
  readonly reasons: readonly string[];
}

/** One attempt to place one pod. */
export interface Cycle {
  readonly pod: SchedulingPod;
  readonly cache: SchedulerCache;
  /** Per node slot, why it was refused. */
  readonly rejections: (Rejection | undefined)[];
}

/**
 * What a plugin says before any node is looked at: `run` its filter, `skip` it, look only at some nodes, or give up on
 * the pod.
 */
export type PreFilterResult =
  'run' | 'skip' | { readonly nodeNames: ReadonlySet<string> } | { readonly rejection: Rejection };

/**
 * A scheduling plugin, with the extension points of kube-scheduler's framework. Nodes come as lists of slots of
 * `Cycle.cache`, so that a plugin is called once for many nodes. It may keep state from one extension point to the
 * next of the same cycle; cycles do not overlap.
 */
export interface Plugin {
  readonly name: string;
  /** Looks at pod and cluster before filtering; without it the filter always runs. */
  preFilter?(cycle: Cycle): PreFilterResult;
  /**
   * Keeps, in their order and at the front of `slots`, those of the first `count` that the pod can run on, notes a
   * rejection for the others, and returns how many it kept.
   */
  filter?(cycle: Cycle, slots: Int32Array, count: number): number;
  /** Prepares scoring of the feasible nodes; false where the plugin has nothing to say. */
  preScore?(cycle: Cycle, slots: Int32Array, count: number): boolean;
  /** Writes a raw score for each slot, at the same place in `scores`. */
  score?(cycle: Cycle, slots: Int32Array, count: number, scores: Float64Array): void;
  /** Brings raw scores to whole numbers from 0 to 100, in place; without it they already are. */
  normalise?(cycle: Cycle, slots: Int32Array, count: number, scores: Float64Array): void;
}

/**
 * A filter that asks one node at a time: `refusal` tells why a slot is refused, or undefined.
 */
export function filterEach(
  refusal: (cycle: Cycle, slot: number) => Rejection | undefined,
): (cycle: Cycle, slots: Int32Array, count: number) => number {
  return (cycle, slots, count) => {
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!;
      const rejection = refusal(cycle, slot);
      if (rejection === undefined) slots[kept++] = slot;
      else cycle.rejections[slot] = rejection;
    }
    return kept;
  };
}

/**
 * Scales scores so that the highest becomes 100, rounding down; `reverse` makes low raw scores the good ones.
 * Source: pkg/scheduler/framework/plugins/helper/normalize_score.go `DefaultNormalizeScore`.
 */
export function normaliseByHighest(scores: Float64Array, count: number, reverse: boolean): void {
  let highest = 0;
  for (let i = 0; i < count; i++) if (scores[i]! > highest) highest = scores[i]!;
  if (highest === 0) {
    if (reverse) scores.fill(MAX_NODE_SCORE, 0, count);
    return;
  }
  for (let i = 0; i < count; i++) {
    const scaled = Math.floor((MAX_NODE_SCORE * scores[i]!) / highest);
    scores[i] = reverse ? MAX_NODE_SCORE - scaled : scaled;
  }
}

/** `factor × part / whole`, rounded down, exact also where the product is beyond 2^53. `part` and `whole` are ≥ 0. */
export function scaledShare(part: number, whole: number, factor = MAX_NODE_SCORE): number {
  const product = part * factor;
  if (product <= Number.MAX_SAFE_INTEGER) return Math.floor(product / whole);
  return Number((BigInt(part) * BigInt(factor)) / BigInt(whole));
}
