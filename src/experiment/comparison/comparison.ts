import { measures, measureNames, quotientText, valueOf, type Measure, type Quotient } from '../../model/index.ts';
import { readManifest, ResultsError, type Manifest } from '../../results/index.ts';
import {
  holm,
  independentBatches,
  pairedDifference,
  welchDifference,
  CONFIDENCE,
  type Difference,
} from '../statistics/index.ts';
import { distributionDistance, type DistributionDistance } from './distribution-distance.ts';
import { findParting, type Parting } from './parting.ts';
import { FINEST, readRequestSections, type RequestSections, type RequestSummary } from './request-sections.ts';
import { openSubject, type ComparedCell, type ComparedRun, type Subject } from '../subject.ts';

/** What an interval of a difference rests on. */
export type Basis =
  /** Runs of both that have the same seed. */
  | 'seeds'
  /** Runs of different seeds. */
  | 'runs'
  /** The same stretches of time of two runs that had the same seed. */
  | 'paired windows'
  /** Stretches of time of two runs. */
  | 'windows'
  /** One run each, and nothing to divide: only the values are known. */
  | 'values';

/** How one measure of two cells compares. */
export interface MeasureComparison {
  /** As expectations name it. */
  readonly measure: string;
  readonly unit: Measure['unit'];
  readonly worse: Measure['worse'];
  readonly baseline: number | undefined;
  readonly other: number | undefined;
  readonly basis: Basis;
  /** Absent where there is no interval. */
  readonly difference?: Difference;
  /** The p-value after Holm's correction over all that is compared at once. */
  readonly adjustedPValue?: number;
  readonly isSignificant: boolean;
  /** False if the windows of a run are correlated, and the interval is too narrow. */
  readonly isReliable: boolean;
}

/** How two cells compare. */
export interface CellComparison {
  readonly baseline: string;
  readonly other: string;
  readonly runs: readonly [baseline: number, other: number];
  /** Runs of both with the same seed. */
  readonly pairs: number;
  readonly measures: readonly MeasureComparison[];
  /** Of the latencies of one run each, ns. */
  readonly latencyDistance?: DistributionDistance;
  /** Of one run each with the same seed. */
  readonly parting?: Parting;
  /** One run each, which are the same. */
  readonly isSameRun?: true;
}

/** The outcome of a comparison. */
export interface Comparison {
  readonly confidence: number;
  readonly cells: readonly CellComparison[];
  /** Cells of one sweep that the other does not have. */
  readonly unmatched: readonly string[];
}

export interface CompareOptions {
  /** What is compared; by default all measures that are not zero everywhere. */
  readonly measures?: readonly Quotient[];
  readonly confidence?: number;
}

const FAILED_SHARE: Quotient = { numerator: 'requests.failed', denominator: 'requests.sent' };
/** Nothing of its own: it is one less the failed, or as many as the load brought. */
const LEFT_OUT = new Set<string>(['requests.succeeded', 'requests.failed']);
const DEFAULT_MEASURES: readonly Quotient[] = measureNames
  .filter((name) => !LEFT_OUT.has(name))
  .flatMap((name) => (name === 'requests.latency.mean' ? [FAILED_SHARE, { numerator: name }] : [{ numerator: name }]));

/**
 * Compares runs, cells of sweeps, or whole sweeps cell by cell: paired by seed where both have at least two seeds in
 * common, otherwise as independent runs; one run with one run by the windows of time of their requests.
 * @param other left out: the cells of a sweep against those that its experiment names as their baseline
 * @throws {ResultsError} if something cannot be read or compared
 */
export async function compareResults(
  baseline: string,
  other: string | undefined,
  options: CompareOptions = {},
): Promise<Comparison> {
  const { confidence = CONFIDENCE } = options;
  const first = await openSubject(baseline);
  const { pairs, unmatched } =
    other === undefined ? ownBaselines(first, baseline) : match(first, await openSubject(other), [baseline, other]);
  const compared: CellComparison[] = [];
  for (const [one, two] of pairs) compared.push(await compareCells(one, two, options, confidence));
  return { confidence, cells: correct(compared, confidence), unmatched };
}

