import type {
  Assignment,
  NodeValue,
  ObjectiveWeights,
  SwmChannel,
  SwmLink,
  SwmModel,
  SwmNetwork,
  SwmNode,
  SwmWorkload,
} from '../../../src/codeco/swm/index.ts';
import { constraints, ModelIndex, objective, violations } from '../../../src/codeco/swm/index.ts';
import type { RandomStream } from '../../../src/kernel/index.ts';

export const weights: ObjectiveWeights = {
  nodeCost: 1,
  workloadCost: 0.7,
  recommendation: 0.4,
  move: 0.3,
  latencyPerMs: 0.05,
};

export const compute = (id: string, cpu: number, labels: readonly string[] = []): SwmNode => ({
  id,
  type: 'COMPUTE',
  cpuMillicores: { capacity: cpu, used: 0 },
  memoryBytes: { capacity: 8e9, used: 0 },
  latencyNs: 0,
  labels,
});

export const forwarder = (id: string, latencyNs: number, bandwidthBps = 1e9): SwmNode => ({
  id,
  type: 'NETWORK',
  cpuMillicores: { capacity: 0, used: 0 },
  memoryBytes: { capacity: 0, used: 0 },
  latencyNs,
  bandwidthBps: { capacity: bandwidthBps, used: 0 },
  labels: [],
});

export const workload = (id: string, cpuMillicores: number, more: Partial<SwmWorkload> = {}): SwmWorkload => ({
  id,
  cpuMillicores,
  memoryBytes: 1e9,
  fixed: false,
  requiredLabels: [],
  forbiddenLabels: [],
  ...more,
});

export const channel = (source: string, target: string, more: Partial<SwmChannel> = {}): SwmChannel => ({
  id: `${source}-${target}`,
  qos: 'BEST_EFFORT',
  sourceApplication: 'app',
  sourceWorkload: source,
  targetApplication: 'app',
  targetWorkload: target,
  fixed: false,
  bandwidthBps: 0,
  ...more,
});

/** A full-duplex wire: two links, each on a medium of its own. */
export function wire(a: string, b: string, latencyNs: number, bandwidthBps: number) {
  const links: SwmLink[] = [
    { id: `${a}-${b}`, source: a, target: b, medium: `${a}-${b}`, latencyNs },
    { id: `${b}-${a}`, source: b, target: a, medium: `${b}-${a}`, latencyNs },
  ];
  return {
    links,
    media: links.map(({ medium }) => ({ id: medium, bandwidthBps: { capacity: bandwidthBps, used: 0 } })),
  };
}

export function network(
  id: string,
  wires: readonly ReturnType<typeof wire>[],
  more: Partial<SwmNetwork> = {},
): SwmNetwork {
  return {
    id,
    qos: 'BEST_EFFORT',
    links: wires.flatMap(({ links }) => links),
    media: wires.flatMap(({ media }) => media),
    paths: [],
    ...more,
  };
}

export const model = (
  nodes: readonly SwmNode[],
  networks: readonly SwmNetwork[],
  workloads: readonly SwmWorkload[],
  channels: readonly SwmChannel[] = [],
  costs: readonly NodeValue[] = [],
): SwmModel => ({
  infrastructure: { nodes, networks },
  appGroup: { applications: [{ id: 'app', workloads }], channels },
  costs: { nodes: costs, workloads: [] },
  recommendations: { workloads: [] },
});

/** Every path without a cycle between two compute nodes, of up to three links. */
export function allPaths(links: readonly SwmLink[], nodes: readonly SwmNode[]): SwmLink[][] {
  const computeNodes = new Set(nodes.filter(({ type }) => type === 'COMPUTE').map(({ id }) => id));
  const found: SwmLink[][] = [];
  const extend = (path: readonly SwmLink[]): void => {
    const end = path.at(-1)!.target;
    if (computeNodes.has(end)) found.push([...path]);
    if (path.length === 3) return;
    const passed = new Set([path[0]!.source, ...path.map(({ target }) => target)]);
    for (const link of links) if (link.source === end && !passed.has(link.target)) extend([...path, link]);
  };
  for (const link of links) if (computeNodes.has(link.source)) extend([link]);
  return found;
}

