import { basename } from 'node:path';
import { readSweep } from '../experiment/index.ts';
import { LatencyHistogram } from '../dynamics/index.ts';
import { formatCount, formatDuration, formatMeasure, signedShare } from '../format.ts';
import { unitOf, quotientText } from '../model/index.ts';
import { readManifest, readScenario } from '../results/index.ts';
import { differencesFromBaseline } from './charts/differences.ts';
import { estimatesByVariant } from './charts/estimates.ts';
import { latencyDistribution } from './charts/latency-distribution.ts';
import { percentilesByVariant } from './charts/percentiles.ts';
import { variantsOverTime } from './charts/variants-over-time.ts';
import type { Drawing } from './drawing.ts';
import { readFaults, type FaultSpan } from './facts/faults.ts';
import { readRequests, type RequestFacts } from './facts/requests.ts';
import type { ResolvedScenario } from './facts/run.ts';
import { MOST_SERIES } from './palette.ts';
import { parametersOf } from './parameters.ts';
import type { DataTable, Picture } from './picture.ts';
import type { Report } from './report.ts';
import {
  comparedMeasures,
  compareVariants,
  estimateOf,
  estimateWithWindows,
  measureTitles,
  type MeasureEstimate,
  type Variant,
  type VariantComparison,
  type Variants,
} from './variants.ts';

/** Replications of a variant whose tables of requests are read. */
const MOST_RUNS = 10;
/** Sentences of the answer. */
const MOST_SENTENCES = 6;

/** A report of several runs, or of the cells of a sweep, held against one another. */
export async function reportOfVariants(drawing: Drawing, { variants, ...opened }: Variants): Promise<Report> {
  const comparisons = await compareVariants(variants);
  const columns = [];
  for (const quotient of comparedMeasures) {
    const estimates: (MeasureEstimate | undefined)[] = [];
    for (const variant of variants) {
      estimates.push(
        variants.length <= MOST_SERIES ? await estimateWithWindows(quotient, variant) : estimateOf(quotient, variant),
      );
    }
    if (estimates.some((estimate) => (estimate?.value ?? 0) !== 0)) columns.push({ quotient, estimates });
  }
  const { pictures: ofRequests, missing } = await picturesOfRequests(drawing, variants);
  const percentiles = variants.flatMap(percentilesOf);
  const replications = Math.max(...variants.map(({ cell }) => cell.runs.length));
  const basis =
    replications > 1
      ? "Student's, over the replications; with fewer than three there is none."
      : variants.length <= MOST_SERIES
        ? 'by windows of time, of these runs alone; what is not of requests has none.'
        : 'none is known of one run a variant.';
  const pictures = [
    ...(columns.length > 0
      ? [
          estimatesByVariant(
            drawing,
            variants.map(({ label }) => label),
            columns,
            basis,
          ),
        ]
      : []),
    ...(comparisons.length > 0 ? [differencesFromBaseline(drawing, comparisons)] : []).filter(
      (picture) => picture !== undefined,
    ),
    ...(percentiles.length > 0 ? [percentilesByVariant(drawing, percentiles)] : []),
    ...ofRequests,
  ];
  return {
    ...aboutVariants(variants, opened),
    answer: answerOf(variants, comparisons),
    pictures,
    missing: [...missing, ...unfinishedOf(opened)],
  };
}

