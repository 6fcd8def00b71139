import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HttpExtender, SynchronousHttp } from '../../../src/kubernetes/extender/index.ts';
import {
  kubeScheduler,
  readProfile,
  type NodeInfo,
  type SchedulingPod,
} from '../../../src/kubernetes/scheduling/index.ts';
import type { World } from '../../../src/model/index.ts';
import { InputError, loadScenario, scenarioFromObject } from '../../../src/scenario/index.ts';
import { codecoApp, run } from '../../worlds.ts';
import { cluster, decide, pod, put } from '../scheduling/cluster.ts';

/** What the extender was sent, as far as tests look at it. */
interface Asked {
  readonly Pod: {
    readonly metadata: { readonly annotations: object };
    readonly spec: { readonly containers: readonly { readonly resources: { readonly requests: object } }[] };
  };
  readonly Nodes: null | {
    readonly items: readonly {
      readonly metadata: { readonly name: string };
      readonly status: { readonly allocatable: object };
    }[];
  };
  readonly NodeNames: readonly string[] | null;
}

const hasPython = spawnSync('python3', ['-c', 'import http.server']).status === 0;
const program = join(import.meta.dirname, 'extender.py');

/** The extender in another process: this one stands still while it asks. */
function start(): Promise<{ process: ChildProcess; port: number }> {
  const child = spawn('python3', [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', (line: Buffer) => resolve({ process: child, port: Number(line.toString()) }));
  });
}

/** Four equal nodes and one service, placed by kube-scheduler and these extenders. */
function worldWith(extenders: readonly object[], spec: { replicas?: number; duration?: string } = {}): World {
  const { world } = scenarioFromObject(
    {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'extended' },
      spec: {
        duration: spec.duration ?? '30s',
        infrastructure: {
          nodeClasses: { vm: { cpu: 8, memory: '16Gi' } },
          clusters: [{ name: 'only', nodes: [{ class: 'vm', count: 4, name: 'n-{i}' }] }],
        },
        apps: [{ codecoApp: 'shop', behaviour: { front: { replicas: spec.replicas ?? 1 } } }],
      },
    },
    { codecoApps: [codecoApp('shop', { front: { resources: { requests: { cpu: '100m' } } } })] },
  );
  // the configuration file is read by the loader, which the tests of its form hold
  return { ...world, orchestration: { ...world.orchestration, schedulerProfile: { extenders } as never } };
}

const placement = (world: World) =>
  run(world).pods.map(({ node, message }) => (node === undefined ? message : world.nodes[node]!.name));

