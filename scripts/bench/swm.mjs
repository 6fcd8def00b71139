// SWM's scalable solver: a group of workloads with channels on many nodes, and again after one node is gone.
import { fileURLToPath } from 'node:url';
import { RandomStream } from '../../dist/kernel/index.js';
import { objective, scalableSolver, violations } from '../../dist/codeco/swm/index.js';
import { inChild, printTable } from './measure.mjs';

const weights = { nodeCost: 1, workloadCost: 1, recommendation: 0, move: 0.5, latencyPerMs: 0.05 };
/** Iterations for a new group, and for one that runs. */
const BUDGETS = { placed: 500, again: 50 };
/** Nodes that fail, one at a time, each with all others there; the median is told. */
const FAILURES = 7;

/** Sites of 20 nodes behind a gateway each, the gateways on a ring and on a hub; workloads call those before them. */
function model({ workloads, nodes }) {
  const draws = new RandomStream(1, 'bench/swm');
  const resource = (capacity) => ({ capacity, used: 0 });
  const forwarder = (id) => ({
    id,
    type: 'NETWORK',
    cpuMillicores: resource(0),
    memoryBytes: resource(0),
    latencyNs: 1e5,
    labels: [],
  });
  const sites = Math.ceil(nodes / 20);
  const links = [];
  const media = [];
  const wire = (a, b, latencyNs, bandwidthBps) => {
    for (const [source, target] of [
      [a, b],
      [b, a],
    ]) {
      links.push({ id: `${source}-${target}`, source, target, medium: `${source}-${target}`, latencyNs });
      media.push({ id: `${source}-${target}`, bandwidthBps: resource(bandwidthBps) });
    }
  };
  const all = [forwarder('hub')];
  for (let site = 0; site < sites; site++) {
    all.push(forwarder(`site${site}`));
    wire(`site${site}`, 'hub', 5e6 + draws.integer(1e7), 1e10);
    wire(`site${site}`, `site${(site + 1) % sites}`, 1e6 + draws.integer(3e6), 1e9);
  }
  for (let node = 0; node < nodes; node++) {
    const cpu = [2000, 4000, 8000][draws.integer(3)];
    all.push({
      id: `node${node}`,
      type: 'COMPUTE',
      cpuMillicores: resource(cpu),
      memoryBytes: resource(cpu * 2e6),
      latencyNs: 0,
      labels: draws.bernoulli(0.5) ? ['gpu'] : [],
    });
    wire(`node${node}`, `site${node % sites}`, 1e5 + draws.integer(4e5), 1e9);
  }
  const group = Array.from({ length: workloads }, (_, at) => ({
    id: `w${at}`,
    cpuMillicores: 250 * (1 + draws.integer(4)),
    memoryBytes: 5e8 * (1 + draws.integer(4)),
    fixed: false,
    requiredLabels: draws.bernoulli(0.1) ? ['gpu'] : [],
    forbiddenLabels: [],
  }));
  const channels = group.slice(1).map(({ id }, at) => ({
    id: `c${at}`,
    qos: draws.bernoulli(0.5) ? 'ASSURED' : 'BEST_EFFORT',
    sourceApplication: 'app',
    sourceWorkload: `w${Math.max(0, at - draws.integer(5))}`,
    targetApplication: 'app',
    targetWorkload: id,
    fixed: false,
    bandwidthBps: 1e6 * (1 + draws.integer(20)),
    ...(draws.bernoulli(0.3) ? { latencyNs: 5e6 + draws.integer(2e7) } : {}),
  }));
  return {
    infrastructure: { nodes: all, networks: [{ id: 'lan', qos: 'ASSURED', links, media, paths: [] }] },
    appGroup: { applications: [{ id: 'app', workloads: group }], channels },
    costs: {
      nodes: all.flatMap(({ id, type }) => (type === 'COMPUTE' ? [{ node: id, value: draws.uniform() }] : [])),
      workloads: [],
    },
    recommendations: { workloads: [] },
  };
}

/** Seconds of CPU that a solve takes, and its answer; what it says must keep the constraints. */
function timed(problem, budget) {
  const draws = new RandomStream(2, 'bench/swm');
  const before = process.cpuUsage();
  const { assignment, errors } = scalableSolver().solve(problem, { weights, budget, draws });
  const { user, system } = process.cpuUsage(before);
  if (assignment === undefined) throw new Error(`no placement: ${JSON.stringify(errors)}`);
  const broken = violations(problem, assignment);
  if (broken.length > 0) throw new Error(`broken: ${JSON.stringify(broken.slice(0, 3))}`);
  return { seconds: (user + system) / 1e6, assignment };
}

/** A problem once it runs as it was assigned, and a node of it is gone. */
function without(problem, { workloads }, lost) {
  const nodeOf = new Map(workloads.map(({ workload, node }) => [workload, node]));
  const [app] = problem.appGroup.applications;
  return {
    ...problem,
    infrastructure: {
      ...problem.infrastructure,
      nodes: problem.infrastructure.nodes.filter(({ id }) => id !== lost),
    },
    appGroup: {
      ...problem.appGroup,
      applications: [{ ...app, workloads: app.workloads.map((entry) => ({ ...entry, node: nodeOf.get(entry.id) })) }],
    },
  };
}

function measure(size) {
  const problem = model(size);
  const placed = timed(problem, BUDGETS.placed);
  const used = [...new Set(placed.assignment.workloads.map(({ node }) => node))];
  const again = used
    .slice(0, FAILURES)
    .map((lost) => timed(without(problem, placed.assignment, lost), BUDGETS.again).seconds);
  return {
    ...size,
    seconds: placed.seconds,
    objective: objective(problem, placed.assignment, weights),
    'after a node is gone, s': again.toSorted((a, b) => a - b)[again.length >> 1],
  };
}

/** @param {{ smoke?: boolean }} [options] */
export async function benchSwm({ smoke = false } = {}) {
  const sizes = smoke ? [100] : [100, 1_000];
  const rows = [];
  for (const size of sizes)
    rows.push(await inChild(import.meta.url, { workloads: size, nodes: size }, smoke ? 1 : 3, 'seconds'));
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'child') console.log(JSON.stringify(measure(JSON.parse(process.argv[3]))));
  else printTable(await benchSwm({ smoke: process.argv.includes('--smoke') }));
}
