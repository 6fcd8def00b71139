import { quotientText, type Quotient } from '../../model/index.ts';
import { readManifest, type Manifest } from '../../results/index.ts';
import {
  independentBatches,
  meanInterval,
  pairedDifference,
  welchDifference,
  type Difference,
  type Estimate,
} from '../statistics/index.ts';
import { haveSameSeed, type ComparedRun } from '../subject.ts';
import { FINEST, readRequestSections, type RequestSections, type RequestSummary } from './request-sections.ts';

const timeOf = ({ row }: ComparedRun) => ({
  warmupNs: row['warmup_ns'] as number,
  durationNs: row['duration_ns'] as number,
});

/** Whether the windows of both are the same stretches of time, under the same draws. */
export function haveSameTime(baseline: ComparedRun, other: ComparedRun): boolean {
  const [one, two] = [timeOf(baseline), timeOf(other)];
  return haveSameSeed(baseline, other) && one.warmupNs === two.warmupNs && one.durationNs === two.durationNs;
}

/** Reads the requests of two runs. */
export async function readBoth(
  [baseline, left]: readonly [ComparedRun, Manifest],
  [other, right]: readonly [ComparedRun, Manifest],
  areChecked: boolean,
): Promise<readonly [RequestSections, RequestSections]> {
  const first = await readRequestSections(baseline.folder, left, timeOf(baseline), areChecked);
  return [first, await readRequestSections(other.folder, right, timeOf(other), areChecked)];
}

/** The measures that the table of requests tells, of a stretch of time. */
const ofRequests: Readonly<Record<string, (summary: RequestSummary) => number>> = {
  'requests.latency.mean': ({ mean }) => mean,
  'requests.latency.p50': ({ p50 }) => p50,
  'requests.latency.p95': ({ p95 }) => p95,
  'requests.latency.p99': ({ p99 }) => p99,
  'requests.failed / requests.sent': ({ failed, sent }) => failed / sent,
};

/**
 * Compares what the requests of two runs come to, by windows of time.
 * @returns undefined if the measure is none of requests, or a window has none of them
 */
export function compareSections(
  quotient: Quotient,
  [baseline, other]: readonly [RequestSections, RequestSections],
  isPaired: boolean,
  confidence: number,
): { difference: Difference; basis: 'paired windows' | 'windows'; isReliable: boolean } | undefined {
  const statistic = ofRequests[quotientText(quotient)];
  if (statistic === undefined) return undefined;
  const overall = { baseline: statistic(baseline.overall), other: statistic(other.overall) };
  if (Number.isNaN(overall.baseline) || Number.isNaN(overall.other)) return undefined;
  const seriesOf = ({ windows }: RequestSections, count: number) => windows.get(count)!.map(statistic);
  const counts = [...baseline.windows.keys()].filter((count) =>
    [baseline, other].every((sections) => seriesOf(sections, count).every((value) => !Number.isNaN(value))),
  );
  // too few requests to have some in every window
  if (counts.length === 0) return undefined;
  const most = Math.min(FINEST, counts[0]!);
  if (isPaired) {
    const divide = (count: number) => [seriesOf(baseline, count), seriesOf(other, count)] as const;
    const { batches, isIndependent } = independentBatches(most, divide, ([one, two]) =>
      two.map((value, k) => value - one[k]!),
    );
    const difference = pairedDifference(...batches, confidence, overall);
    return { difference, basis: 'paired windows', isReliable: isIndependent };
  }
  const own = (sections: RequestSections) =>
    independentBatches(
      most,
      (count) => seriesOf(sections, count),
      (values) => values,
    );
  const [one, two] = [own(baseline), own(other)];
  const difference = welchDifference(one.batches, two.batches, confidence, overall);
  return { difference, basis: 'windows', isReliable: one.isIndependent && two.isIndependent };
}

/** An estimate by windows of time. */
export interface WindowEstimate extends Estimate {
  /** False if even the widest windows are correlated: the run is too short, and the interval too narrow. */
  readonly isReliable: boolean;
}

/**
 * Estimates a measure of one run with an interval, by windows of time.
 * @returns undefined if the run has no such table of requests, the measure is none of requests, or a window has none
 * @throws {ResultsError} if the table is damaged
 */
export async function estimateByWindows(quotient: Quotient, run: ComparedRun): Promise<WindowEstimate | undefined> {
  const sections = ofRequests[quotientText(quotient)] === undefined ? undefined : await requestSectionsOf(run);
  return sections && estimateOfSections(quotient, sections);
}

/**
 * The requests of a run by windows of time; undefined if it has no table of them.
 * @param warmupNs in place of the run's own
 * @throws {ResultsError} if the table is damaged
 */
export async function requestSectionsOf(
  run: ComparedRun,
  warmupNs: number = timeOf(run).warmupNs,
): Promise<RequestSections | undefined> {
  const manifest = readManifest(run.folder);
  if (!Object.hasOwn(manifest.tables, 'requests')) return undefined;
  return readRequestSections(run.folder, manifest, { ...timeOf(run), warmupNs });
}

/** @returns undefined if the measure is none of requests, or a window has none */
export function estimateOfSections(
  quotient: Quotient,
  sections: RequestSections,
  confidence?: number,
): WindowEstimate | undefined {
  const statistic = ofRequests[quotientText(quotient)];
  if (statistic === undefined) return undefined;
  const counts = [...sections.windows.keys()].filter((count) =>
    sections.windows.get(count)!.every((summary) => !Number.isNaN(statistic(summary))),
  );
  if (counts.length === 0) return undefined;
  const { batches, isIndependent } = independentBatches(
    counts[0]!,
    (count) => sections.windows.get(count)!.map(statistic),
    (values) => values,
  );
  const { value, low, high, count } = meanInterval(batches, confidence);
  // about the estimate of all requests at once (sectioning: Asmussen & Glynn, Stochastic Simulation, 2007, §III.5a)
  const overall = statistic(sections.overall);
  return {
    value: overall,
    low: overall - (value - low),
    high: overall + (high - value),
    count,
    isReliable: isIndependent,
  };
}
