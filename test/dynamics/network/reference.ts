/** A flow of the reference solver: the media it crosses (twice counts twice), its limit and its weight. */
export interface ReferenceFlow {
  readonly media: readonly number[];
  readonly limit?: number;
  readonly weight?: number;
  /** Media that its acknowledgements cross, at 5 % of its rate. */
  readonly back?: readonly number[];
}

/**
 * Max-min fair rates by the textbook's progressive filling in its plainest form, written independently of the code
 * under test: raise all levels by the largest step that nothing forbids, stop those that something holds, repeat.
 */
export function referenceRates(capacities: readonly number[], flows: readonly ReferenceFlow[]): number[] {
  const level = flows.map(() => 0);
  const rising = new Set(flows.keys());
  const left = [...capacities];
  const weightOf = (flow: number) => flows[flow]!.weight ?? 1;
  const limitOf = (flow: number) => (flows[flow]!.limit ?? Infinity) / weightOf(flow);
  while (rising.size > 0) {
    const pull = capacities.map(() => 0);
    for (const flow of rising) {
      for (const medium of flows[flow]!.media) pull[medium]! += weightOf(flow);
      for (const medium of flows[flow]!.back ?? []) pull[medium]! += 0.05 * weightOf(flow);
    }
    let step = Infinity;
    for (const [medium, weight] of pull.entries()) if (weight > 0) step = Math.min(step, left[medium]! / weight);
    for (const flow of rising) step = Math.min(step, limitOf(flow) - level[flow]!);
    step = Math.max(step, 0);
    const full = new Set<number>();
    for (const [medium, weight] of pull.entries()) {
      if (weight === 0) continue;
      if (left[medium]! / weight <= step * (1 + 1e-12)) full.add(medium);
      left[medium] = Math.max(left[medium]! - weight * step, 0);
    }
    for (const flow of rising) {
      level[flow]! += step;
      const isHeld = [...flows[flow]!.media, ...(flows[flow]!.back ?? [])].some((medium) => full.has(medium));
      if (isHeld || level[flow]! >= limitOf(flow) * (1 - 1e-12)) rising.delete(flow);
    }
  }
  return level.map((value, flow) => value * weightOf(flow));
}
