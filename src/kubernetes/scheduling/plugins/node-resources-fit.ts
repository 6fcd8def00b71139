import { resourceAccounts, type ResourceWeight } from '../allocation.ts';
import { type Cycle, filterEach, type Plugin, type Rejection, scaledShare } from '../plugin.ts';

const NAME = 'NodeResourcesFit';

/** How full nodes are scored. */
export type ScoringStrategy =
  | { readonly type: 'LeastAllocated' | 'MostAllocated'; readonly resources?: readonly ResourceWeight[] }
  | {
      readonly type: 'RequestedToCapacityRatio';
      readonly resources?: readonly ResourceWeight[];
      /** Points of a broken line: utilisation from 0 to 100, score from 0 to 10, in ascending order. */
      readonly shape: readonly { readonly utilization: number; readonly score: number }[];
    };

/** One rejection for each combination of lacking resources, shared by all nodes. */
const refusals = new Map<string, Rejection>();

/**
 * Keeps pods off nodes without room for their requests, and scores nodes by how full they would be.
 * Source: pkg/scheduler/framework/plugins/noderesources/fit.go and the file of each strategy beside it.
 * @param ignored resources, and groups of them that end in `/`, that are no reason to refuse a node, as others see to them
 * @throws {RangeError} if the shape of a strategy is empty or not ascending
 */
export function nodeResourcesFit(
  strategy: ScoringStrategy = { type: 'LeastAllocated' },
  ignored?: ReadonlySet<string>,
): Plugin {
  const { scoreOf, keepsZero } = resourceScore(strategy);
  const round = strategy.type === 'RequestedToCapacityRatio' ? Math.round : Math.floor;
  let weights = new Float64Array(0);
  return {
    name: NAME,
    filter: filterEach((cycle, slot) => refuse(cycle, slot, ignored)),
    score(cycle, slots, count, scores) {
      if (weights.length < count) weights = new Float64Array(count);
      weights.fill(0, 0, count);
      scores.fill(0, 0, count);
      for (const { weight, request, allocatable, allocated } of resourceAccounts(cycle, 'scored', strategy.resources)) {
        for (let i = 0; i < count; i++) {
          const slot = slots[i]!;
          const capacity = allocatable[slot]!;
          if (capacity === 0) continue;
          const score = scoreOf(allocated[slot]! + request, capacity);
          if (score === 0 && !keepsZero) continue;
          scores[i]! += score * weight;
          weights[i]! += weight;
        }
      }
      for (let i = 0; i < count; i++) scores[i] = weights[i] === 0 ? 0 : round(scores[i]! / weights[i]!);
    },
  };
}

function resourceScore(strategy: ScoringStrategy): {
  scoreOf: (requested: number, capacity: number) => number;
  keepsZero: boolean;
} {
  switch (strategy.type) {
    case 'LeastAllocated':
      return {
        scoreOf: (requested, capacity) => (requested > capacity ? 0 : scaledShare(capacity - requested, capacity)),
        keepsZero: true,
      };
    case 'MostAllocated':
      return {
        scoreOf: (requested, capacity) => scaledShare(Math.min(requested, capacity), capacity),
        keepsZero: true,
      };
    case 'RequestedToCapacityRatio': {
      const line = brokenLine(strategy.shape.map(({ utilization, score }) => ({ utilization, score: score * 10 })));
      return {
        scoreOf: (requested, capacity) => line(requested > capacity ? 100 : scaledShare(requested, capacity)),
        keepsZero: false,
      };
    }
  }
}

/** Source: pkg/scheduler/framework/plugins/helper/shape_score.go `BuildBrokenLinearFunction`. */
function brokenLine(points: readonly { utilization: number; score: number }[]): (utilization: number) => number {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined)
    throw new RangeError('RequestedToCapacityRatio: found no point of the shape');
  for (let i = 1; i < points.length; i++) {
    if (points[i]!.utilization <= points[i - 1]!.utilization) {
      throw new RangeError('RequestedToCapacityRatio: expected the utilization of the shape to ascend');
    }
  }
  return (utilization) => {
    if (utilization <= first.utilization) return first.score;
    for (let i = 1; i < points.length; i++) {
      const [from, to] = [points[i - 1]!, points[i]!];
      if (utilization > to.utilization) continue;
      const rise = (to.score - from.score) * (utilization - from.utilization);
      return from.score + Math.trunc(rise / (to.utilization - from.utilization));
    }
    return last.score;
  };
}

/** Source: fit.go `fitsRequest`. */
function refuse({ pod, cache }: Cycle, slot: number, ignored?: ReadonlySet<string>): Rejection | undefined {
  const { columns } = cache;
  const {
    cpuMillicores: cpu,
    memoryBytes: memory,
    ephemeralStorageBytes: storage,
    scalars,
  } = pod.kind.requests.declared;
  const lacksPod = columns.podCount[slot]! + 1 > columns.maxPods[slot]!;
  const cpuSize = columns.allocatableCpuMillicores[slot]!;
  const lacksCpu = cpu > 0 && cpu > cpuSize - columns.requestedCpuMillicores[slot]!;
  const memorySize = columns.allocatableMemoryBytes[slot]!;
  const lacksMemory = memory > 0 && memory > memorySize - columns.requestedMemoryBytes[slot]!;
  const storageSize = columns.allocatableEphemeralBytes[slot]!;
  const lacksStorage = storage > 0 && storage > storageSize - columns.requestedEphemeralBytes[slot]!;
  if (!lacksPod && !lacksCpu && !lacksMemory && !lacksStorage && scalars.size === 0) return undefined;

  const reasons: string[] = [];
  if (lacksPod) reasons.push('Too many pods');
  if (lacksCpu) reasons.push('Insufficient cpu');
  if (lacksMemory) reasons.push('Insufficient memory');
  if (lacksStorage) reasons.push('Insufficient ephemeral-storage');
  // Where the pod is larger than the whole node, emptying the node is of no use.
  let oversized = cpu > cpuSize || memory > memorySize || storage > storageSize;
  const node = cache.nodeAt(slot);
  for (const [name, amount] of scalars) {
    const size = node.scalarsAllocatable.get(name) ?? 0;
    if (ignored !== undefined && (ignored.has(name) || ignored.has(name.slice(0, name.indexOf('/') + 1)))) continue;
    if (amount === 0 || amount <= size - (node.scalarsRequested.get(name) ?? 0)) continue;
    reasons.push(`Insufficient ${name}`);
    if (amount > size) oversized = true;
  }
  return reasons.length === 0 ? undefined : refusal(reasons, !oversized);
}

function refusal(reasons: readonly string[], resolvable: boolean): Rejection {
  const key = `${resolvable}/${reasons.join('/')}`;
  let rejection = refusals.get(key);
  if (rejection === undefined) refusals.set(key, (rejection = { plugin: NAME, resolvable, reasons }));
  return rejection;
}
