import { mean, sum } from 'd3-array';
import type { World } from '../model/index.ts';
import { simulateWorld } from './simulate-world.ts';

/** Image pulls of a recorded run, and the world that they are simulated in. */
export interface RecordedPulls {
  readonly world: World;
  /** By pod: from its sandbox until the images of its containers were there, ns. */
  readonly pullsNs: readonly number[];
}

/** Rates of unpacking that are tried, ascending, bit/s: from 1 Mbit/s to 100 Gbit/s, ten a decade. */
const RATES = Array.from({ length: 51 }, (_, step) => 1e6 * 10 ** (step / 10));

/** By run and rate: simulating takes long, and runs are fitted together and left out in turn. */
const simulated = new WeakMap<RecordedPulls, Map<number, readonly number[]>>();

/**
 * Fits how fast nodes unpack images: so that the simulation of the runs, the pulls' way over its network included, takes as long for
 * the images of a pod as was recorded, on average. A pull's time is nearly a constant and a part in inverse proportion to the rate, between
 * the two of whose rates around the average it is interpolated. Own design.
 * @returns bit/s; undefined where no run has pulls of images that its scenario states, or no rate makes them take as long
 */
export function fitUnpack(runs: readonly RecordedPulls[]): number | undefined {
  const known = runs.filter(hasPulls);
  const wantedNs = mean(known.flatMap(({ pullsNs }) => pullsNs));
  if (wantedNs === undefined) return undefined;
  // of each run as many pulls count as were recorded of it
  const weight = sum(known, ({ pullsNs }) => pullsNs.length);
  const timeNs = (step: number): number =>
    sum(known, (run) => run.pullsNs.length * (mean(simulatedPulls(run, RATES[step]!)) ?? 0)) / weight;
  let [slow, fast] = [0, RATES.length - 1];
  if (!(timeNs(slow) > wantedNs && wantedNs > timeNs(fast))) return undefined;
  while (fast - slow > 1) {
    const middle = (slow + fast) >> 1;
    if (timeNs(middle) > wantedNs) slow = middle;
    else fast = middle;
  }
  if (timeNs(slow) === Infinity) return RATES[fast];
  const share = (timeNs(slow) - wantedNs) / (timeNs(slow) - timeNs(fast));
  return 1 / ((1 - share) / RATES[slow]! + share / RATES[fast]!);
}

/** Whether it tells of pulls of images that its scenario states. */
export const hasPulls = ({ world, pullsNs }: RecordedPulls): boolean =>
  world.images !== undefined && pullsNs.length > 0;

/** What the images of each pod take in the simulation of a run with that rate of unpacking, ns; Infinity where they are not there at its end. */
export function simulatedPulls(run: RecordedPulls, unpackBps: number): readonly number[] {
  const rates = simulated.get(run) ?? new Map<number, readonly number[]>();
  simulated.set(run, rates);
  const known = rates.get(unpackBps);
  if (known !== undefined) return known;
  const { pods } = simulateWorld({ ...run.world, images: { ...run.world.images!, unpackBps } });
  const found = pods.flatMap(({ sandboxNs, pulledNs }) =>
    sandboxNs === undefined ? [] : [(pulledNs ?? Infinity) - sandboxNs],
  );
  rates.set(unpackBps, found);
  return found;
}
