import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  baseRights,
  clusterRole,
  listNodes,
  mapNodes,
  planClusters,
  planReplay,
  replay,
  rightsOf,
  type ReplayOptions,
  type ReplayOutcome,
} from '../../src/kind/index.ts';
import { connectCluster } from '../../src/kubernetes-client/index.ts';
import { readManifest } from '../../src/results/index.ts';
import { scenarioFromObject } from '../../src/scenario/index.ts';
import { FakeApiServer } from './fake-api-server.ts';

let server: FakeApiServer;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-replay-'));
  server = await FakeApiServer.start();
  server.addNode('big', '8', '16Gi');
  server.addNode('small', '2', '4Gi');
});
afterEach(() => {
  server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const pod = (cpu: string) => ({
  containers: [{ name: 'main', image: 'example/own:1', resources: { requests: { cpu } } }],
});
const scenario = (more: object = {}) => ({
  apiVersion: 'codeco-sim/v1',
  kind: 'Scenario',
  metadata: { name: 'quay' },
  spec: {
    duration: '20s',
    infrastructure: {
      nodeClasses: { server: { cpu: 4, memory: '8Gi' }, box: { cpu: 1, memory: '2Gi' } },
      clusters: [
        {
          name: 'hub',
          nodes: [
            { class: 'box', name: 'edge' },
            { class: 'server', name: 'cloud' },
          ],
        },
      ],
    },
    apps: [
      { codecoApp: 'shop', at: '5s' },
      { codecoApp: 'late', at: '10s' },
    ],
    ...more,
  },
});
const app = (name: string, cpu: string) => ({
  apiVersion: 'codeco.he-codeco.eu/v1alpha1',
  kind: 'CodecoApp',
  metadata: { name },
  spec: {
    appName: name,
    'codecoapp-msspec': [{ serviceName: `${name}-web`, podspec: pod(cpu), serviceChannels: [] }],
  },
});
const codecoApps = [app('shop', '2'), app('late', '500m')];
const load = (more?: object) => scenarioFromObject(scenario(more), { codecoApps }).world;
const options = {
  runtime: 'docker',
  kubeconfig: 'kubeconfig',
  failures: 'taint',
  workload: 'pause',
  placement: 'cluster',
  shaper: 'none',
  shrink: 1,
  speedUp: 1,
} as const;

/** Replays the scenario on the server, in this process. */
async function replayed(
  more: Partial<ReplayOptions> & { spec?: object; signal?: AbortSignal; readyWithinMs?: number } = {},
): Promise<ReplayOutcome> {
  const { spec, signal = new AbortController().signal, readyWithinMs = 1000, ...given } = more;
  const world = load(spec);
  const connection = await connectCluster({ kubeconfig: server.writeKubeconfig(folder), needs: baseRights });
  const [planned] = planClusters(world, { clusters: 'one', name: 'cluster', scale: 1, shrink: 1 });
  const cluster = mapNodes(planned!, await listNodes(connection), (node) => world.nodes[node]!.name);
  const all = { ...options, ...given };
  const nodes = new Map(cluster.workers.map((worker) => [worker.name, worker.nodes]));
  const setup = {
    plan: planReplay(world, [cluster], all),
    options: all,
    clusters: [{ name: cluster.name, connection, nodes }],
    callsPerSecond: 20,
    callsAtOnce: 40,
    readyWithinMs,
    leadMs: 100,
    notApplied: [],
    said: () => undefined,
  };
  return replay(setup, signal);
}

const isFree = (): boolean => ['/pods/', '/deployments/', '/services/'].every((part) => server.all(part).length === 0);
/** Waits until an object is there. */
async function untilThere(part: string): Promise<void> {
  for (let tries = 0; server.all(part).length === 0; tries++) {
    if (tries > 1000) throw new Error(`nothing has come to ${part}`);
    await sleep(20);
  }
}
const atOnce = [{ codecoApp: 'shop', at: '0s' }];

describe('a replay', () => {
  test('it applies what there is at its times, binds each decision, and takes all away again', async () => {
    const bound: string[] = [];
    server.refuse = ({ method, path, body }) => {
      if (method === 'POST' && path.endsWith('/binding'))
        bound.push(`${path.split('/').at(-2)} ${(body['target'] as { name: string }).name}`);
      return undefined;
    };
    const { facts, steps, error } = await replayed({ placement: 'simulated', speedUp: 10 });
    expect(error).toBeUndefined();
    expect(facts).toMatchObject({ leftOver: [], outcome: 'done', callsPerSecond: 20, speedUp: 10 });
    // requests of 2 cores fit the larger node alone
    expect(bound.toSorted()).toEqual([expect.stringMatching(/^late-late-web-0 (big|small)$/), 'shop-shop-web-0 big']);
    expect(steps.map(({ does }) => does).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'apply',
      'apply',
      'bind',
      'bind',
    ]);
    expect(steps.filter(({ failure }) => failure !== undefined)).toEqual([]);
    // never early
    for (const { begunNs, plannedNs, endedNs } of steps) {
      expect(begunNs).toBeGreaterThanOrEqual(plannedNs);
      expect(endedNs).toBeGreaterThanOrEqual(begunNs);
    }
    // in real time, not in the scenario's
    const late = steps.map(({ begunNs, plannedNs }) => Math.round((begunNs - plannedNs) / 10));
    expect(facts.latenessNs.max).toBe(Math.max(...late));
    expect(isFree()).toBe(true);
  });

  test('a server that no longer answers by then: all that was made is listed', async () => {
    const interruption = new AbortController();
    const going = replayed({ spec: { apps: atOnce }, signal: interruption.signal });
    await untilThere('/services/');
    server.refuse = () => ({ status: 500, message: 'out of order' });
    interruption.abort();
    const { facts } = await going;
    expect(facts.leftOver.map((text) => text.split(':')[0])).toEqual([
      'Deployment default/shop-shop-web',
      'Service default/shop-web',
    ]);
    for (const text of facts.leftOver) expect(text).toContain('500 out of order');
  });

  test('an interrupt takes away what was made; what cannot be is listed', async () => {
    for (const isBroken of [false, true]) {
      const interruption = new AbortController();
      server.refuse = ({ method, path }) =>
        isBroken && method === 'DELETE' && path.includes('/services/')
          ? { status: 500, message: 'the store is broken' }
          : undefined;
      const going = replayed({ spec: { apps: atOnce }, signal: interruption.signal });
      await untilThere('/services/');
      interruption.abort();
      const { facts } = await going;
      expect(facts.outcome).toBe('interrupted');
      expect(isFree()).toBe(!isBroken);
      expect(facts.leftOver).toEqual(
        isBroken ? [expect.stringMatching(/^Service default\/shop-web: cannot delete .*the store is broken/)] : [],
      );
    }
  });

  test('a node that fails is cordoned, and tainted once the node controller would have missed it, and is given back', async () => {
    const states: string[] = [];
    server.refuse = ({ method, path, body }) => {
      if (method === 'PATCH' && path.includes('/nodes/'))
        states.push(`${path.split('/').at(-1)} ${JSON.stringify(body['spec'])}`);
      return undefined;
    };
    const spec = {
      duration: '3s',
      orchestration: { nodeMonitorGracePeriod: '1s', evictionToleration: '1s' },
      faults: [{ at: '500ms', for: '2s', crash: 'cloud' }],
      apps: atOnce,
    };
    const { steps, facts } = await replayed({ spec });
    expect(facts.outcome).toBe('done');
    expect(states).toEqual([
      'big {"unschedulable":true}',
      'big {"taints":[{"key":"codeco-sim.io/down","effect":"NoExecute"}]}',
      'big {"unschedulable":null,"taints":[{"key":"codeco-sim.io/down","effect":"NoExecute","$patch":"delete"}]}',
    ]);
    expect(steps.map(({ does, plannedNs }) => [does, plannedNs / 1e9])).toEqual([
      ['apply', 0],
      ['cordon', 0.5],
      ['taint', 1.5],
      ['return', 2.5],
    ]);
    expect(server.get('/api/v1/nodes/big')!['spec']).toEqual({ taints: [] });
  });
});

describe('before anything is made', () => {
  const refused = async (message: string | RegExp): Promise<void> => {
    await expect(replayed()).rejects.toThrow(message);
    expect(server.asked.filter((call) => /^(PATCH|DELETE)/.test(call))).toEqual([]);
  };

  test('rights that are missing are listed', async () => {
    server.deny = ({ resource, verb }) => resource === 'deployments' && verb === 'patch';
    await refused('lacks rights that the replay needs:\n  patch deployments.apps\nnothing was made');
  });

  test('a name that is taken is left alone, and what an earlier replay has left is told how to remove', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments/shop-shop-web';
    const metadata = { name: 'shop-shop-web', namespace: 'default' };
    server.put(path, { kind: 'Deployment', metadata });
    await refused('Deployment default/shop-shop-web is there already');
    server.put(path, { kind: 'Deployment', metadata: { ...metadata, labels: { 'codeco-sim.io/replay': 'quay' } } });
    await refused(
      'kubectl --context fake delete deployment,service --all-namespaces --selector codeco-sim.io/replay=quay',
    );
  });

  test('a node that does not become Ready is told with its reason', async () => {
    server.addNode('small', '2', '4Gi', { notReady: 'cni plugin not initialized' });
    await refused('small: Ready is False KubeletNotReady, cni plugin not initialized');
  });

  test('a node that is too small for all is told with the way out', async () => {
    server.delete('/api/v1/nodes/big');
    await refused('no node of the cluster is left for cloud, which offers 4 cores and 8.0 GiB');
  });

  test('a server that cannot be reached is told', async () => {
    const { url } = server;
    server.stop();
    await expect(replayed()).rejects.toThrow(`cannot list the nodes (context fake, ${url})`);
  });
});