type Pairs = {
  readonly pairs: readonly (readonly [ComparedCell, ComparedCell])[];
  readonly unmatched: readonly string[];
};

function ownBaselines({ kind, cells }: Subject, reference: string): Pairs {
  if (kind !== 'sweep') throw new ResultsError(`${reference} is not a sweep: give what to compare it with`);
  const pairs = cells
    .filter((cell) => cell.baseline !== undefined && cells[cell.baseline] !== cell)
    .map((cell) => [cells[cell.baseline!]!, cell] as const);
  if (pairs.length === 0) {
    throw new ResultsError(`the experiment of ${reference} names no baseline: give what to compare it with`);
  }
  return { pairs: pairs.filter(([one, two]) => one.runs.length > 0 && two.runs.length > 0), unmatched: [] };
}

function match(first: Subject, second: Subject, references: readonly [string, string]): Pairs {
  if (first.kind !== 'sweep' && second.kind !== 'sweep') {
    return { pairs: [[first.cells[0]!, second.cells[0]!]], unmatched: [] };
  }
  if (first.kind !== second.kind) {
    throw new ResultsError(
      `${references.join(' and ')} cannot be compared: one is a whole sweep, the other a ${first.kind === 'sweep' ? second.kind : first.kind}; ` +
        'name a cell of the sweep, as FOLDER#0',
    );
  }
  const key = ({ parameters }: ComparedCell) =>
    JSON.stringify(Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const done = (cells: readonly ComparedCell[]) => cells.filter(({ runs }) => runs.length > 0);
  const others = new Map(done(second.cells).map((cell) => [key(cell), cell]));
  const pairs: (readonly [ComparedCell, ComparedCell])[] = [];
  const unmatched: string[] = [];
  for (const cell of done(first.cells)) {
    const twin = others.get(key(cell));
    if (twin === undefined) unmatched.push(`${cell.label} of ${references[0]}`);
    else pairs.push([cell, twin]);
    others.delete(key(cell));
  }
  unmatched.push(...[...others.values()].map(({ label }) => `${label} of ${references[1]}`));
  if (pairs.length === 0) {
    throw new ResultsError(
      `${references.join(' and ')} cannot be compared: no cell of one has the parameters of one of the other`,
    );
  }
  return { pairs, unmatched };
}

async function compareCells(
  baseline: ComparedCell,
  other: ComparedCell,
  { measures: wanted = DEFAULT_MEASURES }: CompareOptions,
  confidence: number,
): Promise<CellComparison> {
  const seeds = new Map(other.runs.map((run) => [run.seed, run]));
  const paired = baseline.runs.flatMap((run) => {
    const twin = seeds.get(run.seed);
    return twin === undefined ? [] : [[run, twin] as const];
  });
  const common = {
    baseline: baseline.label,
    other: other.label,
    runs: [baseline.runs.length, other.runs.length] as const,
    pairs: paired.length,
  };
  if (baseline.runs.length > 1 || other.runs.length > 1) {
    const compared = wanted.map((quotient) => compareRuns(quotient, baseline.runs, other.runs, paired, confidence));
    return { ...common, measures: compared.filter((measure) => keep(measure, wanted)) };
  }
  return { ...common, ...(await compareTwoRuns(baseline.runs[0]!, other.runs[0]!, wanted, confidence)) };
}

/** What is zero in both, or absent from both, is not worth a line unless it was asked for. */
function keep({ baseline, other }: MeasureComparison, wanted: readonly Quotient[]): boolean {
  return wanted !== DEFAULT_MEASURES || (baseline ?? 0) !== 0 || (other ?? 0) !== 0;
}

function about(quotient: Quotient) {
  const { unit, worse } = measures[quotient.numerator];
  return { measure: quotientText(quotient), unit: quotient.denominator === undefined ? unit : null, worse };
}

function compareRuns(
  quotient: Quotient,
  baseline: readonly ComparedRun[],
  other: readonly ComparedRun[],
  paired: readonly (readonly [ComparedRun, ComparedRun])[],
  confidence: number,
): MeasureComparison {
  const known = (runs: readonly ComparedRun[]) =>
    runs.map(({ row }) => valueOf(quotient, row)).filter((value) => value !== undefined);
  const pairs = paired
    .map(([one, two]) => [valueOf(quotient, one.row), valueOf(quotient, two.row)] as const)
    .filter((pair): pair is readonly [number, number] => pair[0] !== undefined && pair[1] !== undefined);
  const [ones, twos] = [known(baseline), known(other)];
  const isPaired = pairs.length >= 2;
  const difference = isPaired
    ? pairedDifference(
        pairs.map(([one]) => one),
        pairs.map(([, two]) => two),
        confidence,
      )
    : ones.length >= 2 && twos.length >= 2
      ? welchDifference(ones, twos, confidence)
      : undefined;
  const centre = (values: readonly number[]) =>
    values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    ...about(quotient),
    baseline: difference?.baseline ?? centre(ones),
    other: difference?.other ?? centre(twos),
    basis: difference === undefined ? 'values' : isPaired ? 'seeds' : 'runs',
    ...(difference === undefined ? {} : { difference }),
    isSignificant: false,
    isReliable: true,
  };
}

