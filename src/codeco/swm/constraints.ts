import { LOOPBACK, type Assignment, type Resource, type SwmLink, type SwmModel, type SwmNode } from './contract.ts';
import { ModelIndex, workloadKey } from './model-index.ts';

/** What an assignment breaks, in words. */
type Check = (model: SwmModel, assignment: Assignment, index: ModelIndex) => readonly string[];

/**
 * The constraints that SWM's published contract implies on an assignment, each as a predicate with its reasons. They are
 * read off the contract's own objects, so that they check any solver from outside. Source: the solver's proto of CODECO's
 * qos-scheduler; that a network of a higher class may carry BEST_EFFORT channels is own design.
 */
export const constraints = {
  'one-node-each': (model, { workloads }, { nodes }) => {
    const reasons: string[] = [];
    const seen = new Map<string, number>();
    for (const { application, workload, node } of workloads) {
      const key = workloadKey(application, workload);
      seen.set(key, (seen.get(key) ?? 0) + 1);
      const type = nodes.get(node)?.type;
      if (type !== 'COMPUTE') reasons.push(`${application}/${workload} is on ${node}, which is no compute node`);
    }
    for (const { id, workloads: own } of model.appGroup.applications) {
      for (const workload of own) {
        const count = seen.get(workloadKey(id, workload.id)) ?? 0;
        seen.delete(workloadKey(id, workload.id));
        if (count !== 1) reasons.push(`${id}/${workload.id} is on ${count} nodes`);
      }
    }
    for (const { application, workload } of workloads) {
      if (seen.delete(workloadKey(application, workload)))
        reasons.push(`${application}/${workload} is no workload of the model`);
    }
    return reasons;
  },

  'node-capacity': (model, assignment, { nodes }) => {
    const placed = placements(assignment);
    const asked = new Map<string, { cpuMillicores: number; memoryBytes: number }>();
    for (const { application, workload } of workloadsOf(model)) {
      const node = placed.get(workloadKey(application, workload.id));
      if (node === undefined) continue;
      const sum = asked.get(node) ?? { cpuMillicores: 0, memoryBytes: 0 };
      sum.cpuMillicores += workload.cpuMillicores;
      sum.memoryBytes += workload.memoryBytes;
      asked.set(node, sum);
    }
    return [...asked].flatMap(([id, sum]) => {
      const node = nodes.get(id);
      if (node === undefined) return [];
      return [
        ...over(`CPU of node ${id}`, sum.cpuMillicores, node.cpuMillicores, 'mCPU'),
        ...over(`memory of node ${id}`, sum.memoryBytes, node.memoryBytes, 'byte'),
      ];
    });
  },

  labels: (model, assignment, { nodes }) => {
    const placed = placements(assignment);
    return workloadsOf(model).flatMap(({ application, workload }) => {
      const node = nodes.get(placed.get(workloadKey(application, workload.id)) ?? '');
      if (node === undefined) return [];
      const missing = workload.requiredLabels.filter((label) => !node.labels.includes(label));
      const forbidden = workload.forbiddenLabels.filter((label) => node.labels.includes(label));
      return [
        ...missing.map((label) => `${application}/${workload.id} needs label ${label}, which ${node.id} lacks`),
        ...forbidden.map((label) => `${application}/${workload.id} forbids label ${label}, which ${node.id} has`),
      ];
    });
  },

  fixed: (model, assignment) => {
    const placed = placements(assignment);
    const embedded = new Map(assignment.channels.map((channel) => [channel.channel, channel]));
    const moved = workloadsOf(model).flatMap(({ application, workload }) => {
      const node = placed.get(workloadKey(application, workload.id));
      if (!workload.fixed || node === undefined || node === workload.node) return [];
      return [`${application}/${workload.id} is fixed on ${workload.node ?? 'no node'} and was put on ${node}`];
    });
    const rerouted = model.appGroup.channels.flatMap((channel) => {
      const now = embedded.get(channel.id);
      if (!channel.fixed || now === undefined) return [];
      if (now.network === channel.network && now.path === channel.path) return [];
      return [`channel ${channel.id} is fixed on ${channel.path ?? 'no path'} and was put on ${now.path}`];
    });
    return [...moved, ...rerouted];
  },

  'channel-path': (model, assignment, index) => {
    const placed = placements(assignment);
    const count = new Map<string, number>();
    for (const { channel } of assignment.channels) count.set(channel, (count.get(channel) ?? 0) + 1);
    const byId = new Map(assignment.channels.map((channel) => [channel.channel, channel]));
    const reasons: string[] = [];
    for (const channel of model.appGroup.channels) {
      const given = byId.get(channel.id);
      if (given === undefined || count.get(channel.id) !== 1) {
        reasons.push(`channel ${channel.id} has ${count.get(channel.id) ?? 0} paths`);
        continue;
      }
      const source = placed.get(workloadKey(channel.sourceApplication, channel.sourceWorkload));
      const target = placed.get(workloadKey(channel.targetApplication, channel.targetWorkload));
      if (given.source !== source || given.target !== target) {
        reasons.push(`channel ${channel.id} runs from ${given.source} to ${given.target}, not ${source} to ${target}`);
      } else if (source === target) {
        if (given.network !== LOOPBACK || given.path !== LOOPBACK)
          reasons.push(`channel ${channel.id} has path ${given.path} within node ${source}`);
      } else {
        const links = index.linksOf(given.network, given.path);
        if (links === undefined) reasons.push(`channel ${channel.id}: ${given.network} has no path ${given.path}`);
        else if (links[0]!.source !== source || links.at(-1)!.target !== target)
          reasons.push(`channel ${channel.id}: path ${given.path} does not lead from ${source} to ${target}`);
      }
    }
    const known = new Set(model.appGroup.channels.map(({ id }) => id));
    for (const id of count.keys()) if (!known.has(id)) reasons.push(`${id} is no channel of the model`);
    return reasons;
  },

  'channel-latency': (model, assignment, index) => {
    const embedded = routes(assignment, index);
    return model.appGroup.channels.flatMap(({ id, latencyNs }) => {
      const links = embedded.get(id);
      if (links === undefined || latencyNs === undefined) return [];
      const found = pathLatencyNs(links, index);
      return found <= latencyNs ? [] : [`channel ${id} takes ${found} ns and may take ${latencyNs} ns`];
    });
  },

  bandwidth: (model, assignment, index) => {
    const embedded = routes(assignment, index);
    const bandwidths = new Map(model.appGroup.channels.map(({ id, bandwidthBps }) => [id, bandwidthBps]));
    const onMedium = new Map<string, number>();
    const forwarded = new Map<SwmNode, number>();
    for (const { channel } of assignment.channels) {
      const bandwidth = bandwidths.get(channel) ?? 0;
      for (const [at, { source, medium }] of (embedded.get(channel) ?? []).entries()) {
        onMedium.set(medium, (onMedium.get(medium) ?? 0) + bandwidth);
        const through = at === 0 ? undefined : index.nodes.get(source);
        if (through?.type === 'NETWORK') forwarded.set(through, (forwarded.get(through) ?? 0) + bandwidth);
      }
    }
    // networks on one bearer share its media: what has the same name is the same
    const media = model.infrastructure.networks.flatMap((network) => network.media);
    return [
      ...media.flatMap(({ id, bandwidthBps }) => over(`medium ${id}`, onMedium.get(id) ?? 0, bandwidthBps, 'bit/s')),
      ...[...forwarded].flatMap(([{ id, bandwidthBps }, asked]) =>
        bandwidthBps === undefined ? [] : over(`network node ${id}`, asked, bandwidthBps, 'bit/s'),
      ),
    ];
  },

  'service-class': (model, assignment, { networks }) => {
    const classes = new Map(model.appGroup.channels.map(({ id, qos }) => [id, qos]));
    return assignment.channels.flatMap(({ channel, network }) =>
      classes.get(channel) === 'ASSURED' && networks.get(network)?.qos === 'BEST_EFFORT'
        ? [`channel ${channel} is ASSURED and was put on network ${network}, which is BEST_EFFORT`]
        : [],
    );
  },
} as const satisfies Record<string, Check>;

