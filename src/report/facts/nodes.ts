import type { World } from '../../model/index.ts';
import type { Manifest } from '../../results/index.ts';
import { windowNs } from '../scales.ts';
import { eachBatch } from './batches.ts';

const MOST_WINDOWS = 90;
/** More clusters than these are told apart by their role alone. */
const MOST_TIERS = 6;

/** A tier of the infrastructure over time: one cluster, or all of a role where there are many. */
export interface Tier {
  readonly name: string;
  readonly nodes: number;
  /** By window: mean share of its CPU in use, 0 to 1; NaN without a sample. */
  readonly utilization: readonly number[];
  /** By window: mean share of its CPU that pods request, 0 to 1; NaN without a sample. */
  readonly requested: readonly number[];
  /** By window: mean power of all its nodes, W; NaN without a sample. */
  readonly powerW: readonly number[];
}

/** A stretch of time in which a node was in another state than `up`. */
export interface StateSpan {
  readonly node: string;
  readonly state: string;
  readonly fromNs: number;
  readonly toNs: number;
}

/** The samples of the nodes, by tier and window of time. */
export interface NodeFacts {
  readonly windowNs: number;
  readonly tiers: readonly Tier[];
  /** What a tier is here. */
  readonly tiersAre: 'clusters' | 'roles';
  readonly energyJ: ReadonlyMap<string, number>;
  /** Most nodes of which a state is kept; the others' are counted as they are. */
  readonly states: readonly StateSpan[];
}

/** States of at most so many nodes' changes are kept for pictures. */
const MOST_SPANS = 5_000;

/**
 * Reads the samples of the nodes batch by batch. The utilisation of a tier is weighted by its nodes' cores.
 * @returns undefined if the run kept no such table, or it is empty
 */
export async function readNodes(folder: string, manifest: Manifest, world: World): Promise<NodeFacts | undefined> {
  const tiersAre = world.clusters.length <= MOST_TIERS ? 'clusters' : 'roles';
  const tierOf = world.clusters.map(({ name, role }) => (tiersAre === 'clusters' ? name : `${role} clusters`));
  const nodes = new Map(
    world.nodes.map((node) => [node.name, { cores: node.cpuMillicores, tier: tierOf[node.cluster]! }]),
  );
  const names = [...new Set(tierOf)].filter((tier) => world.nodes.some(({ cluster }) => tierOf[cluster] === tier));
  const width = windowNs(world.durationNs, MOST_WINDOWS, world.recording.sampleIntervalNs);
  const count = Math.max(1, Math.ceil(world.durationNs / width));
  const sums = new Map(
    names.map((name) => [
      name,
      {
        used: new Float64Array(count),
        there: new Float64Array(count),
        requested: new Float64Array(count),
        sampled: new Float64Array(count),
        joules: new Float64Array(count),
      },
    ]),
  );
  const covered = new Float64Array(count);
  const energyJ = new Map<string, number>(names.map((name) => [name, 0]));
  const open = new Map<string, StateSpan>();
  const states: StateSpan[] = [];
  let rows = 0;
  let lastTimeNs = -1;
  await eachBatch(folder, manifest, 'nodes', (batch) => {
    const time = batch.numbers('time_ns');
    const interval = batch.numbers('interval_ns');
    const node = batch.names('node');
    const state = batch.names('state');
    const utilization = batch.numbers('cpu_utilization');
    const requested = batch.numbers('cpu_requested_millicores');
    const energy = batch.numbers('energy_j');
    rows += batch.rows;
    for (let row = 0; row < batch.rows; row++) {
      const name = node(row)!;
      const facts = nodes.get(name);
      if (facts === undefined) continue;
      const [endNs, lengthNs] = [time(row), interval(row)];
      const window = Math.max(0, Math.min(count - 1, Math.floor((endNs - lengthNs / 2) / width)));
      const sum = sums.get(facts.tier)!;
      // a sample of a real node may lack its use
      if (!Number.isNaN(utilization(row))) {
        sum.used[window]! += utilization(row) * facts.cores * lengthNs;
        sum.there[window]! += facts.cores * lengthNs;
      }
      sum.requested[window]! += requested(row) * lengthNs;
      sum.sampled[window]! += facts.cores * lengthNs;
      sum.joules[window]! += energy(row);
      energyJ.set(facts.tier, energyJ.get(facts.tier)! + energy(row));
      if (endNs !== lastTimeNs) {
        covered[window]! += lengthNs;
        lastTimeNs = endNs;
      }
      const now = state(row)!;
      const before = open.get(name);
      if (before !== undefined && before.state === now) open.set(name, { ...before, toNs: endNs });
      else {
        if (before !== undefined && states.length < MOST_SPANS) states.push(before);
        if (now === 'up') open.delete(name);
        else open.set(name, { node: name, state: now, fromNs: endNs - lengthNs, toNs: endNs });
      }
    }
  });
  if (rows === 0) return undefined;
  states.push(...open.values());
  const tiers = names.map((name): Tier => {
    const { used, there, requested, sampled, joules } = sums.get(name)!;
    return {
      name,
      nodes: world.nodes.filter(({ cluster }) => tierOf[cluster] === name).length,
      utilization: Array.from(used, (value, i) => value / there[i]!),
      requested: Array.from(requested, (value, i) => value / sampled[i]!),
      powerW: Array.from(joules, (value, i) => value / (covered[i]! / 1e9)),
    };
  });
  return { windowNs: width, tiers, tiersAre, energyJ, states: states.toSorted((a, b) => a.fromNs - b.fromNs) };
}
