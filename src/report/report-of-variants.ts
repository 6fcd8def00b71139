import { basename } from 'node:path';
import { readSweep } from '../experiment/index.ts';
import { formatCount, formatDuration } from '../format.ts';
import type { Quotient } from '../model/index.ts';
import { readManifest, readScenario } from '../results/index.ts';
import { answerOfVariants } from './answer-of-variants.ts';
import { differencesFromBaseline } from './charts/differences.ts';
import { estimatesByVariant, governanceEstimates, type MeasureColumn } from './charts/estimates.ts';
import { percentilesByVariant } from './charts/percentiles.ts';
import { commandOfRun } from './command-of-run.ts';
import { responseCurves } from './charts/response-curves.ts';
import type { Drawing } from './drawing.ts';
import type { ResolvedScenario } from './facts/run.ts';
import { MOST_SERIES } from './palette.ts';
import { parametersOf } from './parameters.ts';
import type { DataTable } from './picture.ts';
import { picturesOfTables } from './pictures-of-variants.ts';
import type { Report } from './report.ts';
import {
  comparedMeasures,
  compareVariants,
  estimateOf,
  estimateWithWindows,
  governanceMeasures,
  type MeasureEstimate,
  type Variant,
  type Variants,
} from './variants.ts';

/** More variants than these make a long list. */
const MANY = 20;

/** A report of several runs, or of the cells of a sweep, held against one another. */
export async function reportOfVariants(drawing: Drawing, { variants, ...opened }: Variants): Promise<Report> {
  const comparisons = await compareVariants(variants);
  const columns = await columnsOf(comparedMeasures, variants);
  const governed = await columnsOf(governanceMeasures, variants);
  const { pictures: ofTables, why, missing } = await picturesOfTables(drawing, variants);
  const percentiles = variants.flatMap(percentilesOf);
  const replications = Math.max(...variants.map(({ cell }) => cell.runs.length));
  const basis =
    replications > 1
      ? "Student's, over the replications; with fewer than three there is none."
      : variants.length <= MOST_SERIES
        ? 'by windows of time, of these runs alone; what is not of requests has none.'
        : 'none is known of one run a variant.';
  const labels = variants.map(({ label }) => label);
  const curves = columns.length > 0 ? responseCurves(drawing, variants, columns, basis) : [];
  const estimates = columns.length > 0 ? [estimatesByVariant(drawing, labels, columns, basis)] : [];
  const pictures = [
    // of many cells the curves are read sooner than the rows
    ...(variants.length > MANY ? [...curves, ...estimates] : estimates),
    ...(comparisons.length > 0 ? [differencesFromBaseline(drawing, comparisons)] : []).filter(
      (picture) => picture !== undefined,
    ),
    ...(variants.length > MANY ? [] : curves),
    ...(governed.length > 0 ? [governanceEstimates(drawing, labels, governed, basis)] : []),
    ...(percentiles.length > 0 ? [percentilesByVariant(drawing, percentiles)] : []),
    ...ofTables,
  ];
  return {
    ...aboutVariants(variants, opened),
    answer: [...realOf(variants), ...(await answerOfVariants(variants, comparisons, why))],
    pictures,
    missing: [...missing, ...unfinishedOf(opened)],
    isRepeatable: variants.every(({ cell }) => cell.runs[0]!.source === undefined),
  };
}

/** Measures that are not zero, or absent, everywhere. */
async function columnsOf(quotients: readonly Quotient[], variants: readonly Variant[]): Promise<MeasureColumn[]> {
  const columns: MeasureColumn[] = [];
  for (const quotient of quotients) {
    const estimates: (MeasureEstimate | undefined)[] = [];
    for (const variant of variants) {
      estimates.push(
        variants.length <= MOST_SERIES ? await estimateWithWindows(quotient, variant) : estimateOf(quotient, variant),
      );
    }
    if (estimates.some((estimate) => (estimate?.value ?? 0) !== 0)) columns.push({ quotient, estimates });
  }
  return columns;
}