export type ConstraintName = keyof typeof constraints;

/** A constraint that an assignment breaks, and by what. */
export interface Violation {
  readonly constraint: ConstraintName;
  readonly reason: string;
}

/** Every breach of every constraint; none where the assignment is a solution of the model. */
export function violations(model: SwmModel, assignment: Assignment): Violation[] {
  const index = new ModelIndex(model);
  return (Object.keys(constraints) as ConstraintName[]).flatMap((constraint) =>
    constraints[constraint](model, assignment, index).map((reason) => ({ constraint, reason })),
  );
}

/** Latency of a path: that of its links, and of the NETWORK nodes that it passes. */
export function pathLatencyNs(links: readonly SwmLink[], { nodes }: Pick<ModelIndex, 'nodes'>): number {
  return links.reduce((sum, { source, latencyNs }, at) => {
    const through = at === 0 ? undefined : nodes.get(source);
    return sum + latencyNs + (through?.type === 'NETWORK' ? through.latencyNs : 0);
  }, 0);
}

function placements({ workloads }: Assignment): Map<string, string> {
  return new Map(workloads.map(({ application, workload, node }) => [workloadKey(application, workload), node]));
}

function workloadsOf({ appGroup }: SwmModel) {
  return appGroup.applications.flatMap(({ id, workloads }) =>
    workloads.map((workload) => ({ application: id, workload })),
  );
}

/** By channel: the links of its path; none for loopbacks and for paths that there are not. */
function routes({ channels }: Assignment, index: ModelIndex): Map<string, readonly SwmLink[]> {
  return new Map(channels.map(({ channel, network, path }) => [channel, index.linksOf(network, path) ?? []]));
}

function over(what: string, asked: number, { capacity, used }: Resource, unit: string): string[] {
  return asked === 0 || asked + used <= capacity
    ? []
    : [`${what}: ${asked} ${unit} asked for, ${capacity - used} of ${capacity} ${unit} free`];
}