async function compareTwoRuns(
  baseline: ComparedRun,
  other: ComparedRun,
  wanted: readonly Quotient[],
  confidence: number,
): Promise<Pick<CellComparison, 'measures' | 'latencyDistance' | 'parting' | 'isSameRun'>> {
  const [left, right] = [readManifest(baseline.folder), readManifest(other.folder)];
  const parting = baseline.seed === other.seed ? await findParting(baseline.folder, other.folder) : undefined;
  const isSameRun = left.digest === right.digest;
  const hasRequests = [left, right].every(({ tables }) => Object.hasOwn(tables, 'requests'));
  const sections =
    hasRequests && !isSameRun
      ? await readBoth([baseline, left], [other, right], parting !== undefined && parting.tables.includes('requests'))
      : undefined;
  const compared = wanted.map((quotient) => {
    const values = {
      ...about(quotient),
      baseline: valueOf(quotient, baseline.row),
      other: valueOf(quotient, other.row),
      isSignificant: false,
    };
    const interval = sections && compareSections(quotient, sections, haveSameTime(baseline, other), confidence);
    return interval === undefined
      ? { ...values, basis: 'values' as const, isReliable: true }
      : { ...values, baseline: interval.difference.baseline, other: interval.difference.other, ...interval };
  });
  const distance = sections && distributionDistance(sections[0].sorted, sections[1].sorted);
  return {
    measures: compared.filter((measure) => keep(measure, wanted)),
    ...(distance === undefined ? {} : { latencyDistance: distance }),
    ...(parting === undefined ? {} : { parting }),
    ...(isSameRun ? { isSameRun } : {}),
  };
}

const timeOf = ({ row }: ComparedRun) => ({
  warmupNs: row['warmup_ns'] as number,
  durationNs: row['duration_ns'] as number,
});

/** Whether the windows of both are the same stretches of time, under the same draws. */
function haveSameTime(baseline: ComparedRun, other: ComparedRun): boolean {
  const [one, two] = [timeOf(baseline), timeOf(other)];
  return baseline.seed === other.seed && one.warmupNs === two.warmupNs && one.durationNs === two.durationNs;
}

async function readBoth(
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
  [quotientText(FAILED_SHARE)]: ({ failed, sent }) => failed / sent,
};

function compareSections(
  quotient: Quotient,
  [baseline, other]: readonly [RequestSections, RequestSections],
  isPaired: boolean,
  confidence: number,
): { difference: Difference; basis: Basis; isReliable: boolean } | undefined {
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

/** Holm's correction over every difference of the comparison. */
function correct(cells: readonly CellComparison[], confidence: number): CellComparison[] {
  const all = cells.flatMap((cell) => cell.measures.filter(({ difference }) => difference !== undefined));
  const adjusted = holm(all.map(({ difference }) => difference!.pValue));
  const byMeasure = new Map(all.map((measure, i) => [measure, adjusted[i]!]));
  return cells.map((cell) => ({
    ...cell,
    measures: cell.measures.map((measure) => {
      const adjustedPValue = byMeasure.get(measure);
      return adjustedPValue === undefined
        ? measure
        : { ...measure, adjustedPValue, isSignificant: adjustedPValue < 1 - confidence };
    }),
  }));
}
