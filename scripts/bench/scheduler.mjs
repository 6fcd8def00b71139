// Placement decisions of the default scheduler, and the memory that idle nodes and pods take.
// Printed when run directly: node scripts/bench/scheduler.mjs [--smoke]
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RandomStream } from '../../dist/kernel/index.js';
import {
  compilePod,
  readResources,
  SchedulerCache,
  schedulers,
  schedulingPod,
} from '../../dist/kubernetes/scheduling/index.js';
import { podTemplate } from '../../dist/kubernetes/pod-template.js';
import { importScenario } from '../../dist/scenario/index.js';
import { scenarioFromText } from '../../dist/scenario/load.js';
import { inChild, printTable } from './measure.mjs';

const TRACE = ['openb_node_list.csv', 'openb_pod_list_default.csv'].map((name) =>
  fileURLToPath(new URL(`../../../shared/data/openb/${name}`, import.meta.url)),
);

const cpuS = () => process.cpuUsage().user / 1e6;

function addNode(cache, id, { name, labels, taints, cpuMillicores, memoryBytes, maxPods, resources }) {
  const allocatable = readResources({ ...resources, cpu: `${cpuMillicores}m`, memory: memoryBytes });
  return cache.addNode({ id, name, labels, taints, allocatable, maxPods });
}

/** The whole trace: pods come and go at their times, each placed by kube-scheduler's default profile. */
function replayTrace() {
  const { text } = importScenario('openb', TRACE, { folder: '.' });
  const { world } = scenarioFromText(text, 'openb', '.');
  const cache = new SchedulerCache();
  for (const [id, node] of world.nodes.entries()) addNode(cache, id, node);
  const pods = world.services.flatMap((service) => {
    const kind = compilePod(podTemplate(world.apps[service.app], service, world.clusters));
    return service.lives.map((life) => ({ ...life, pod: schedulingPod(kind, life.name, life.createdAtNs) }));
  });
  const events = pods.flatMap((pod, index) => [
    { atNs: pod.createdAtNs, comes: true, index },
    { atNs: pod.createdAtNs + pod.runsNs, comes: false, index },
  ]);
  events.sort((a, b) => a.atNs - b.atNs || a.index - b.index || b.comes - a.comes);
  const scheduler = schedulers['kube-scheduler']();
  const draws = new RandomStream(1, 'scheduler/ties');
  const before = cpuS();
  let placed = 0;
  for (const { comes, index } of events) {
    const { pod } = pods[index];
    if (!comes) {
      cache.forgetPod(pod);
      continue;
    }
    const { node } = scheduler.schedule(pod, cache, { draws });
    if (node === undefined) continue;
    cache.assumePod(pod, node);
    placed++;
  }
  return { pods: pods.length, nodes: world.nodes.length, placed, seconds: cpuS() - before };
}

/** Pods of changing kinds onto alike nodes, no two of a kind in a row. */
function fillCluster({ nodes, pods }) {
  const cache = new SchedulerCache();
  for (let id = 0; id < nodes; id++) addNode(cache, id, syntheticNode(id));
  const kinds = Array.from({ length: 16 }, (_, kind) => compilePod(syntheticPod(kind)));
  const scheduler = schedulers['kube-scheduler']();
  const draws = new RandomStream(1, 'scheduler/ties');
  const before = cpuS();
  let placed = 0;
  for (let index = 0; index < pods; index++) {
    const pod = schedulingPod(kinds[index % kinds.length], `pod-${index}`, index);
    const { node } = scheduler.schedule(pod, cache, { draws });
    if (node === undefined) continue;
    cache.assumePod(pod, node);
    placed++;
  }
  return { pods, nodes, placed, seconds: cpuS() - before };
}

function syntheticNode(id) {
  return {
    name: `node-${id}`,
    labels: { 'kubernetes.io/hostname': `node-${id}`, 'topology.kubernetes.io/zone': `zone-${id % 3}` },
    taints: [],
    cpuMillicores: 8_000,
    memoryBytes: 32 * 1024 ** 3,
    maxPods: 110,
  };
}

function syntheticPod(kind) {
  const requests = { cpu: `${100 + 25 * kind}m`, memory: `${128 + 64 * kind}Mi` };
  return {
    metadata: { name: `kind-${kind}`, labels: { app: `app-${kind}` } },
    spec: { containers: [{ name: 'main', image: `registry.example/app-${kind}:1`, resources: { requests } }] },
  };
}

/** Bytes of the heap and of typed arrays for an idle node, and for a pod on one. */
function memoryOf({ nodes }) {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  const used = () => {
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const kind = compilePod(syntheticPod(1));
  const measure = () => {
    const start = used();
    const cache = new SchedulerCache();
    const infos = Array.from({ length: nodes }, (_, id) => addNode(cache, id, syntheticNode(id)));
    cache.topology('topology.kubernetes.io/zone');
    const withNodes = used();
    const pods = infos.map((node, index) => {
      const pod = schedulingPod(kind, `pod-${index}`, index);
      cache.assumePod(pod, node);
      return pod;
    });
    const withPods = used();
    return { nodes, bytesPerIdleNode: (withNodes - start) / nodes, bytesPerPod: (withPods - withNodes) / pods.length };
  };
  // the first time the engine compiles, and throws away what it compiled for
  measure();
  return measure();
}

/** @param {{ smoke?: boolean }} [options] smoke: small cells, one round, only to see that it runs */
export async function benchScheduler({ smoke = false } = {}) {
  const rounds = smoke ? 1 : 3;
  const rows = [];
  if (existsSync(TRACE[0])) {
    rows.push({
      what: 'openb, the whole trace',
      ...(await inChild(import.meta.url, { bench: 'trace' }, rounds, 'seconds')),
    });
  } else console.log(`the openb trace is skipped: ${TRACE[0]} is not there\n`);
  const size = smoke ? { nodes: 500, pods: 1_000 } : { nodes: 5_000, pods: 10_000 };
  rows.push({
    what: 'default profile, 16 kinds in turn',
    ...(await inChild(import.meta.url, { bench: 'fill', ...size }, rounds, 'seconds')),
  });
  return rows;
}

/** @param {{ smoke?: boolean }} [options] */
export async function benchSchedulerMemory({ smoke = false } = {}) {
  const rows = [];
  for (const nodes of smoke ? [1_000] : [1_000, 10_000, 100_000])
    rows.push(await inChild(import.meta.url, { bench: 'memory', nodes }, 1, 'nodes'));
  return rows;
}

const measures = { trace: replayTrace, fill: fillCluster, memory: memoryOf };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'child') {
    const argument = JSON.parse(process.argv[3]);
    console.log(JSON.stringify(measures[argument.bench](argument)));
  } else {
    const smoke = process.argv.includes('--smoke');
    printTable(await benchScheduler({ smoke }));
    console.log('');
    printTable(await benchSchedulerMemory({ smoke }));
  }
}