/** A small model of everything that the contract has: labels, fixed and moved workloads, two networks, listed and computed paths. */
export function smallModel(draws: RandomStream): SwmModel {
  const pick = <T>(values: readonly T[]): T => values[draws.integer(values.length)]!;
  const names = ['a', 'b', 'c'];
  const nodes = [
    ...names.map((id) =>
      compute(
        id,
        1000 + 500 * draws.integer(5),
        ['gpu', 'edge'].filter(() => draws.bernoulli(0.6)),
      ),
    ),
    forwarder('s', draws.integer(4e6), pick([2e7, 1e9])),
  ];
  // latencies differ in all digits, so that no two paths are equally fast
  const latency = (): number => 1e6 + draws.integer(9e6);
  const wires = [...names, 's'].flatMap((from, at, all) =>
    all
      .slice(at + 1)
      .filter(() => draws.bernoulli(0.75))
      .map((to) => wire(from, to, latency(), pick([1e7, 2e7, 1e8]))),
  );
  const links = wires.flatMap((both) => both.links);
  const isListed = draws.bernoulli(0.5);
  const listed = allPaths(links, nodes).map((path) => ({
    id: path.map(({ id }) => id).join('+'),
    links: path.map(({ id }) => id),
  }));
  const networks = [
    network('plain', wires, isListed && listed.length > 0 ? { paths: listed } : {}),
    network('sure', wires.slice(0, 3), { qos: 'ASSURED', bearer: 'plain' }),
  ];
  const ids = ['w', 'x', 'y', 'z'].slice(0, 2 + draws.integer(3));
  const workloads = ids.map((id) => {
    const isRunning = draws.bernoulli(0.4);
    return workload(id, 250 + 250 * draws.integer(5), {
      memoryBytes: 1e9 * (1 + draws.integer(4)),
      ...(isRunning ? { node: pick(names), fixed: draws.bernoulli(0.3) } : {}),
      requiredLabels: draws.bernoulli(0.2) ? ['gpu'] : [],
      forbiddenLabels: draws.bernoulli(0.15) ? ['edge'] : [],
    });
  });
  const channels = ids.slice(1).map((id) =>
    channel(pick(ids.slice(0, ids.indexOf(id))), id, {
      qos: draws.bernoulli(0.4) ? 'ASSURED' : 'BEST_EFFORT',
      bandwidthBps: pick([0, 4e6, 9e6, 1.5e7]),
      ...(draws.bernoulli(0.5) ? { latencyNs: 3e6 + draws.integer(12e6) } : {}),
    }),
  );
  const values = (): NodeValue[] => names.map((node) => ({ node, value: draws.uniform() }));
  return {
    ...model(nodes, networks, workloads, channels, values()),
    costs: { nodes: values(), workloads: [{ application: 'app', workload: 'w', nodes: values() }] },
    recommendations: { workloads: [{ application: 'app', workload: 'x', nodes: values() }] },
  };
}

/** The least objective of all assignments that keep all constraints, tried one by one; undefined where none does. */
export function bruteForce(problem: SwmModel): number | undefined {
  const { nodes, networks } = problem.infrastructure;
  const [app] = problem.appGroup.applications;
  const { channels } = problem.appGroup;
  const index = new ModelIndex(problem);
  let best: number | undefined;
  const ways = new Map<string, { network: string; path: string }[]>();
  for (const { id, links, paths } of networks) {
    const fastest = new Map<string, { path: SwmLink[]; latencyNs: number }>();
    for (const path of allPaths(links, nodes)) {
      const ends = `${path[0]!.source} ${path.at(-1)!.target}`;
      if (paths.length > 0) {
        const listed = paths.find((candidate) => candidate.links.join() === path.map((link) => link.id).join())!;
        ways.set(ends, [...(ways.get(ends) ?? []), { network: id, path: listed.id }]);
        continue;
      }
      const passed = path.slice(1).map(({ source }) => nodes.find((node) => node.id === source)!);
      const latencyNs = [...path, ...passed].reduce((sum, part) => sum + part.latencyNs, 0);
      if (latencyNs < (fastest.get(ends)?.latencyNs ?? Infinity)) fastest.set(ends, { path, latencyNs });
    }
    for (const [ends, { path }] of fastest) {
      const way = { network: id, path: [path[0]!.source, ...path.map(({ target }) => target)].join(' > ') };
      ways.set(ends, [...(ways.get(ends) ?? []), way]);
    }
  }
  const embed = (placed: readonly string[], embedded: Assignment['channels']): void => {
    const workloads = app!.workloads.map(({ id }, at) => ({ application: 'app', workload: id, node: placed[at]! }));
    const next = channels[embedded.length];
    if (next === undefined) {
      const assignment = { workloads, channels: embedded };
      if (violations(problem, assignment).length > 0) return;
      const cost = objective(problem, assignment, weights);
      if (best === undefined || cost < best) best = cost;
      return;
    }
    const at = (id: string): string => placed[app!.workloads.findIndex((candidate) => candidate.id === id)]!;
    const [source, target] = [at(next.sourceWorkload), at(next.targetWorkload)];
    const options =
      source === target ? [{ network: 'loopback', path: 'loopback' }] : (ways.get(`${source} ${target}`) ?? []);
    for (const option of options) embed(placed, [...embedded, { channel: next.id, ...option, source, target }]);
  };
  const place = (placed: readonly string[]): void => {
    if (placed.length === app!.workloads.length) {
      const workloads = app!.workloads.map(({ id }, at) => ({ application: 'app', workload: id, node: placed[at]! }));
      const broken = (['labels', 'fixed', 'node-capacity'] as const).some(
        (name) => constraints[name](problem, { workloads, channels: [] }, index).length > 0,
      );
      return broken ? undefined : embed(placed, []);
    }
    for (const { id, type } of nodes) if (type === 'COMPUTE') place([...placed, id]);
  };
  place([]);
  return best;
}

