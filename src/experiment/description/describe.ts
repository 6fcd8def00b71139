import { RandomStreams } from '../../kernel/index.ts';
import {
  FAILED_SHARE,
  measureNames,
  quotientText,
  unitOf,
  valueOf,
  type Measure,
  type Quotient,
} from '../../model/index.ts';
import { ResultsError } from '../../results/index.ts';
import { estimateOfSections, requestSectionsOf } from '../comparison/index.ts';
import { bootstrap, CONFIDENCE, meanInterval, quantileOfSorted, type Interval } from '../statistics/index.ts';
import { openSubject, type ComparedCell, type ComparedRun } from '../subject.ts';
import { findWarmUp, type FoundWarmUp } from './warm-up-of-runs.ts';

/** What is known of one measure of a cell. */
export interface MeasureDescription {
  /** As expectations name it. */
  readonly measure: string;
  readonly unit: Measure['unit'];
  /** Runs that have it. */
  readonly count: number;
  /** What the interval rests on: replications, windows of time of the only run, or nothing. */
  readonly basis: 'runs' | 'windows' | 'value';
  readonly mean: number;
  /** Student's interval. */
  readonly meanInterval?: Interval;
  /** Of replications, with the bootstrap's BCa interval. */
  readonly median?: number;
  readonly medianInterval?: Interval;
  readonly lowest?: number;
  readonly highest?: number;
  /** False if the windows of a run are correlated, and the interval is too narrow. */
  readonly isReliable: boolean;
}

/** What came out of the runs of one scenario. */
export interface CellDescription {
  readonly label: string;
  readonly runs: number;
  readonly measures: readonly MeasureDescription[];
  /** Absent where requests were not recorded, or are too few. */
  readonly warmUp?: FoundWarmUp;
}

export interface DescribeOptions {
  /** By default all measures that are not zero everywhere. */
  readonly measures?: readonly Quotient[];
  readonly confidence?: number;
  /** Leave out the warm-up that was found in place of the one that the scenario states: measures of requests are then left. */
  readonly foundWarmUp?: boolean;
}

/**
 * Describes runs, cells of a sweep, or all of its cells: each measure's mean and median over the replications with
 * intervals; of one run by windows of time.
 * @throws {ResultsError} if something cannot be read, or the warm-up is to be found and cannot
 */
export async function describeResults(reference: string, options: DescribeOptions = {}): Promise<CellDescription[]> {
  const { cells } = await openSubject(reference);
  const descriptions: CellDescription[] = [];
  for (const cell of cells) if (cell.runs.length > 0) descriptions.push(await describeCell(cell, options));
  return descriptions;
}

async function describeCell(cell: ComparedCell, options: DescribeOptions): Promise<CellDescription> {
  const { label, runs } = cell;
  const warmUp = await findWarmUp(runs);
  if (options.foundWarmUp === true && warmUp === undefined) {
    throw new ResultsError(
      `the warm-up of ${label} cannot be found: its requests were not recorded, or are too few; ` +
        'an experiment records them with tables: [requests]',
    );
  }
  const warmupNs = options.foundWarmUp === true ? warmUp!.endsNs : undefined;
  const wanted = options.measures ?? [FAILED_SHARE, ...measureNames.map((numerator) => ({ numerator }))];
  const described = await (runs.length === 1 || warmupNs !== undefined
    ? describeRequests(wanted, runs, warmupNs, options)
    : wanted.map((quotient) => describeValues(quotient, valuesOf(quotient, runs), options.confidence)));
  const known = described.filter((one) => one !== undefined);
  return {
    label,
    runs: runs.length,
    measures: options.measures === undefined ? known.filter(({ mean, highest = mean }) => highest !== 0) : known,
    ...(warmUp === undefined ? {} : { warmUp }),
  };
}

const valuesOf = (quotient: Quotient, runs: readonly ComparedRun[]): number[] =>
  runs.map(({ row }) => valueOf(quotient, row)).filter((value) => value !== undefined);

/** Of one run, and wherever the warm-up is not the run's own, requests are read again. */
async function describeRequests(
  wanted: readonly Quotient[],
  runs: readonly ComparedRun[],
  warmupNs: number | undefined,
  { confidence }: DescribeOptions,
): Promise<(MeasureDescription | undefined)[]> {
  const sections: Awaited<ReturnType<typeof requestSectionsOf>>[] = [];
  for (const run of runs) sections.push(await requestSectionsOf(run, warmupNs));
  return wanted.map((quotient) => {
    const estimates = sections.map((one) => one && estimateOfSections(quotient, one, confidence));
    const values =
      warmupNs === undefined
        ? valuesOf(quotient, runs)
        : estimates.filter((estimate) => estimate !== undefined).map(({ value }) => value);
    const described = describeValues(quotient, values, confidence);
    const [estimate] = estimates;
    if (described === undefined || runs.length > 1 || estimate === undefined) return described;
    const { low, high, isReliable } = estimate;
    return { ...described, basis: 'windows', meanInterval: { low, high }, isReliable };
  });
}

function describeValues(
  quotient: Quotient,
  values: readonly number[],
  confidence: number = CONFIDENCE,
): MeasureDescription | undefined {
  if (values.length === 0) return undefined;
  const measure = quotientText(quotient);
  const common = { measure, unit: unitOf(quotient), count: values.length, isReliable: true };
  if (values.length === 1) return { ...common, basis: 'value', mean: values[0]! };
  const { value, low, high } = meanInterval(values, confidence);
  const median = (sample: Float64Array) => quantileOfSorted(sample.sort(), 0.5);
  // a stream of its own: the same results give the same interval
  const resampled = bootstrap(values, median, new RandomStreams(0).get(measure), { confidence });
  return {
    ...common,
    basis: 'runs',
    mean: value,
    meanInterval: { low, high },
    median: resampled.value,
    medianInterval: resampled.bca,
    lowest: Math.min(...values),
    highest: Math.max(...values),
  };
}
