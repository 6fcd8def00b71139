import {
  FAILED_SHARE,
  measures,
  measureNames,
  quotientText,
  unitOf,
  valueOf,
  type Measure,
  type Quotient,
} from '../../model/index.ts';
import { readManifest } from '../../results/index.ts';
import { CONFIDENCE, holm, pairedDifference, welchDifference, type Difference } from '../statistics/index.ts';
import { distributionDistance, type DistributionDistance } from './distribution-distance.ts';
import { findParting, type Parting } from './parting.ts';
import { matchCells, type CellPairs } from './matching.ts';
import { compareSections, haveSameTime, readBoth } from './windows.ts';
import { haveSameSeed, openSubject, type ComparedCell, type ComparedRun } from '../subject.ts';

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
  /** Some of the runs are simulated, and some were recorded from a real cluster. */
  readonly isAcrossSources?: true;
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
  const second = other === undefined ? undefined : await openSubject(other);
  const { pairs, unmatched } = matchCells(first, second, other === undefined ? [baseline] : [baseline, other]);
  return { confidence, cells: await compareCells(pairs, options), unmatched };
}

/**
 * Compares cells with their baselines; p-values are corrected over all of them.
 * @throws {ResultsError} as `compareResults`
 */
export async function compareCells(pairs: CellPairs, options: CompareOptions = {}): Promise<CellComparison[]> {
  const { confidence = CONFIDENCE } = options;
  const compared: CellComparison[] = [];
  for (const [one, two] of pairs) compared.push(await compareTwoCells(one, two, options, confidence));
  return correct(compared, confidence);
}

async function compareTwoCells(
  baseline: ComparedCell,
  other: ComparedCell,
  { measures: wanted = DEFAULT_MEASURES }: CompareOptions,
  confidence: number,
): Promise<CellComparison> {
  const seeds = new Map(other.runs.map((run) => [run.seed, run]));
  const paired = baseline.runs.flatMap((run) => {
    const twin = seeds.get(run.seed);
    return twin === undefined || !haveSameSeed(run, twin) ? [] : [[run, twin] as const];
  });
  const common = {
    baseline: baseline.label,
    other: other.label,
    runs: [baseline.runs.length, other.runs.length] as const,
    pairs: paired.length,
    ...(new Set([...baseline.runs, ...other.runs].map(({ source }) => source)).size > 1
      ? { isAcrossSources: true as const }
      : {}),
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
  const { worse } = measures[quotient.numerator];
  return { measure: quotientText(quotient), unit: unitOf(quotient), worse };
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
  const parting = haveSameSeed(baseline, other) ? await findParting(baseline.folder, other.folder) : undefined;
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