describe.skipIf(!hasPython)('an extender in another language (Python)', () => {
  let extender: Awaited<ReturnType<typeof start>>;
  const url = (manner: string): string => `http://127.0.0.1:${extender.port}/${manner}`;
  beforeAll(async () => void (extender = await start()));
  afterAll(() => extender.process.kill());

  const calls = (manner: string) => {
    const http = new SynchronousHttp();
    const answer = http.post(`${url('log')}/calls`, '{}', { timeoutMs: 5_000, verified: true });
    http.close();
    const all = JSON.parse('text' in answer ? answer.text : '[]') as { manner: string; verb: string; args: Asked }[];
    return all.filter((call) => call.manner === manner);
  };

  test.each([false, true])('filters, scores and binds; names in place of nodes: %s', (nodeCacheCapable) => {
    const manner = `good${nodeCacheCapable}`;
    const verbs = { filterVerb: 'filter', prioritizeVerb: 'prioritize', bindVerb: 'bind', weight: 2 };
    expect(placement(worldWith([{ urlPrefix: url(manner), ...verbs, nodeCacheCapable }]))).toEqual(['n-4']);
    const made = calls(manner);
    expect(made.map(({ verb }) => verb)).toEqual(['filter', 'prioritize', 'bind']);
    const [filter, prioritize, bind] = made.map(({ args }) => args) as [Asked, Asked, Asked];
    expect(filter.Pod.metadata).toMatchObject({ name: 'shop-front-0', labels: { app: 'shop', serviceName: 'front' } });
    expect(filter.Pod.metadata.annotations).toEqual({ 'codeco-sim/time-ns': '0' });
    expect(filter.Pod.spec.containers[0]!.resources.requests).toEqual({ cpu: '100m' });
    if (nodeCacheCapable) {
      expect(filter.NodeNames).toEqual(['n-1', 'n-2', 'n-3', 'n-4']);
      expect(prioritize.NodeNames).toEqual(['n-3', 'n-4']);
    } else {
      expect(filter.NodeNames).toBeNull();
      expect(filter.Nodes!.items[0]!.status.allocatable).toMatchObject({ cpu: '8000m', pods: '110' });
      expect(prioritize.Nodes!.items.map(({ metadata }) => metadata.name)).toEqual(['n-3', 'n-4']);
    }
    expect(bind).toEqual({ PodName: 'shop-front-0', PodNamespace: 'default', PodUID: 'shop-front-0', Node: 'n-4' });
  });

  test.each([false, true])('strikes candidates for preemption; UIDs in place of pods: %s', (nodeCacheCapable) => {
    const manner = `preempting${nodeCacheCapable}`;
    const http = new SynchronousHttp();
    const objects = {
      pod: ({ name }: SchedulingPod) => ({ metadata: { name, namespace: 'default', uid: `uid-of-${name}` } }),
      node: ({ name }: NodeInfo) => ({ metadata: { name } }),
    };
    const config = { urlPrefix: url(manner), preemptVerb: 'preempt', nodeCacheCapable };
    const scheduler = kubeScheduler({}, [new HttpExtender(config, http, objects)]);
    const cache = cluster({ 'n-1': {}, 'n-2': {}, 'n-3': {} });
    for (const [index, node] of ['n-1', 'n-2', 'n-3'].entries())
      put(cache, node, `on-${node}`, { requests: { cpu: 4 }, priority: index });
    const urgent = pod('urgent', { requests: { cpu: 1 }, priority: 100 });
    // n-1 would lose the least important pod, but the extender wants n-2
    expect(decide(kubeScheduler(), cache, urgent).nomination?.node.name).toBe('n-1');
    const { nomination } = decide(scheduler, cache, urgent);
    expect([nomination?.node.name, nomination?.victims.map(({ name }) => name)]).toEqual(['n-2', ['on-n-2']]);
    cache.forgetPod([...cache.node('n-2')!.pods][0]!);
    put(cache, 'n-2', 'as-important', { requests: { cpu: 4 }, priority: 100 });
    const none = decide(scheduler, cache, urgent);
    expect(none.nomination).toBeUndefined();
    expect(none.message).toContain('preemption: 0/3 nodes are available: 1 No preemption victims found');
    http.close();
  });

  test('the same answers give the same run', () => {
    const world = worldWith([{ urlPrefix: url('good'), filterVerb: 'filter' }], { replicas: 5 });
    expect(run(world).digest).toBe(run(world).digest);
  });

  test('refusals stand in the FailedScheduling message with their words', () => {
    const [message] = placement(worldWith([{ urlPrefix: url('none'), filterVerb: 'filter' }], { duration: '1s' }));
    expect(message).toContain('0/4 nodes are available: 1 never, 3 the extender says no.');
  });

  test('it is asked about pods alone that want a resource which it manages', () => {
    const managedResources = [{ name: 'example.org/fpga' }];
    placement(worldWith([{ urlPrefix: url('managed'), filterVerb: 'filter', managedResources }]));
    expect(calls('managed')).toEqual([]);
  });

  test.each([
    ['nonsense', 'what is not JSON'],
    ['status', 'HTTP status 500'],
    ['error', 'the oracle is silent'],
    ['stranger', 'the node "nobody", which it was not asked about'],
  ])('where it fails (%s) the pod waits, says why, and is tried again', (manner, message) => {
    const world = worldWith([{ urlPrefix: url(manner), filterVerb: 'filter' }], { duration: '5s' });
    expect(placement(world)[0]).toContain(message);
    // at 0 s, then after back-off of 1 s and 2 s
    expect(calls(manner)).toHaveLength(3);
  });

  test('where an ignorable one fails scheduling goes on without it', () => {
    expect(placement(worldWith([{ urlPrefix: url('nonsense'), filterVerb: 'filter', ignorable: true }]))[0]).toMatch(
      /^n-\d$/,
    );
  });

  test('scores that are none add nothing', () => {
    const scores = { prioritizeVerb: 'prioritize', weight: 100 };
    const plain = placement(worldWith([]));
    expect(placement(worldWith([{ urlPrefix: url('fraction'), ...scores }]))).toEqual(plain);
  });

  test('a pod that it does not bind is tried again', () => {
    expect(placement(worldWith([{ urlPrefix: url('unbound'), bindVerb: 'bind' }], { duration: '5s' }))).toEqual([
      `extender ${url('unbound')}: bound elsewhere`,
    ]);
  });

  test('one that never answers is given up after three calls', () => {
    const world = worldWith([{ urlPrefix: url('slow'), filterVerb: 'filter', httpTimeout: '100ms' }], {
      duration: '60s',
    });
    expect(placement(world)[0]).toContain('not asked again after 3 calls without an answer');
  });

  test('one that dies is told so, and the run goes on', async () => {
    const mortal = await start();
    const world = worldWith([{ urlPrefix: `http://127.0.0.1:${mortal.port}/dies`, filterVerb: 'filter' }], {
      duration: '60s',
    });
    expect(placement(world)[0]).toContain('not asked again');
    mortal.process.kill();
  });
});

