import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  baseRights,
  connectKind,
  defaultStateFolder,
  hasState,
  listNodes,
  mapNodes,
  otherNodes,
  observeReplay,
  planClusters,
  preflight,
  readState,
  replay,
  usableShaper,
  type PlannedCluster,
  type ReplayClock,
  type ReplayOptions,
  type ReplayOutcome,
  type ReplayPlan,
} from '../../kind/index.ts';
import { connectCluster, type Cluster } from '../../kubernetes-client/index.ts';
import type { World } from '../../model/index.ts';
import type { LoadedScenario } from '../../scenario/index.ts';
import { VERSION } from '../../version.ts';
import { untilInterrupted } from '../interruption.ts';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';
import type { ReplayFlags } from './kind-replay.ts';

/** What a scenario is replayed on. */
export interface ReplayTarget {
  readonly clusters: readonly PlannedCluster[];
  readonly options: ReplayOptions;
  /** One for each of the clusters, where they are there. */
  readonly connections: readonly Cluster[];
  /** What cannot be applied, or in another way, and why. */
  readonly notApplied: readonly string[];
}

/** The clusters that `kind up` made, or the one of a kubeconfig's context, whose nodes are given to the scenario's. */
export async function targetOf(world: World, flags: ReplayFlags, isOffline: boolean): Promise<ReplayTarget> {
  const target = await (flags.kubeconfig === undefined
    ? ofKind(world, flags, isOffline)
    : ofKubeconfig(world, flags, isOffline));
  if (isOffline) return target;
  const { options, clusters } = target;
  const containers = clusters.flatMap(({ workers, controlPlane }) => [
    ...(flags.kubeconfig === undefined ? [controlPlane] : []),
    ...workers.map(({ name }) => name),
  ]);
  const { shaper, notApplied } = await usableShaper(options.shaper, options.runtime, containers);
  return { ...target, options: { ...options, shaper }, notApplied: [...target.notApplied, ...notApplied] };
}

const limitsOf = ({ qps, burst }: ReplayFlags) => ({ perSecond: qps, atOnce: burst });

function optionsOf(
  flags: ReplayFlags,
): Omit<ReplayOptions, 'kubeconfig' | 'runtime' | 'shrink' | 'failures' | 'shaper'> {
  const { workload, placement, speedUp, netemSeed } = flags;
  return { workload, placement, speedUp, ...(netemSeed === undefined ? {} : { netemSeed }) };
}

async function ofKind(world: World, flags: ReplayFlags, isOffline: boolean): Promise<ReplayTarget> {
  for (const [name, given] of [
    ['--context', flags.context],
    ['--nodes', flags.nodes],
    ['--yes-to', flags.yesTo],
    ['--stop-node', flags.stopNode],
    ['--start-node', flags.startNode],
  ] as const)
    if (given !== undefined)
      throw new UsageError(`${name} is for --kubeconfig: kind's clusters are known by their state`);
  const folder = flags.state ?? defaultStateFolder(world.name);
  // clusters that are there are as they were made
  const state = !isOffline || hasState(folder) ? readState(folder) : undefined;
  const { clusters: kind, scale, shrink, name = world.name } = flags;
  const form = state?.form ?? { clusters: kind, name, scale, shrink };
  const clusters = planClusters(world, form);
  const options = {
    ...optionsOf(flags),
    runtime: state?.runtime ?? flags.runtime,
    kubeconfig: state?.kubeconfig ?? join(folder, 'kubeconfig'),
    shaper: flags.shaping ?? 'tc',
    failures: 'container' as const,
    shrink: form.shrink,
  };
  const connections = isOffline
    ? []
    : await Promise.all(clusters.map(({ name: cluster }) => connectKind(options.kubeconfig, cluster, limitsOf(flags))));
  return { clusters, options, connections, notApplied: [] };
}

async function ofKubeconfig(world: World, flags: ReplayFlags, isOffline: boolean): Promise<ReplayTarget> {
  const { kubeconfig, context, yesTo, scale, shrink } = flags;
  for (const [name, isGiven] of [
    ['--state', flags.state !== undefined],
    ['--clusters each', flags.clusters === 'each'],
  ] as const)
    if (isGiven) throw new UsageError(`${name} is for clusters of kind, not for --kubeconfig`);
  const planned = planClusters(world, { clusters: 'one', name: 'cluster', scale, shrink })[0]!;
  const options = {
    ...optionsOf(flags),
    runtime: flags.runtime,
    kubeconfig: kubeconfig!,
    shaper: flags.shaping ?? 'none',
    ...nodeFailuresOf(flags),
    shrink,
  };
  if (isOffline) return { clusters: [planned], options, connections: [], notApplied: [] };
  const cluster = await connectCluster({
    kubeconfig: kubeconfig!,
    ...(context === undefined ? {} : { context }),
    ...(yesTo === undefined ? {} : { yesTo }),
    needs: baseRights,
    limits: limitsOf(flags),
  });
  const named = flags.nodes === undefined ? new Map<string, string>() : readNodeNames(flags.nodes);
  const nodes = await listNodes(cluster);
  const mapped = mapNodes(planned, nodes, (node) => world.nodes[node]!.name, named);
  const others = otherNodes(mapped, nodes);
  const notApplied =
    others.length === 0 || options.placement !== 'cluster'
      ? []
      : [
          `the cluster's scheduler may also use nodes that stand for none of the scenario's, as they are not cordoned: ${others.join(', ')}`,
        ];
  return { clusters: [mapped], options: { ...options, context: cluster.context }, connections: [cluster], notApplied };
}

