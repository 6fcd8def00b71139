import { openTable, readManifest } from '../../results/index.ts';
import { warmUpByMser } from '../statistics/index.ts';
import type { ComparedRun } from '../subject.ts';

/** Stretches of equal length that the time of a run is cut into: a power of two, so that they merge in pairs. */
const FINEST = 512;
const COARSEST = 64;
/** MSER-5 wants ten batches of five. */
const FEWEST = 50;

/** Where the beginning of runs ends that is not typical of the rest. */
export interface FoundWarmUp {
  readonly endsNs: number;
  /** What the scenario states, ns. */
  readonly statedNs: number;
  /** False if the best place to cut is in the second half: the runs have not settled, and should be longer. */
  readonly isSettled: boolean;
}

/**
 * Finds the warm-up of runs of one scenario by MSER-5, over the mean latency of the requests by the time when they were
 * issued, averaged over the runs.
 * Source: `warmUpByMser`; averaging over replications first: Welch, The statistical analysis of simulation results, 1983;
 * equal stretches of time as its observations, so that it finds a time: own design.
 * @returns undefined if requests were not recorded, or are too few to be in every stretch
 * @throws {ResultsError} if a table is damaged
 */
export async function findWarmUp(runs: readonly ComparedRun[]): Promise<FoundWarmUp | undefined> {
  const sums = new Float64Array(FINEST);
  const counts = new Float64Array(FINEST);
  const { duration_ns: durationNs, warmup_ns: statedNs } = runs[0]!.row as { duration_ns: number; warmup_ns: number };
  for (const { folder } of runs) {
    const manifest = readManifest(folder);
    if (!Object.hasOwn(manifest.tables, 'requests')) return undefined;
    const table = await openTable(folder, 'requests', manifest);
    try {
      for await (const batch of table.batches()) {
        const [issued, latency] = ['issued_ns', 'latency_ns'].map((name) => batch.getChild(name)!);
        for (let row = 0; row < batch.numRows; row++) {
          const value = latency!.get(row) as number | null;
          if (value === null) continue;
          const stretch = Math.min(FINEST - 1, Math.floor(((issued!.get(row) as number) / durationNs) * FINEST));
          sums[stretch]! += value;
          counts[stretch]!++;
        }
      }
    } finally {
      await table.close();
    }
  }
  const stretches = finestStretches(sums, counts);
  if (stretches === undefined) return undefined;
  const { first, means } = stretches;
  const { observations, isSettled } = warmUpByMser(means);
  return { endsNs: ((first + observations) / (first + means.length)) * durationNs, statedNs, isSettled };
}

/** The finest stretches that all have an answer in them, from the `first` on that has one: before it nothing was ready. */
function finestStretches(sums: Float64Array, counts: Float64Array): { first: number; means: Float64Array } | undefined {
  for (let size = 1; FINEST / size >= COARSEST; size *= 2) {
    const total = (values: Float64Array, k: number) =>
      values.subarray(k * size, (k + 1) * size).reduce((sum, value) => sum + value, 0);
    const all = Float64Array.from({ length: FINEST / size }, (_, k) => total(sums, k) / total(counts, k));
    const first = all.findIndex((mean) => !Number.isNaN(mean));
    const means = all.subarray(first);
    if (first >= 0 && means.length >= FEWEST && means.every((mean) => !Number.isNaN(mean))) return { first, means };
  }
  return undefined;
}
