import { LatencyHistogram } from '../dynamics/index.ts';
import { significant } from '../format.ts';
import { readManifest } from '../results/index.ts';
import { governanceByVariant, type VariantGovernance } from './charts/governance-by-variant.ts';
import { latencyDistribution } from './charts/latency-distribution.ts';
import { timeDistribution } from './charts/time-distribution.ts';
import { variantsOverTime, type RunCourse, type VariantCourses } from './charts/variants-over-time.ts';
import type { Drawing } from './drawing.ts';
import { readFaults, type FaultSpan } from './facts/faults.ts';
import { readGovernance } from './facts/governance.ts';
import { readPods, waitingPods } from './facts/pods.ts';
import { readRequests } from './facts/requests.ts';
import { MOST_SERIES } from './palette.ts';
import type { Picture } from './picture.ts';
import type { Variant } from './variants.ts';

/** Replications of a variant whose tables are read. */
const MOST_RUNS = 10;

/** What is told by the tables of the runs themselves. */
export interface TablePictures {
  readonly pictures: readonly Picture[];
  /** Sentences that explain the answer. */
  readonly why: readonly string[];
  readonly missing: readonly string[];
}

const has = ({ cell }: Variant, table: string): boolean =>
  Object.hasOwn(readManifest(cell.runs[0]!.folder).tables, table);

/** What is drawn of requests, pods and governance: of the first variants, where their runs kept the tables. */
export async function picturesOfTables(drawing: Drawing, variants: readonly Variant[]): Promise<TablePictures> {
  const ofRequests = await picturesOfRequests(drawing, variants);
  const governed: VariantGovernance[] = [];
  for (const { label, cell } of variants.filter((each) => has(each, 'governance')).slice(0, MOST_SERIES)) {
    const { folder, row } = cell.runs[0]!;
    const facts = await readGovernance(folder, readManifest(folder), row['duration_ns'] as number);
    if (facts !== undefined) governed.push({ label, facts, durationNs: row['duration_ns'] as number });
  }
  const others = [await startUps(drawing, variants), governanceByVariant(drawing, governed)];
  return { ...ofRequests, pictures: [...ofRequests.pictures, ...others.filter((picture) => picture !== undefined)] };
}

/** How long pods took to become ready, where a real cluster is among the variants: of most that is all that is known. */
async function startUps(drawing: Drawing, variants: readonly Variant[]): Promise<Picture | undefined> {
  if (variants.every(({ cell }) => cell.runs[0]!.source === undefined)) return undefined;
  const samples = [];
  for (const { label, cell } of variants.filter((each) => has(each, 'pods')).slice(0, MOST_SERIES)) {
    const times: number[] = [];
    for (const { folder, row } of cell.runs.slice(0, MOST_RUNS)) {
      const pods = await readPods(folder, readManifest(folder), row['duration_ns'] as number);
      // pods that were ready before the observation began took no time in it
      for (const { createdNs, readyNs } of pods ?? []) if (readyNs > 0) times.push(readyNs - createdNs);
    }
    if (times.length > 0) samples.push({ label, valuesNs: times.toSorted((a, b) => a - b) });
  }
  const about = { name: 'ready', meaning: 'from the creation of a pod to its first readiness' };
  return samples.length === 0 ? undefined : timeDistribution(drawing, about, samples);
}

async function picturesOfRequests(drawing: Drawing, variants: readonly Variant[]): Promise<TablePictures> {
  const kept = variants.filter((variant) => has(variant, 'requests'));
  if (kept.length === 0) {
    return {
      pictures: [],
      why: [],
      missing: [
        'The runs kept no table requests, so there are neither distributions of latency nor courses of time: ' +
          'name it under `spec.tables` of the experiment to have them.',
      ],
    };
  }
  const drawn = kept.slice(0, MOST_SERIES);
  const samples = [];
  const courses: VariantCourses[] = [];
  let windowNs = 0;
  for (const { label, cell } of drawn) {
    const latencies = new LatencyHistogram();
    const runs: RunCourse[] = [];
    for (const { folder, row } of cell.runs.slice(0, MOST_RUNS)) {
      const manifest = readManifest(folder);
      const durationNs = row['duration_ns'] as number;
      const facts = (await readRequests(folder, manifest, durationNs, latencies))!;
      const pods = await readPods(folder, manifest, durationNs);
      windowNs ||= facts.windowNs;
      runs.push({ windows: facts.windows, waitingPods: pods && waitingPods(pods, facts.windows) });
    }
    if (latencies.count > 0) samples.push({ label, latencies });
    courses.push({ label, runs });
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
  if (drawn.some(({ cell }) => cell.runs[0]!.row['duration_ns'] !== durationNs)) {
    const missing = ['The runs are of different length, so their courses over time are not drawn together.'];
    return { pictures, why: [], missing };
  }
  const faults = await commonFaults(drawn, durationNs);
  const time = { durationNs, warmupNs: first.row['warmup_ns'] as number, faults: faults ?? [] };
  const note = faults === undefined ? ' The variants have different faults, which are not drawn.' : '';
  pictures.push(variantsOverTime(drawing, courses, windowNs, time, note + rest));
  return { pictures, why: whyOf(courses), missing: [] };
}

/** How many pods waited for a node, where variants differ in that. */
function whyOf(courses: readonly VariantCourses[]): string[] {
  const means = courses.flatMap(({ label, runs }) => {
    const waits = runs.flatMap(({ waitingPods: pods }) => pods ?? []);
    return waits.length === 0 ? [] : [{ label, pods: waits.reduce((sum, count) => sum + count, 0) / waits.length }];
  });
  const [least, most] = [Math.min(...means.map(({ pods }) => pods)), Math.max(...means.map(({ pods }) => pods))];
  if (means.length < 2 || most < 0.05 || least > 0.8 * most) return [];
  return [
    `Pods without a node, in the mean of the time: ${means
      .toSorted((a, b) => a.pods - b.pods)
      .map(({ label, pods }) => `${label} ${significant(Number(pods.toFixed(2)))}`)
      .join(', ')}.`,
  ];
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