/** How nodes fail that are no containers of kind's. */
function nodeFailuresOf({ stopNode, startNode }: ReplayFlags): Pick<ReplayOptions, 'failures' | 'nodeCommands'> {
  if (stopNode === undefined && startNode === undefined) return { failures: 'taint' };
  if (stopNode === undefined || startNode === undefined)
    throw new UsageError('--stop-node and --start-node go together: what is stopped is started again at the end');
  return { failures: 'command', nodeCommands: { stop: stopNode, start: startNode } };
}

/** A file that names for simulated nodes those of the cluster: `a: worker-1`. */
function readNodeNames(file: string): Map<string, string> {
  let names: unknown;
  try {
    names = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--nodes ${file}: ${(error as Error).message}`, { cause: error });
  }
  const entries =
    typeof names === 'object' && names !== null && !Array.isArray(names) ? Object.entries(names) : undefined;
  const wrong = entries?.find(([, node]) => typeof node !== 'string');
  if (entries === undefined || wrong !== undefined) {
    throw new UsageError(
      `--nodes ${file}: ${wrong === undefined ? 'found no mapping' : `found ${JSON.stringify(wrong[1])} for ${wrong[0]}`}, expected lines such as edge-1: worker-2, a node of the scenario and one of the cluster`,
    );
  }
  return new Map(entries);
}

/** Replays, and tells how it went. */
export async function runReplay(
  io: Io,
  { world, resolved, hash, files }: LoadedScenario,
  target: ReplayTarget,
  plan: ReplayPlan,
  flags: ReplayFlags,
): Promise<ReplayOutcome> {
  const { clusters, connections, options, notApplied } = target;
  const said = (text: string): void => io.err(`${text}\n`);
  if (options.failures !== 'container') {
    for (const { nodes, name } of clusters[0]!.workers)
      said(`${nodes.map((node) => world.nodes[node]!.name).join(', ')}: node ${name}`);
  }
  const replayed = clusters.map(({ name, workers }, index) => ({
    name,
    connection: connections[index]!,
    nodes: new Map(workers.map((worker) => [worker.name, worker.nodes])),
  }));
  const workers = new Map(clusters.flatMap((cluster) => cluster.workers.map(({ name, nodes }) => [name, nodes[0]!])));
  /** A worker as the scenario calls its node; control planes as they are called. */
  const nameOf = (container: string): string => {
    const node = workers.get(container);
    return node === undefined ? container : world.nodes[node]!.name;
  };
  const header = {
    name: world.name,
    scenario: { file: files[0] ?? '', hash },
    seed: world.seed,
    version: VERSION,
    command: process.argv.slice(2),
  };
  const { out } = flags;
  const observeWith = (folder: string) => (clock: ReplayClock) =>
    observeReplay({
      world,
      scenario: resolved,
      header,
      clusters: replayed,
      clock,
      folder,
      force: flags.force === true,
    });
  return untilInterrupted((signal) =>
    replay(
      {
        plan,
        options,
        clusters: replayed,
        callsPerSecond: flags.qps,
        callsAtOnce: flags.burst,
        readyWithinMs: flags.readyWithin * 1000,
        leadMs: LEAD_MS,
        notApplied,
        ...(plan.network.length === 0
          ? {}
          : {
              preflight: (addressOf: (cluster: string, node: string) => Promise<string>) =>
                preflight(
                  plan.network,
                  {
                    runtime: options.runtime,
                    shaper: options.shaper,
                    tolerance: flags.tolerance / 100,
                    addressOf: ({ cluster, from }) => addressOf(cluster, from),
                    said,
                  },
                  signal,
                ).then((links) => links.map((link) => ({ ...link, from: nameOf(link.from), to: nameOf(link.to) }))),
            }),
        ...(out === undefined ? {} : { observe: observeWith(out) }),
        said,
      },
      signal,
    ),
  );
}

/** From the first look at the cluster to the start of the scenario. Own design. */
const LEAD_MS = 3000;

/** How a replay went, as people read it. */
export function describeOutcome(scenario: string, { facts, steps }: ReplayOutcome): string {
  const { outcome, latenessNs, notApplied, leftOver } = facts;
  const failed = steps.filter(({ failure }) => failure !== undefined);
  const ms = (ns: number): string => `${(ns / 1e6).toFixed(1)} ms`;
  const lines = [
    `${scenario}: ${outcome}; ${steps.length} steps, begun ${ms(latenessNs.median)} late in the median and ${ms(latenessNs.max)} at most`,
    ...failed.map(({ what, failure }) => `could not ${what}: ${failure}`),
    ...notApplied.map((note) => `note: ${note}`),
    ...(leftOver.length === 0 ? ['all that was made is taken away'] : leftOver.map((left) => `left over: ${left}`)),
  ];
  return `${lines.join('\n')}\n`;
}