function percentilesOf({ label, cell }: Variant) {
  const mean = (column: string): number => {
    const values = cell.runs.map(({ row }) => row[column]).filter((value) => typeof value === 'number');
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const found = { label, p50Ns: mean('latency_p50_ns'), p95Ns: mean('latency_p95_ns'), p99Ns: mean('latency_p99_ns') };
  return Number.isNaN(found.p50Ns) ? [] : [found];
}

function aboutVariants(variants: readonly Variant[], { parameterNames, sweeps }: Omit<Variants, 'variants'>) {
  const firsts = variants.map(({ cell }) => {
    const { folder } = cell.runs[0]!;
    return { folder, manifest: readManifest(folder) };
  });
  const { folder, manifest } = firsts[0]!;
  const { scenario } = readScenario(folder, manifest) as { scenario: ResolvedScenario };
  const names = [...new Set(firsts.map(({ manifest: each }) => each.name))];
  const runs = variants.reduce((sum, { cell }) => sum + cell.runs.length, 0);
  const [sweep] = sweeps.map((each) => readSweep(each));
  const experiment = sweep?.experiment.resolved as { metadata?: { description?: string } } | undefined;
  const isOneSweep =
    sweeps.length === 1 &&
    sweep !== undefined &&
    variants.every(({ cell }) => cell.runs[0]!.folder.startsWith(sweeps[0]!));
  return {
    title: isOneSweep
      ? sweep.name
      : variants.length <= 3
        ? variants.map(({ label }) => label).join(' against ')
        : `${variants.length} variants`,
    question:
      (isOneSweep ? experiment?.metadata?.description : undefined) ??
      (names.length > 1
        ? `Results of different scenarios: ${names.slice(0, 6).join(', ')}. What differs may come from any of their differences.`
        : (scenario.metadata.description ?? `How do variants of ${names[0]} compare?`)),
    answerBasis:
      'Only differences that are significant at 5 % after Holm’s correction for all comparisons of this page are named, each with its 95 % interval. ' +
      'Replications of the same seed are compared in pairs; of one run each, windows of time are, which say nothing of other seeds. ' +
      'A choice, where one is named, looks at failures first and at latency second, and takes for alike what does not differ significantly.',
    facts: [
      [
        'variants',
        `${formatCount(variants.length)}${parameterNames.length > 0 ? ` of ${parameterNames.join(', ')}` : ''}`,
      ],
      ['runs', formatCount(runs)],
      ['scenario', names.slice(0, 6).join(', ')],
      [
        'simulated',
        [...new Set(variants.map(({ cell }) => formatDuration(cell.runs[0]!.row['duration_ns'] as number)))]
          .slice(0, 4)
          .join(', '),
      ],
      ['version', [...new Set(firsts.map(({ manifest: each }) => `codeco-sim ${each.version}`))].join(', ')],
      ...(sweeps.length > 0 ? [['sweep', sweeps.map((each) => basename(each)).join(', ')] as const] : []),
    ] as [string, string][],
    parameters: differingParameters(variants, parametersOf(scenario.spec)),
    commands: commandsOf(sweeps, firsts),
  };
}

function commandsOf(
  sweeps: readonly string[],
  firsts: readonly { folder: string; manifest: ReturnType<typeof readManifest> }[],
): string[] {
  const ofSweeps = sweeps.map((folder) => `codeco-sim sweep ${readSweep(folder).experiment.file} --out ${folder}`);
  const ofRuns = firsts
    .filter(({ folder }) => !sweeps.some((sweep) => folder.startsWith(sweep)))
    .map(({ folder, manifest }) => commandOfRun(folder, manifest));
  return [...new Set([...ofSweeps, ...ofRuns])];
}

/** The parameters with a column a variant, those that differ first; of many variants those of the first alone. */
function differingParameters(variants: readonly Variant[], first: DataTable): DataTable {
  const shown = variants.slice(0, MOST_SERIES);
  const values = shown.map(({ cell }) => {
    const { folder } = cell.runs[0]!;
    const { scenario } = readScenario(folder) as { scenario: ResolvedScenario };
    return new Map(parametersOf(scenario.spec).rows.map(([path, value]) => [String(path), String(value)]));
  });
  const paths = [...new Set(values.flatMap((own) => [...own.keys()]))];
  const differing = paths.filter((path) => values.some((own) => own.get(path) !== values[0]!.get(path)));
  const left = variants.length - shown.length;
  return {
    head: ['parameter', ...shown.map(({ label }) => label)],
    rows: [
      ...(left > 0 ? [[`(the first ${MOST_SERIES} of ${variants.length} variants)`, ...shown.map(() => '')]] : []),
      ...differing.map((path) => [path, ...values.map((own) => own.get(path) ?? '–')]),
      ...first.rows
        .filter(([path]) => !differing.includes(String(path)))
        .map(([path, value]) => [String(path), String(value), ...shown.slice(1).map(() => '″')]),
    ],
  };
}

/** What is to be known first of variants that are real clusters. */
const realOf = (variants: readonly Variant[]): string[] =>
  variants.some(({ cell }) => cell.runs[0]!.source === 'cluster')
    ? [
        'What is marked as real is a cluster that was observed: neither requests nor energy are known of it, and it shares no seed with a simulation. ' +
          'How true a simulation is to it in placement and start-up is told by codeco-sim kind compare SIMULATED REAL.',
      ]
    : [];

const unfinishedOf = ({ unfinished }: Pick<Variants, 'unfinished'>): string[] =>
  unfinished.length === 0
    ? []
    : [
        `${formatCount(unfinished.length)} cells have no finished run: ${unfinished.slice(0, 5).join('; ')}${unfinished.length > 5 ? '; …' : ''}.`,
      ];
