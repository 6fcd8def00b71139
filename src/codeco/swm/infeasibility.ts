import { CompiledModel } from './compiled-model.ts';
import type { ConstraintName } from './constraints.ts';
import type { SolverError, SwmChannel, SwmModel, SwmNode, SwmWorkload } from './contract.ts';

/** A constraint that no assignment can keep, and why. */
export interface Impossibility {
  readonly kind: ConstraintName;
  readonly details: string;
}

const NO_WEIGHTS = { nodeCost: 0, workloadCost: 0, recommendation: 0, move: 0, latencyPerMs: 0 };

/**
 * What of a model cannot be satisfied for certain: a workload that no node can take by itself, channels that no pair of
 * nodes can carry by themselves, and an application group that asks for more than there is. Where it finds nothing, the
 * model may still be infeasible, by its constraints taken together.
 * @throws {RangeError} if the model names what it does not have
 */
export function infeasibility(model: SwmModel): Impossibility[] {
  const compiled = new CompiledModel(model, NO_WEIGHTS);
  const usable: Int32Array[] = [];
  const found: Impossibility[] = [];
  for (const [workload, { application, id, allowed, cpuMillicores, memoryBytes }] of compiled.workloads.entries()) {
    const name = `${application}/${id}`;
    const fits = allowed.filter(
      (node) => cpuMillicores <= compiled.freeCpu[node]! && memoryBytes <= compiled.freeMemory[node]!,
    );
    usable.push(fits);
    if (fits.length > 0) continue;
    if (allowed.length === 0) found.push(noNodeAllowed(model, compiled, workload));
    else {
      const freeCpu = Math.max(...Array.from(allowed, (node) => compiled.freeCpu[node]!));
      const freeMemory = Math.max(...Array.from(allowed, (node) => compiled.freeMemory[node]!));
      const details =
        `${name} asks for ${cpuMillicores} mCPU and ${memoryBytes} byte; of the ${allowed.length} nodes left to it ` +
        `none has both: at most ${freeCpu} mCPU and ${freeMemory} byte are free`;
      found.push({ kind: 'node-capacity', details });
    }
  }
  if (found.length > 0) return found;
  for (const [what, asked, free, unit] of [
    ['CPU', sum(compiled.workloads, 'cpuMillicores'), compiled.freeCpu, 'mCPU'],
    ['memory', sum(compiled.workloads, 'memoryBytes'), compiled.freeMemory, 'byte'],
  ] as const) {
    const total = free.reduce((all, amount) => all + Math.max(0, amount), 0);
    if (asked > total) {
      const details = `the group asks for ${asked} ${unit} of ${what}; all nodes together have ${total} ${unit} free`;
      found.push({ kind: 'node-capacity', details });
    }
  }
  for (const channel of compiled.channels.keys()) {
    const reason = noWay(model, compiled, channel, usable);
    if (reason !== undefined) found.push(reason);
  }
  return found;
}

/** What stays of a model without one of its constraints. */
const relaxations: readonly (readonly [ConstraintName, (model: SwmModel) => SwmModel])[] = [
  ['node-capacity', (model) => withNodes(model, (node) => ({ ...node, cpuMillicores: PLENTY, memoryBytes: PLENTY }))],
  ['labels', (model) => withWorkloads(model, (workload) => ({ ...workload, requiredLabels: [], forbiddenLabels: [] }))],
  [
    'fixed',
    (model) =>
      withChannels(
        withWorkloads(model, (workload) => ({ ...workload, fixed: false })),
        (channel) => ({ ...channel, fixed: false }),
      ),
  ],
  ['channel-latency', (model) => withChannels(model, (channel) => ({ ...channel, latencyNs: Infinity }))],
  ['bandwidth', (model) => withChannels(model, (channel) => ({ ...channel, bandwidthBps: 0 }))],
  ['service-class', (model) => withChannels(model, (channel) => ({ ...channel, qos: 'BEST_EFFORT' }))],
];

const PLENTY = { capacity: Number.MAX_SAFE_INTEGER, used: 0 };

/**
 * Why a model that has no solution has none: what is impossible by itself, or else each constraint without which there
 * would be one.
 * @param isFeasible solves a model
 */
export function reasonsAgainst(model: SwmModel, isFeasible: (model: SwmModel) => boolean): SolverError[] {
  const alone = infeasibility(model);
  if (alone.length > 0) return alone;
  const decisive = relaxations.filter(([, relax]) => isFeasible(relax(model))).map(([kind]) => kind);
  if (decisive.length > 0)
    return decisive.map((kind) => ({ kind, details: `without this constraint the group could be placed` }));
  return [{ kind: 'together', details: 'several constraints together leave no placement for the group' }];
}