describe('trouble on the way', () => {
  test('an image that cannot be pulled ends it, and all is taken away', async () => {
    const going = replayed({ workload: 'published', spec: { apps: atOnce } });
    await untilThere('/pods/');
    const path = '/api/v1/namespaces/default/pods/shop-shop-web-0';
    const made = server.get(path)!;
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "example/own:1"' };
    server.put(path, {
      ...made,
      spec: { ...(made['spec'] as object), nodeName: 'big' },
      status: { phase: 'Pending', containerStatuses: [{ name: 'main', image: 'example/own:1', state: { waiting } }] },
    });
    const { facts } = await going;
    expect(facts.outcome).toBe('failed');
    expect(facts.failure).toContain(
      'the image example/own:1 of pod default/shop-shop-web-0 (container main) cannot be pulled on big: ImagePullBackOff',
    );
    expect(isFree()).toBe(true);
  });

  test('a quota that is exceeded ends it, whether at once or by the controller of a Deployment', async () => {
    const message = 'pods "shop" is forbidden: exceeded quota: small, requested: cpu=2, used: 0, limited: cpu=1';
    const going = replayed({ spec: { apps: atOnce } });
    await untilThere('/deployments/');
    const path = '/apis/apps/v1/namespaces/default/deployments/shop-shop-web';
    const condition = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message };
    server.put(path, { ...server.get(path)!, status: { conditions: [condition] } });
    expect((await going).facts.failure).toBe(
      `the pods of the Deployment default/shop-shop-web cannot be made: ${message}`,
    );
    expect(isFree()).toBe(true);

    server.refuse = ({ method, path: at }) =>
      method === 'PATCH' && at.includes('/deployments/') ? { status: 403, message } : undefined;
    const { failure } = (await replayed({ spec: { apps: atOnce } })).facts;
    expect(failure).toContain(`403 ${message}`);
    expect(failure).not.toContain('expected a Role');
    expect(isFree()).toBe(true);
  });
});