/** Sites of nodes behind a switch each, the switches in a ring and joined to a cloud; workloads call each other. */
export function districtModel(
  draws: RandomStream,
  size: { readonly workloads: number; readonly sites: number; readonly nodesPerSite: number },
): SwmModel {
  const pick = <T>(values: readonly T[]): T => values[draws.integer(values.length)]!;
  const sites = Array.from({ length: size.sites }, (_, site) => `site${site}`);
  const wires = [
    ...sites.map((site) => wire(site, 'hub', 5e6 + draws.integer(10e6), 1e9)),
    ...sites.map((site, at) => wire(site, sites[(at + 1) % sites.length]!, 1e6 + draws.integer(3e6), 2e8)),
  ].filter(({ links }) => links[0]!.source !== links[0]!.target);
  if (sites.length === 2) wires.pop();
  const nodes: SwmNode[] = ['hub', ...sites].map((id) => forwarder(id, 1e5, 1e10));
  for (const site of sites) {
    for (let node = 0; node < size.nodesPerSite; node++) {
      const id = `${site}-${node}`;
      nodes.push(compute(id, pick([2000, 4000, 8000]), draws.bernoulli(0.5) ? ['edge', 'gpu'] : ['edge']));
      wires.push(wire(id, site, 1e5 + draws.integer(4e5), 1e8));
    }
  }
  const workloads = Array.from({ length: size.workloads }, (_, at) =>
    workload(`w${at}`, pick([250, 500, 1000]), {
      memoryBytes: pick([2.5e8, 5e8, 1e9]),
      requiredLabels: draws.bernoulli(0.1) ? ['gpu'] : [],
    }),
  );
  const channels = workloads.slice(1).flatMap(({ id }, at) =>
    Array.from({ length: draws.bernoulli(0.3) ? 2 : 1 }, (_, number) =>
      channel(`w${Math.max(0, at - draws.integer(5))}`, id, {
        id: `c${at}-${number}`,
        qos: draws.bernoulli(0.5) ? 'ASSURED' : 'BEST_EFFORT',
        bandwidthBps: pick([1e6, 5e6, 2e7]),
        ...(draws.bernoulli(0.3) ? { latencyNs: 4e6 + draws.integer(8e6) } : {}),
      }),
    ),
  );
  const costs = nodes.filter(({ type }) => type === 'COMPUTE').map(({ id }) => ({ node: id, value: draws.uniform() }));
  return model(nodes, [network('lan', wires, { qos: 'ASSURED' })], workloads, channels, costs);
}

/** The same group once it runs as it was assigned. */
export function running(problem: SwmModel, { workloads }: Assignment): SwmModel {
  const nodeOf = new Map(workloads.map(({ workload: id, node }) => [id, node]));
  const applications = problem.appGroup.applications.map((app) => ({
    ...app,
    workloads: app.workloads.map((entry) => ({ ...entry, node: nodeOf.get(entry.id)! })),
  }));
  return { ...problem, appGroup: { ...problem.appGroup, applications } };
}