const withNodes = (model: SwmModel, change: (node: SwmNode) => SwmNode): SwmModel => ({
  ...model,
  infrastructure: { ...model.infrastructure, nodes: model.infrastructure.nodes.map(change) },
});

const withWorkloads = (model: SwmModel, change: (workload: SwmWorkload) => SwmWorkload): SwmModel => ({
  ...model,
  appGroup: {
    ...model.appGroup,
    applications: model.appGroup.applications.map((app) => ({ ...app, workloads: app.workloads.map(change) })),
  },
});

const withChannels = (model: SwmModel, change: (channel: SwmChannel) => SwmChannel): SwmModel => ({
  ...model,
  appGroup: { ...model.appGroup, channels: model.appGroup.channels.map(change) },
});

function noNodeAllowed(model: SwmModel, compiled: CompiledModel, workload: number): Impossibility {
  const { application, id } = compiled.workloads[workload]!;
  const name = `${application}/${id}`;
  const contract = model.appGroup.applications
    .find((candidate) => candidate.id === application)!
    .workloads.find((candidate) => candidate.id === id)!;
  const compute = model.infrastructure.nodes.filter(({ type }) => type === 'COMPUTE');
  if (contract.fixed) {
    const at = compute.find((node) => node.id === contract.node);
    if (at === undefined)
      return { kind: 'fixed', details: `${name} is fixed on ${contract.node ?? 'no node'}, which is not there` };
  }
  const lacking = contract.requiredLabels.map((label) => {
    const count = compute.filter(({ labels }) => !labels.includes(label)).length;
    return `${count} lack ${label}`;
  });
  const having = contract.forbiddenLabels.map((label) => {
    const count = compute.filter(({ labels }) => labels.includes(label)).length;
    return `${count} have ${label}`;
  });
  const reasons = [...lacking, ...having].join(', ') || 'there is none';
  return { kind: 'labels', details: `no node may take ${name}: of ${compute.length} nodes ${reasons}` };
}

/** Why a channel cannot run between any two nodes that its ends can be on; undefined where it can. */
function noWay(
  model: SwmModel,
  compiled: CompiledModel,
  channel: number,
  usable: readonly Int32Array[],
): Impossibility | undefined {
  const { contract, source, target, bandwidthBps } = compiled.channels[channel]!;
  const anyPath: CompiledModel = new CompiledModel(
    {
      ...model,
      appGroup: {
        ...model.appGroup,
        channels: [{ ...contract, latencyNs: Infinity, fixed: false, qos: 'BEST_EFFORT' }],
      },
    },
    NO_WEIGHTS,
  );
  let fastest = Infinity;
  let isWay = false;
  for (const from of usable[source]!) {
    for (const to of source === target ? [from] : usable[target]!) {
      if (from === to && !fitsTogether(compiled, source, target, from)) continue;
      const routes = compiled.routes(channel, from, to);
      if (routes.some(({ draws }) => hasRoom(compiled, draws, bandwidthBps))) return undefined;
      isWay ||= routes.length > 0;
      fastest = Math.min(fastest, anyPath.leastLatencyNs(0, from, to));
    }
  }
  const { id } = contract;
  if (isWay) {
    const details = `channel ${id} asks for ${bandwidthBps} bit/s, which no path within its latency has free`;
    return { kind: 'bandwidth', details };
  }
  if (fastest === Infinity)
    return { kind: 'channel-path', details: `channel ${id}: no path joins the nodes left to its ends` };
  if (contract.latencyNs !== undefined && fastest > contract.latencyNs) {
    const details = `channel ${id} may take ${contract.latencyNs} ns; the fastest path between nodes left to its ends takes ${fastest} ns`;
    return { kind: 'channel-latency', details };
  }
  if (contract.fixed)
    return { kind: 'fixed', details: `channel ${id} is fixed on ${contract.path ?? 'no path'}, which cannot carry it` };
  return { kind: 'service-class', details: `channel ${id} is ASSURED, and no assured network joins its ends in time` };
}

function fitsTogether(compiled: CompiledModel, a: number, b: number, node: number): boolean {
  if (a === b) return true;
  const [one, other] = [compiled.workloads[a]!, compiled.workloads[b]!];
  return (
    one.cpuMillicores + other.cpuMillicores <= compiled.freeCpu[node]! &&
    one.memoryBytes + other.memoryBytes <= compiled.freeMemory[node]!
  );
}

function hasRoom({ freeBandwidth }: CompiledModel, draws: readonly number[], bandwidthBps: number): boolean {
  return draws.every((draw) => {
    const times = draws.filter((other) => other === draw).length;
    return bandwidthBps * times <= freeBandwidth[draw]!;
  });
}

function sum(workloads: CompiledModel['workloads'], what: 'cpuMillicores' | 'memoryBytes'): number {
  return workloads.reduce((total, workload) => total + workload[what], 0);
}