test('the scheduler passes over a resource that an extender sees to', () => {
  const managed = (ignoredByScheduler: boolean) => ({
    extenders: [
      { urlPrefix: 'http://localhost:1', managedResources: [{ name: 'example.org/fpga', ignoredByScheduler }] },
    ],
  });
  const wants = pod('p', { requests: { 'example.org/fpga': 1 } });
  expect(decide(kubeScheduler(readProfile(managed(false))), cluster({ a: {} }), wants).message).toContain(
    'Insufficient example.org/fpga',
  );
  expect(decide(kubeScheduler(readProfile(managed(true))), cluster({ a: {} }), wants).node?.name).toBe('a');
});

describe('extenders in a configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-extender-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const load = (extenders: object[]) => {
    writeFileSync(
      join(folder, 'scheduler.yaml'),
      JSON.stringify({
        apiVersion: 'kubescheduler.config.k8s.io/v1',
        kind: 'KubeSchedulerConfiguration',
        extenders,
      }),
    );
    writeFileSync(
      join(folder, 'scenario.yaml'),
      `apiVersion: codeco-sim/v1\nkind: Scenario\nmetadata: { name: extended }\nspec:\n  duration: 1m\n` +
        `  infrastructure: { clusters: [{ name: a }] }\n  orchestration: { schedulerConfig: scheduler.yaml }\n`,
    );
    return loadScenario(join(folder, 'scenario.yaml'));
  };
  const problemsOf = (extenders: object[]): string => {
    try {
      load(extenders);
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
    return 'nothing is wrong';
  };

  test('are kept as published; what has no effect is told', () => {
    const extender = { urlPrefix: 'http://localhost:8888/x', filterVerb: 'filter', httpTimeout: '1m30s' };
    const { world, warnings } = load([{ ...extender, enableHTTPS: true }]);
    expect(world.orchestration.schedulerProfile?.extenders).toEqual([{ ...extender, enableHTTPS: true }]);
    expect(warnings.map(({ found }) => found)).toEqual(['without effect here: extenders[0].enableHTTPS']);
  });

  test.each([
    ['another machine', [{ urlPrefix: 'http://example.org/x' }], 'a URL of this machine'],
    ['scores without a weight', [{ urlPrefix: 'http://localhost:1', prioritizeVerb: 'p' }], 'scores without a weight'],
    [
      'two that bind',
      [
        { urlPrefix: 'http://localhost:1', bindVerb: 'b' },
        { urlPrefix: 'http://localhost:2', bindVerb: 'b' },
      ],
      'extenders[0] binds',
    ],
    ['a time-out without a unit', [{ urlPrefix: 'http://localhost:1', httpTimeout: '5' }], 'a duration such as 5s'],
    ['a verb that does not exist', [{ urlPrefix: 'http://localhost:1', filterVreb: 'f' }], 'did you mean filterVerb?'],
  ])('%s', (_, extenders, message) => {
    expect(problemsOf(extenders)).toContain(message);
  });
});