function percentilesOf({ label, cell }: Variant) {
  const mean = (column: string): number => {
    const values = cell.runs.map(({ row }) => row[column]).filter((value) => typeof value === 'number');
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const found = { label, p50Ns: mean('latency_p50_ns'), p95Ns: mean('latency_p95_ns'), p99Ns: mean('latency_p99_ns') };
  return Number.isNaN(found.p50Ns) ? [] : [found];
}

/** What is drawn of the requests themselves: of the first variants, where their runs kept them. */
async function picturesOfRequests(
  drawing: Drawing,
  variants: readonly Variant[],
): Promise<{ pictures: Picture[]; missing: string[] }> {
  const kept = variants.filter(({ cell }) => 'requests' in readManifest(cell.runs[0]!.folder).tables);
  if (kept.length === 0) {
    return {
      pictures: [],
      missing: [
        'The runs kept no table requests, so there are neither distributions of latency nor courses of time: ' +
          'name it under `spec.tables` of the experiment to have them.',
      ],
    };
  }
  const drawn = kept.slice(0, MOST_SERIES);
  const samples = [];
  const courses = [];
  for (const { label, cell } of drawn) {
    const latencies = new LatencyHistogram();
    const runs: RequestFacts[] = [];
    for (const { folder, row } of cell.runs.slice(0, MOST_RUNS)) {
      const facts = await readRequests(folder, readManifest(folder), row['duration_ns'] as number, latencies);
      if (facts !== undefined) runs.push(facts);
    }
    if (latencies.count > 0) samples.push({ label, latencies });
    courses.push({ label, runs: runs.map(({ windows }) => windows), windowNs: runs[0]!.windowNs });
  }
  const rest = [
    ...(kept.length > drawn.length ? [` The first ${MOST_SERIES} of ${kept.length} variants are drawn.`] : []),
    ...(drawn.some(({ cell }) => cell.runs.length > MOST_RUNS)
      ? [` Of each, the first ${MOST_RUNS} replications are read.`]
      : []),
  ].join('');
  const pictures: Picture[] = [];
  if (samples.length > 0) {
    const several = drawn.some(({ cell }) => cell.runs.length > 1)
      ? ' All replications of a variant are counted together.'
      : '';
    pictures.push(latencyDistribution(drawing, samples, several + rest));
  }
  const first = drawn[0]!.cell.runs[0]!;
  const durationNs = first.row['duration_ns'] as number;
  const missing: string[] = [];
  if (drawn.every(({ cell }) => cell.runs[0]!.row['duration_ns'] === durationNs)) {
    const faults = await commonFaults(drawn, durationNs);
    const time = { durationNs, warmupNs: first.row['warmup_ns'] as number, faults: faults ?? [] };
    const note = faults === undefined ? ' The variants have different faults, which are not drawn.' : '';
    pictures.push(variantsOverTime(drawing, courses, courses[0]!.windowNs, time, note + rest));
  } else missing.push('The runs are of different length, so their courses over time are not drawn together.');
  return { pictures, missing };
}

/** The faults, where they are the same in the first runs of all variants. */
async function commonFaults(variants: readonly Variant[], durationNs: number) {
  const all: FaultSpan[][] = [];
  for (const { cell } of variants) {
    const { folder } = cell.runs[0]!;
    all.push(await readFaults(folder, readManifest(folder), durationNs));
  }
  return all.every((faults) => JSON.stringify(faults) === JSON.stringify(all[0])) ? all[0]! : undefined;
}

function answerOf(variants: readonly Variant[], comparisons: readonly VariantComparison[]): string[] {
  const latency = comparedMeasures[1]!;
  const ranked = variants
    .flatMap((variant) => {
      const estimate = estimateOf(latency, variant);
      return estimate === undefined ? [] : [{ label: variant.label, ...estimate }];
    })
    .toSorted((a, b) => a.value - b.value);
  const about = { unit: unitOf(latency), measure: quotientText(latency) };
  const text = ({ label, value, interval }: (typeof ranked)[number]) =>
    `${label}, ${formatMeasure(value, about)}${interval === undefined ? '' : ` (${formatMeasure(interval.low, about)} … ${formatMeasure(interval.high, about)})`}`;
  const lead =
    ranked.length === 0
      ? 'No variant answered a request.'
      : ranked.length === 1
        ? `The 95th percentile of latency: ${text(ranked[0]!)}.`
        : ranked[0]!.value === ranked.at(-1)!.value
          ? `The 95th percentile of latency is the same in all ${formatCount(ranked.length)} variants: ${formatMeasure(ranked[0]!.value, about)}.`
          : `The lowest 95th percentile of latency of ${formatCount(ranked.length)} variants: ${text(ranked[0]!)}; the highest: ${text(ranked.at(-1)!)}.`;
  const told = comparisons
    .filter(({ isSameRun }) => isSameRun !== true)
    .slice(0, MOST_SENTENCES)
    .map(sentenceOf);
  const same = comparisons
    .filter(({ isSameRun }) => isSameRun === true)
    .map(({ variant, against }) => `${variant.label} is the same run as ${against.label}: every event is equal.`);
  const left = comparisons.length - told.length - same.length;
  return [
    lead,
    ...told,
    ...same,
    ...(left > 0 ? [`${formatCount(left)} more comparisons are in the table of differences.`] : []),
  ];
}

/** What may be said of a variant against its baseline: what is significant, and what is not known. */
function sentenceOf({ variant, against, measures }: VariantComparison): string {
  const significant = measures.filter(({ isSignificant }) => isSignificant);
  const parts = significant.map(({ measure, difference, unit }) => {
    const { difference: by, low, high, relative } = difference!;
    const sign = (value: number) => `${value > 0 ? '+' : ''}${formatMeasure(value, { unit, measure })}`;
    const size =
      relative === undefined
        ? `${sign(by)} (${sign(low)} … ${sign(high)})`
        : `${signedShare(relative.value)} (${signedShare(relative.low)} … ${signedShare(relative.high)})`;
    return `${measureTitles[measure]} ${size}`;
  });
  const without = measures.every(({ difference }) => difference === undefined);
  const head = `${variant.label} against ${against.label}: `;
  if (without) return `${head}one run each and nothing to divide, so how much is chance is not known.`;
  if (parts.length === 0) return `${head}no significant difference.`;
  return `${head}${parts.join(', ')}.`;
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
      'Replications of the same seed are compared in pairs; of one run each, windows of time are, which say nothing of other seeds.',
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
    .map(({ folder, manifest }) =>
      (
        manifest.command ?? [
          'codeco-sim',
          'run',
          manifest.scenario.file,
          '--seed',
          String(manifest.seed),
          '--out',
          folder,
        ]
      ).join(' '),
    );
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

const unfinishedOf = ({ unfinished }: Pick<Variants, 'unfinished'>): string[] =>
  unfinished.length === 0
    ? []
    : [
        `${formatCount(unfinished.length)} cells have no finished run: ${unfinished.slice(0, 5).join('; ')}${unfinished.length > 5 ? '; …' : ''}.`,
      ];
