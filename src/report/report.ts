import { rollup } from 'd3-array';
import { answerOfObservation, answerOfRun, CONFIDENCE_TEXT } from './answer.ts';

import { eventsOverTime } from './charts/events.ts';
import { latencyDistribution } from './charts/latency-distribution.ts';
import { linkUse } from './charts/link-use.ts';
import { map } from './charts/map.ts';
import { placement } from './charts/placement.ts';
import { podsOverTime } from './charts/pods-over-time.ts';
import { requestsOverTime } from './charts/requests-over-time.ts';
import { tiersOverTime } from './charts/tiers-over-time.ts';
import { commandOfRun } from './command-of-run.ts';
import { readDecisions } from './decisions.ts';
import { loadDrawing, type Drawing } from './drawing.ts';
import { readRun, type RunFacts } from './facts/run.ts';
import { parametersOf } from './parameters.ts';
import type { DataTable, Picture } from './picture.ts';
import { reportOfVariants } from './report-of-variants.ts';
import { openVariants } from './variants.ts';
import { formatCount, formatDuration } from '../format.ts';

/** A report, before it is a page. */
export interface Report {
  readonly title: string;
  /** What was asked. */
  readonly question: string;
  /** What came out, in sentences; each with how sure it is. */
  readonly answer: readonly string[];
  /** How the intervals of the answer were computed. */
  readonly answerBasis: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly pictures: readonly Picture[];
  /** What the results do not hold, and how they would. */
  readonly missing: readonly string[];
  /** Of one run. */
  readonly decisions?: { readonly table: DataTable; readonly command: string };
  readonly parameters: DataTable;
  /** Commands that make the results again; of a real cluster, that made them. */
  readonly commands: readonly string[];
  /** Whether all of it can be made again to the byte; so it is where it is not said. */
  readonly isRepeatable?: boolean;
}

/**
 * Makes a report of results.
 * @param references results folders, folders of sweeps, or `FOLDER#NUMBER` of their cells
 * @throws {ResultsError} if something cannot be read
 */
export async function makeReport(references: readonly string[]): Promise<Report> {
  const opened = await openVariants(references);
  const { variants } = opened;
  const drawing = await loadDrawing();
  const [only] = variants;
  return variants.length === 1 && only!.cell.runs.length === 1 && opened.sweeps.length === 0
    ? reportOfRun(drawing, await readRun(only!.cell.runs[0]!))
    : reportOfVariants(drawing, opened);
}

async function reportOfRun(drawing: Drawing, run: RunFacts): Promise<Report> {
  const { manifest, scenario, world } = run;
  const decisions = await readDecisions(run.folder, manifest);
  const isReal = manifest.source === 'cluster';
  return {
    title: manifest.name,
    question: scenario.metadata.description ?? `What becomes of the scenario ${manifest.name}?`,
    answer: isReal ? answerOfObservation(run) : await answerOfRun(run),
    answerBasis: isReal
      ? 'An observation, which nobody can repeat. How true a simulation is to it: `codeco-sim kind compare SIMULATED REAL`.'
      : CONFIDENCE_TEXT,
    facts: [
      ['results', run.folder],
      ['scenario', manifest.scenario.file],
      ...(isReal
        ? [['observed', formatDuration(run.durationNs)] as const]
        : ([
            ['simulated', `${formatDuration(run.durationNs)}, warm-up ${formatDuration(run.warmupNs)}`],
            ['seed', String(manifest.seed)],
            ['digest', manifest.digest],
          ] as const)),
      ['version', `codeco-sim ${manifest.version}${manifest.program === undefined ? '' : ` (${manifest.program})`}`],
      [
        'world',
        [
          counted(world.clusters.length, 'cluster'),
          counted(world.nodes.length, 'node'),
          counted(world.links.length, 'link'),
          counted(world.users.length, 'user'),
        ].join(', '),
      ],
    ],
    pictures: picturesOfRun(drawing, run),
    missing: missingOf(run),
    ...(decisions === undefined
      ? {}
      : { decisions: { table: decisions, command: `codeco-sim why ${run.folder} --decision N` } }),
    parameters: parametersOf(scenario.spec),
    isRepeatable: !isReal,
    commands: [commandOfRun(run.folder, manifest)],
  };
}

/** All pictures of one run for which it has results. */
export function picturesOfRun(drawing: Drawing, run: RunFacts): Picture[] {
  const { requests, nodes, pods, links, governance, faults, world } = run;
  const pictures: Picture[] = [];
  if (requests !== undefined && requests.latencies.count > 0) {
    pictures.push(latencyDistribution(drawing, [{ label: 'this run', latencies: requests.latencies }], ''));
  }
  if (requests !== undefined && requests.windows.some(({ sent }) => sent > 0)) {
    pictures.push(requestsOverTime(drawing, requests, run, world.recording.requestSample));
  }
  if (pods !== undefined && pods.length > 0) {
    pictures.push(placement(drawing, pods, world, run));
    const phases = podsOverTime(drawing, pods, run);
    if (phases !== undefined) pictures.push(phases);
  }
  if (nodes !== undefined) pictures.push(tiersOverTime(drawing, nodes, run));
  if (links?.courses.some(({ highest }) => highest > 0) === true) pictures.push(linkUse(drawing, links, run));
  const events = eventsOverTime(drawing, faults, nodes?.states ?? [], governance, run);
  if (events !== undefined) pictures.push(events);
  const podsByNode = rollup(
    (pods ?? []).filter(({ node }) => node !== null),
    (own) => own.length,
    ({ node }) => node!,
  );
  const ground = map(drawing, world, podsByNode);
  if (ground !== undefined) pictures.push(ground);
  return pictures;
}

function missingOf({ requests, nodes, pods, manifest }: RunFacts): string[] {
  const absent = (['requests', 'nodes', 'pods'] as const).filter((name) => !Object.hasOwn(manifest.tables, name));
  return [
    ...absent.map((name) => `The run kept no table ${name}, so what is drawn from it is not here.`),
    ...(manifest.source === 'cluster'
      ? ['Requests, energy and traffic of a real cluster are not observed.']
      : requests?.latencies.count === 0
        ? ['No request was answered after the warm-up, so there are no latencies.']
        : []),
    ...(nodes === undefined && !absent.includes('nodes')
      ? ['There is no sample of the nodes: the run was too short.']
      : []),
    ...(pods?.length === 0 ? ['No pod was created.'] : []),
  ];
}

const counted = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