describe('which nodes stand for those of the scenario', () => {
  const map = async (names?: Record<string, string>): Promise<Record<string, string>> => {
    const world = load();
    const connection = await connectCluster({ kubeconfig: server.writeKubeconfig(folder), needs: baseRights });
    const [planned] = planClusters(world, { clusters: 'one', name: 'cluster', scale: 1, shrink: 1 });
    const nameOf = (node: number): string => world.nodes[node]!.name;
    const given = new Map(Object.entries(names ?? {}));
    const { workers } = mapNodes(planned!, await listNodes(connection), nameOf, given);
    return Object.fromEntries(workers.map(({ nodes, name }) => [nameOf(nodes[0]!), name]));
  };

  test('the smallest that is large enough, unless a label, a name or the user says otherwise', async () => {
    server.addNode('huge', '64', '256Gi');
    expect(await map()).toEqual({ edge: 'small', cloud: 'big' });
    server.addNode('huge', '64', '256Gi', { labels: { 'codeco-sim.io/node': 'edge' } });
    expect(await map()).toEqual({ edge: 'huge', cloud: 'big' });
    expect(await map({ edge: 'big', cloud: 'huge' })).toEqual({ edge: 'big', cloud: 'huge' });
    server.addNode('cloud', '4', '8Gi', { labels: { 'node-role.kubernetes.io/control-plane': '' } });
    expect(await map()).toEqual({ edge: 'huge', cloud: 'big' });
  });

  test('what is not there, or given twice, is told', async () => {
    await expect(map({ edge: 'none' })).rejects.toThrow(
      'edge is to be none, which is no node that takes pods: expected one of big, small',
    );
    await expect(map({ rim: 'big' })).rejects.toThrow("the scenario has no node 'rim'");
    await expect(map({ edge: 'big', cloud: 'big' })).rejects.toThrow('node big is given to two workers');
  });
});

