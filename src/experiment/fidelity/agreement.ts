import { deviation, group, mean } from 'd3-array';
import { normalQuantile, studentQuantile, type Interval } from '../statistics/index.ts';
import type { FidelityRun, PlacedPod } from './observed-run.ts';

/** How far real placements are those of the simulation. */
export interface PlacementAgreement extends Interval {
  /** Mean over all pairs of a simulated and a real run: share of pods that are where the other has them, or could as well. */
  readonly value: number;
  /** The same without ties: on the very node. */
  readonly exact: number;
  /** Pods that were placed, on average over the runs. */
  readonly pods: number;
  /** What further simulated runs, whose seeds alone differ, would have; absent with fewer than three. */
  readonly expected?: Interval & { readonly mean: number };
}

/**
 * Share of pods of which two runs agree where they are placed. Pods of one service are alike: they are matched so that as many as
 * possible agree (maximum bipartite matching, by augmenting paths: Kuhn, Naval Research Logistics Quarterly 2, 1955). Own design.
 * @param agrees whether a pod of the first run and one of the second are in the same place
 * @returns 1 where neither has placed a pod
 */
export function agreementOf(
  first: readonly PlacedPod[],
  second: readonly PlacedPod[],
  agrees: (one: PlacedPod, other: PlacedPod) => boolean,
): number {
  const others = group(second, ({ service }) => service);
  let matched = 0;
  let all = 0;
  const services = group(first, ({ service }) => service);
  for (const service of new Set([...services.keys(), ...others.keys()])) {
    const [left, right] = [services.get(service) ?? [], others.get(service) ?? []];
    all += Math.max(left.length, right.length);
    matched += largestMatching(left.length, right.length, (i, j) => agrees(left[i]!, right[j]!));
  }
  return all === 0 ? 1 : matched / all;
}

/** Pairs of a largest matching of `left` with `right`. */
function largestMatching(left: number, right: number, fits: (i: number, j: number) => boolean): number {
  const partner = new Int32Array(right).fill(-1);
  const augment = (i: number, seen: Uint8Array): boolean => {
    for (let j = 0; j < right; j++) {
      if (seen[j] === 1 || !fits(i, j)) continue;
      seen[j] = 1;
      if (partner[j] === -1 || augment(partner[j]!, seen)) {
        partner[j] = i;
        return true;
      }
    }
    return false;
  };
  let pairs = 0;
  for (let i = 0; i < left; i++) if (augment(i, new Uint8Array(right))) pairs++;
  return pairs;
}

/** On the same node, or on one that the first run's scheduler found as good. */
const moduloTies = (one: PlacedPod, { node }: PlacedPod): boolean => one.ties.includes(node);
const exactly = (one: PlacedPod, { node }: PlacedPod): boolean => one.node === node;

/**
 * Agreement of all real runs with all simulated ones, with Wilson's interval over the pods of a run, which takes them as placed
 * independently, and what ties alone make of it: each simulated run is held against the others as if it were real, and the
 * prediction interval of as many further runs as there are real ones is given. Own design.
 * @returns undefined where no run has placed a pod
 */
export function placementAgreement(
  simulated: readonly FidelityRun[],
  real: readonly FidelityRun[],
  confidence: number,
): PlacementAgreement | undefined {
  const pods = mean([...simulated, ...real], ({ placed }) => placed.length)!;
  if (pods === 0) return undefined;
  const over = (agrees: typeof exactly, of: readonly FidelityRun[], others: readonly FidelityRun[]): number =>
    mean(of.flatMap((one) => others.map((other) => agreementOf(one.placed, other.placed, agrees))))!;
  const value = over(moduloTies, simulated, real);
  const among = simulated.map((one) =>
    over(
      moduloTies,
      simulated.filter((other) => other !== one),
      [one],
    ),
  );
  return {
    value,
    ...wilson(value, pods, confidence),
    exact: over(exactly, simulated, real),
    pods,
    ...(simulated.length < 3 ? {} : { expected: predicted(among, real.length, confidence) }),
  };
}

/**
 * Where the mean of further observations lies, if they are like those before. Source: Hahn & Meeker, Statistical Intervals, 1991, §4.7.
 * @param values at least two shares
 * @param further how many there are to be
 */
function predicted(
  values: readonly number[],
  further: number,
  confidence: number,
): Interval & { readonly mean: number } {
  const centre = mean(values)!;
  const factor = studentQuantile((1 + confidence) / 2, values.length - 1);
  const half = factor * deviation(values)! * Math.sqrt(1 / further + 1 / values.length);
  return { mean: centre, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/**
 * Score interval of a share. Source: Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
 * @param share from 0 to 1
 * @param count what it is a share of, above 0
 */
export function wilson(share: number, count: number, confidence: number): Interval {
  const z = normalQuantile((1 + confidence) / 2);
  const spread = (z * z) / count;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((share * (1 - share)) / count + spread / (4 * count));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
