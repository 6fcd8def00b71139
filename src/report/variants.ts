import { basename, resolve } from 'node:path';
import {
  compareCells,
  CONFIDENCE,
  estimateByWindows,
  meanInterval,
  openSubject,
  type CellComparison,
  type ComparedCell,
  type Interval,
} from '../experiment/index.ts';
import { FAILED_SHARE, quotientText, valueOf, type Quotient } from '../model/index.ts';

/** One of several things that a report shows beside one another: a run, or a cell with its replications. */
export interface Variant {
  readonly label: string;
  readonly cell: ComparedCell;
  /** Place in the list of what it is held against. */
  readonly baseline?: number;
}

/** What a report is of. */
export interface Variants {
  readonly variants: readonly Variant[];
  /** Of the sweep's parameters, in the order in which labels name their values. */
  readonly parameterNames: readonly string[];
  /** Folders of sweeps among the references. */
  readonly sweeps: readonly string[];
  /** Cells without a finished run. */
  readonly unfinished: readonly string[];
}

/**
 * Opens results: each run, and each cell of a sweep, is a variant. Cells are held against the baseline that their
 * experiment names; other results against the first of them.
 * @throws {ResultsError} if something cannot be read
 */
export async function openVariants(references: readonly string[]): Promise<Variants> {
  const subjects = [];
  for (const reference of references) subjects.push({ reference, subject: await openSubject(reference) });
  const variants: Variant[] = [];
  const parameterNames = new Set<string>();
  const unfinished: string[] = [];
  const isOneSweep = subjects.length === 1 && subjects[0]!.subject.kind === 'sweep';
  const bases = subjects.map(({ reference }) => basename(resolve(reference)));
  for (const [s, { reference, subject }] of subjects.entries()) {
    // the last part of a path is its name where it tells it from the others
    const name = bases.indexOf(bases[s]!) === bases.lastIndexOf(bases[s]!) ? bases[s]! : reference;
    const done = subject.cells.filter(({ runs }) => runs.length > 0);
    unfinished.push(...subject.cells.filter(({ runs }) => runs.length === 0).map(({ label }) => label));
    const first = variants.length;
    for (const cell of done) {
      const names = Object.keys(cell.parameters);
      for (const parameter of names) parameterNames.add(parameter);
      const values = names.map((parameter) => String(cell.parameters[parameter] ?? '–')).join(', ');
      const plain = values === '' || subject.kind === 'run' ? name : isOneSweep ? values : `${name}: ${values}`;
      const label = cell.runs[0]!.source === 'cluster' ? `${plain} (real)` : plain;
      const own = cell.baseline === undefined ? undefined : done.indexOf(subject.cells[cell.baseline]!);
      const named = own === undefined || own < 0 ? undefined : first + own;
      const baseline = named ?? (isOneSweep || variants.length === 0 ? undefined : 0);
      const isItself = baseline === variants.length;
      variants.push({ label, cell: { ...cell, label }, ...(baseline === undefined || isItself ? {} : { baseline }) });
    }
  }
  return {
    variants,
    parameterNames: [...parameterNames],
    sweeps: subjects.filter(({ subject }) => subject.kind !== 'run').map(({ subject }) => subject.folder),
    unfinished,
  };
}

/** A measure of a variant, with its interval where there is one. */
export interface MeasureEstimate {
  readonly value: number;
  readonly interval?: Interval;
}

/**
 * Estimates a measure of a variant: the mean of its replications with Student's interval, from three of them on; of one
 * run its own value.
 */
export function estimateOf(quotient: Quotient, { cell }: Variant): MeasureEstimate | undefined {
  const values = cell.runs.map(({ row }) => valueOf(quotient, row)).filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  if (values.length < 3) return { value: values.reduce((sum, value) => sum + value, 0) / values.length };
  const { value, low, high } = meanInterval(values, CONFIDENCE);
  return { value, interval: { low, high } };
}

/** As `estimateOf`; of one run with the interval by windows of its time, which its table of requests is read for. */
export async function estimateWithWindows(quotient: Quotient, variant: Variant): Promise<MeasureEstimate | undefined> {
  const { runs } = variant.cell;
  const estimate = estimateOf(quotient, variant);
  if (runs.length !== 1 || estimate === undefined) return estimate;
  const byWindows = await estimateByWindows(quotient, runs[0]!);
  return byWindows === undefined ? estimate : { ...estimate, interval: byWindows };
}

/** A variant against its baseline. */
export interface VariantComparison extends CellComparison {
  readonly variant: Variant;
  readonly against: Variant;
}

/** Measures that differences are shown of. */
export const comparedMeasures: readonly Quotient[] = [
  { numerator: 'requests.latency.mean' },
  { numerator: 'requests.latency.p95' },
  FAILED_SHARE,
  { numerator: 'energy.nodes' },
];

/** Measures of what governance did and took, where there is any. */
export const governanceMeasures: readonly Quotient[] = [
  { numerator: 'federation.messages' },
  { numerator: 'federation.decisionTime' },
  { numerator: 'federation.duplicateTime' },
  { numerator: 'policies.violationTime' },
];

/** Compares each variant with its baseline; p-values are corrected for all of them together (Holm). */
export async function compareVariants(variants: readonly Variant[]): Promise<VariantComparison[]> {
  const compared = variants.filter(({ baseline }) => baseline !== undefined);
  const pairs = compared.map((variant) => [variants[variant.baseline!]!.cell, variant.cell] as const);
  const comparisons = await compareCells(pairs, { measures: comparedMeasures });
  return comparisons.map((comparison, i) => ({
    ...comparison,
    variant: compared[i]!,
    against: variants[compared[i]!.baseline!]!,
  }));
}

/** Names of the measures as axes and sentences have them. */
export const measureTitles: Readonly<Record<string, string>> = {
  [quotientText(comparedMeasures[0]!)]: 'mean latency',
  [quotientText(comparedMeasures[1]!)]: '95th percentile of latency',
  [quotientText(comparedMeasures[2]!)]: 'share of failed requests',
  [quotientText(comparedMeasures[3]!)]: 'energy of the nodes',
  'federation.messages': 'messages between clusters',
  'federation.decisionTime': 'mean time of a decision between clusters',
  'federation.duplicateTime': 'time in which applications ran twice',
  'policies.violationTime': 'time in which policies were broken',
};

/** The same, as short as the head of a small chart needs it. */
export const shortTitles: Readonly<Record<string, string>> = {
  [quotientText(comparedMeasures[0]!)]: 'mean latency',
  [quotientText(comparedMeasures[1]!)]: 'p95 latency',
  [quotientText(comparedMeasures[2]!)]: 'failed',
  [quotientText(comparedMeasures[3]!)]: 'energy',
  'federation.messages': 'messages',
  'federation.decisionTime': 'decision',
  'federation.duplicateTime': 'two copies',
  'policies.violationTime': 'violations',
};