test('the rights are those of what is applied, once each', () => {
  const world = load();
  const clusters = planClusters(world, { clusters: 'one', name: 'cluster', scale: 1, shrink: 1 });
  const needed = rightsOf(planReplay(world, clusters, { ...options, placement: 'simulated' }));
  const { kind, rules } = clusterRole(needed) as { kind: string; rules: { resources: string[]; verbs: string[] }[] };
  expect(kind).toBe('ClusterRole');
  expect(rules.map(({ resources: [resource], verbs }) => `${resource}: ${verbs.join(' ')}`)).toEqual([
    'nodes: get list watch',
    'pods: get list watch delete',
    'events: list watch',
    'deployments: list watch get create patch delete',
    'services: get create patch delete',
    'pods/binding: create',
  ]);
});

test('the command ends in good order when it is interrupted', async () => {
  const documents = [scenario({ apps: atOnce }), ...codecoApps];
  writeFileSync(join(folder, 'quay.yaml'), documents.map((document) => JSON.stringify(document)).join('\n---\n'));
  const program = join(process.cwd(), 'dist/cli/main.js');
  const args = ['kind', 'replay', 'quay.yaml', '--out', 'seen', '--kubeconfig', server.writeKubeconfig(folder)];
  const child = spawn(process.execPath, [program, ...args], { cwd: folder });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
  const ended = new Promise((resolve) => child.on('close', resolve));
  await untilThere('/services/');
  // seen by who observes
  await sleep(300);
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(said).toContain('edge: node small');
  expect(said).toContain('quay: interrupted');
  expect(said).toContain('all that was made is taken away');
  expect(isFree()).toBe(true);
  // what was seen until then is kept
  const { source, replay: facts, tables } = readManifest(join(folder, 'seen'));
  expect({ source, outcome: facts?.outcome }).toEqual({ source: 'cluster', outcome: 'interrupted' });
  expect(tables['pods']?.rows).toBe(1);
});
