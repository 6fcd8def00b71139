import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandsOf, planClusters, planReplay, preflight, shellText, usableShaper } from '../../src/kind/index.ts';
import { carriersOf } from '../../src/kind/carriers.ts';
import { shapingLines, type ShapedWay } from '../../src/kind/shaping.ts';
import { followRun } from '../../src/kind/timeline.ts';
import type { NodeId } from '../../src/model/index.ts';
import { scenarioFromObject } from '../../src/scenario/index.ts';
import { FakePrograms } from './fake-programs.ts';

const pod = (cpu: string) => ({
  containers: [
    {
      name: 'main',
      image: 'example/own:1',
      env: [{ name: 'A', value: 'b' }],
      resources: { requests: { cpu, memory: '64Mi' } },
    },
  ],
});
const codecoApp = {
  apiVersion: 'codeco.he-codeco.eu/v1alpha1',
  kind: 'CodecoApp',
  metadata: { name: 'shop' },
  spec: {
    appName: 'shop',
    'codecoapp-msspec': [
      { serviceName: 'front', podspec: pod('500m'), serviceChannels: [] },
      { serviceName: 'back', podspec: pod('1'), serviceChannels: [] },
    ],
  },
};
const scenario = (more: object = {}) => ({
  apiVersion: 'codeco-sim/v1',
  kind: 'Scenario',
  metadata: { name: 'quay' },
  spec: {
    duration: '10m',
    infrastructure: {
      nodeClasses: { server: { cpu: 4, memory: '8Gi' } },
      clusters: [
        {
          name: 'hub',
          role: 'hub',
          nodes: [{ class: 'server', name: 'a' }],
          network: { bandwidth: '1Gbit/s', latency: '1ms' },
        },
        { name: 'edge', nodes: [{ class: 'server', name: 'b' }], network: { bandwidth: '100Mbit/s', latency: '2ms' } },
      ],
      links: [
        { name: 'wan', from: 'edge', to: 'hub', bandwidth: '20Mbit/s', latency: '10ms', jitter: '3ms', loss: '1%' },
      ],
    },
    apps: [{ codecoApp: 'shop', at: '5s' }],
    faults: [
      { at: '60s', for: '30s', degrade: 'wan', bandwidth: '50%', latency: '40ms', loss: '1%' },
      { at: '120s', for: '60s', crash: 'b' },
      { at: '240s', for: '10s', cut: 'wan' },
    ],
    ...more,
  },
});
const load = (more?: object) => scenarioFromObject(scenario(more), { codecoApps: [codecoApp] }).world;
const options = {
  runtime: 'docker',
  kubeconfig: 'kubeconfig',
  failures: 'container',
  workload: 'pause',
  placement: 'cluster',
  shaper: 'tc',
  shrink: 1,
  speedUp: 1,
} as const;
const form = { clusters: 'one', name: 'quay', scale: 1, shrink: 1 } as const;

describe('the network that is followed', () => {
  const { changes } = followRun(load(), [0, 1] as NodeId[]);
  const way = (atNs: number) =>
    changes.find((change) => change.atNs === atNs)?.ways.find(({ from, to }) => from === 0 && to === 1);

  test('a path has the sum of latencies, the lowest bandwidth, and what its links lose and delay together', () => {
    const conditions = way(0)!.conditions!;
    expect(conditions).toMatchObject({ latencyNs: 13e6, bandwidthBps: 20e6, jitterNs: 3e6, jitterVarianceNs2: 9e12 });
    expect(conditions.loss).toBeCloseTo(0.01, 12);
  });

  test('it changes when a link degrades, heals, is cut and is mended, and when a node is down nothing is told of it', () => {
    expect(changes.map(({ atNs, nodes }) => [atNs / 1e9, nodes])).toEqual([
      [0, []],
      [60, []],
      [90, []],
      [120, [{ node: 1, up: false }]],
      [180, [{ node: 1, up: true }]],
      [240, []],
      [250, []],
    ]);
    expect(way(60e9)!.conditions).toMatchObject({ latencyNs: 53e6, bandwidthBps: 10e6 });
    expect(way(60e9)!.conditions!.loss).toBeCloseTo(1 - 0.99 * 0.99, 12);
    expect(way(90e9)!.conditions).toEqual(way(0)!.conditions);
    expect(way(240e9)).toEqual({ from: 0, to: 1, conditions: undefined });
  });
});

describe('the plan', () => {
  test('it has applications, failures and the network at their times, and every command', async () => {
    const world = load();
    const plan = planReplay(world, planClusters(world, form), { ...options, netemSeed: 7 });
    const text = plan.steps.map(
      (step) => `# ${step.atNs / 1e9} s\n${commandsOf(step, options).map(shellText).join('\n')}\n`,
    );
    await expect(`${text.join('')}${plan.notes.join('\n')}\n`).toMatchFileSnapshot('golden/quay-replay.txt');
  });

  test("with the simulated placement each of the scheduler's decisions is bound, and no other scheduler takes the pods", () => {
    const world = load();
    const { steps } = planReplay(world, planClusters(world, form), { ...options, placement: 'simulated' });
    const bound = steps.filter((step) => step.does === 'bind');
    expect(bound.slice(0, 2).map(({ selector, atNs }) => [selector, atNs >= 5e9])).toEqual([
      ['codeco-sim.io/service=shop.front', true],
      ['codeco-sim.io/service=shop.back', true],
    ]);
    expect(JSON.stringify(steps.find((step) => step.does === 'apply'))).toContain('"schedulerName":"codeco-sim"');
    expect(shellText(commandsOf(bound[0]!, options, 'front-x')[0]!)).toContain(
      'create --raw /api/v1/namespaces/default/pods/front-x/binding --filename -',
    );
  });

  test('requests are divided as the nodes are', () => {
    const world = load();
    const plan = planReplay(world, planClusters(world, { ...form, shrink: 4 }), { ...options, shrink: 4 });
    expect(JSON.stringify(plan.steps.find((step) => step.does === 'apply'))).toContain(
      '"requests":{"cpu":"125m","memory":"16777216"}',
    );
  });

  test("what Kubernetes' timers decide is not sped up", () => {
    const world = load();
    expect(() => planReplay(world, planClusters(world, form), { ...options, speedUp: 10 })).toThrow(
      /--speed-up 10: something changes at 60 s/,
    );
    const calm = load({ faults: [] });
    expect(planReplay(calm, planClusters(calm, form), { ...options, speedUp: 10 }).steps.length).toBeGreaterThan(0);
  });

  test('what becomes of an application is done at its time, and the same pods go as in the simulation', () => {
    const changes = [
      { at: '20s', replicas: { front: 1 } },
      { at: '40s', delete: true },
    ];
    const apps = [{ codecoApp: 'shop', behaviour: { front: { replicas: 3 } }, changes }];
    const world = load({ faults: [], apps });
    const { steps } = planReplay(world, planClusters(world, form), { ...options, placement: 'simulated' });
    const scales = steps.filter((step) => step.does === 'scale');
    const bound = new Map(steps.flatMap((step) => (step.does === 'bind' ? [[step.pod, step.worker] as const] : [])));
    const [first, ...rest] = scales.map(({ atNs, name, replicas, going }) => ({
      at: atNs / 1e9,
      name,
      replicas,
      going,
    }));
    // those go first that share a node (kubernetes/pkg/controller/replicaset, getPodsRankedByRelatedPodsOnSameNode)
    expect(first).toMatchObject({ at: 20, name: 'shop-front', replicas: 1 });
    expect(new Set(first!.going.map((pod) => bound.get(pod))).size).toBe(1);
    expect(first!.going).toHaveLength(2);
    const last = ['shop-front-0', 'shop-front-1', 'shop-front-2'].filter((pod) => !first!.going.includes(pod));
    expect(rest).toEqual([
      { at: 40, name: 'shop-front', replicas: 0, going: last },
      { at: 40, name: 'shop-back', replicas: 0, going: ['shop-back-0'] },
    ]);
    expect(commandsOf(scales[1]!, options).map(shellText)).toEqual([
      `kubectl --kubeconfig kubeconfig --context kind-quay annotate pod '{${last[0]}}' --namespace default --overwrite controller.kubernetes.io/pod-deletion-cost=-1000`,
      'kubectl --kubeconfig kubeconfig --context kind-quay scale deployment/shop-front --namespace default --replicas=0',
    ]);
  });

  test('nodes fail by commands of the user, and pods tolerate that as long as the scenario says', () => {
    const nodeCommands = { stop: 'ssh {node} stop-it', start: 'ssh {node} start-it' };
    const byCommand = { ...options, failures: 'command', nodeCommands, shaper: 'none', context: 'lab' } as const;
    const world = load({ orchestration: { evictionToleration: '9s' } });
    const { steps } = planReplay(world, planClusters(world, form), byCommand);
    const turns = steps.filter(({ does }) => does === 'stop' || does === 'start');
    expect(turns.map((step) => [step.atNs / 1e9, ...commandsOf(step, byCommand).map(shellText)])).toEqual([
      [120, "sh -c 'ssh quay-worker2 stop-it'"],
      [180, "sh -c 'ssh quay-worker2 start-it'"],
    ]);
    const [deployment] = steps.flatMap((step) => (step.does === 'apply' ? step.objects : []));
    const tolerations = ['unreachable', 'not-ready'].map((key) => ({
      key: `node.kubernetes.io/${key}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 9,
    }));
    expect(deployment).toMatchObject({
      spec: { template: { spec: { tolerations: expect.arrayContaining(tolerations) as unknown } } },
    });
  });

  test('a published manifest is applied as it is, with the containers replaced', () => {
    const documents = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'x' },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'web' } },
          template: { metadata: { labels: { app: 'web' } }, spec: { priorityClassName: 'high', ...pod('1') } },
        },
      },
      { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 10 },
    ];
    const bare = load({ faults: [], apps: [] });
    const service = { name: 'web', app: 0, podSpec: documents[1]!.spec!.template.spec, replicas: 2 };
    const world = {
      ...bare,
      apps: [
        {
          name: 'web',
          namespace: 'x',
          services: [0],
          createdAtNs: 0,
          clusters: [0, 1],
          source: { kind: 'Manifest', documents },
        },
      ],
      services: [{ ...service, workload: { kind: 'Deployment', namespace: 'x', labels: { app: 'web' } } }],
    } as unknown as typeof bare;
    const [namespace, deployment, priority] = carriersOf(world, world.apps[0]!, { workload: 'http', shrink: 1 });
    const labels = { 'codeco-sim.io/replay': 'quay' };
    expect([namespace, priority]).toEqual(
      [documents[0]!, documents[2]!].map((one) => ({ ...one, metadata: { ...one.metadata, labels } })),
    );
    expect(deployment).toMatchObject({ spec: { replicas: 2, selector: { matchLabels: { app: 'web' } } } });
    expect((deployment!['spec'] as { template: unknown }).template).toMatchObject({
      metadata: { labels: { app: 'web', 'codeco-sim.io/service': 'web.web' } },
      spec: {
        priorityClassName: 'high',
        containers: [{ args: ['netexec', '--http-port=8080', '--udp-port=-1'], resources: { requests: { cpu: '1' } } }],
      },
    });
    expect(JSON.stringify(deployment)).not.toContain('env');
  });
});

const way = (index: number, address: string, conditions?: Partial<ShapedWay['conditions']>): ShapedWay => ({
  index,
  destination: { name: address, addresses: [`${address}/32`] },
  conditions:
    conditions === undefined
      ? undefined
      : { latencyNs: 0, jitterNs: 0, jitterVarianceNs2: 0, loss: 0, bandwidthBps: Infinity, ...conditions },
});

test('netem gets delay, jitter, loss, a queue for what is under way, and a seed', () => {
  const ways = [
    way(0, '10.0.0.2', { latencyNs: 50e6, jitterNs: 4e6, jitterVarianceNs2: 9e12, loss: 0.001, bandwidthBps: 1e9 }),
  ];
  const [, leaf] = shapingLines(ways, false, { shaper: 'tc', seed: 5 });
  // twice 1 Gbit/s times 54 ms are 9,000 packets of 1,500 bytes
  expect(leaf).toBe(
    'qdisc change dev eth0 parent 1:10 handle 10: netem limit 9000 delay 54000us 3000us distribution normal loss random 0.1% seed 5',
  );
});

// network namespaces need root and Linux with htb; the delay itself needs netem, which is not asked for here
const space = `codeco-sim-${process.pid}`;
const ip = (...args: readonly string[]) => spawnSync('ip', args, { encoding: 'utf8' });
const canShape = process.platform === 'linux' && process.getuid?.() === 0 && ip('netns', 'add', space).status === 0;
const inside = (...args: readonly string[]) => ['netns', 'exec', space, ...args];

describe.skipIf(!canShape)('tc in a network namespace (skipped without root on Linux)', () => {
  let server: ChildProcess | undefined;
  const addresses = ['10.209.7.2', '10.209.7.3', '10.209.7.4'];
  const MEGABYTE = 1e6;

  beforeAll(async () => {
    ip('link', 'add', 'cs0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space);
    for (const address of addresses) ip('addr', 'add', `${address}/24`, 'dev', 'cs0');
    ip('link', 'set', 'cs0', 'up');
    ip(...inside('ip', 'addr', 'add', '10.209.7.1/24', 'dev', 'eth0'));
    ip(...inside('ip', 'link', 'set', 'eth0', 'up'));
    const listen =
      "require('net').createServer((s)=>{s.resume();s.on('end',()=>s.end());s.on('error',()=>0)}).listen(7979,()=>console.log('up'))";
    server = spawn(process.execPath, ['-e', listen]);
    await new Promise((ready) => server!.stdout!.once('data', ready));
  });
  afterAll(() => {
    server?.kill();
    ip('netns', 'delete', space);
  });

  const shape = (ways: readonly ShapedWay[], isNew: boolean) => {
    const input = `${shapingLines(ways, isNew, { shaper: 'tc-rate' }).join('\n')}\n`;
    return spawnSync('ip', inside('tc', '-batch', '-'), { input, encoding: 'utf8' });
  };
  /** Seconds that a megabyte takes from inside to an address; undefined where no connection comes about in two seconds. */
  const secondsTo = (address: string): number | undefined => {
    const send = `const t=process.hrtime.bigint();const s=require('net').connect(7979,'${address}',()=>{s.setTimeout(0);s.end(Buffer.alloc(${MEGABYTE}))});
      s.setTimeout(2000,()=>{console.log('none');process.exit()});s.resume();s.on('close',()=>console.log(Number(process.hrtime.bigint()-t)/1e9))`;
    const said = spawnSync('ip', inside(process.execPath, '-e', send), { encoding: 'utf8' }).stdout.trim();
    return said === 'none' ? undefined : Number(said);
  };

  test('each destination has its own rate, all else is unshaped, and what is cut off comes back', () => {
    const ways = [way(0, addresses[0]!, { bandwidthBps: 8e6 }), way(1, addresses[1]!, { bandwidthBps: 32e6 })];
    expect(shape(ways, true)).toMatchObject({ status: 0, stderr: '' });
    // 8 Mbit at 8 and at 32 Mbit/s, headers beside; what is in the first burst is free
    expect(secondsTo(addresses[0]!)).toBeGreaterThan(0.9);
    const faster = secondsTo(addresses[1]!)!;
    expect(faster).toBeGreaterThan(0.2);
    expect(secondsTo(addresses[2]!)).toBeLessThan(faster);
    expect(shape([way(0, addresses[0]!)], false)).toMatchObject({ status: 0, stderr: '' });
    expect(secondsTo(addresses[0]!)).toBeUndefined();
    expect(shape([way(0, addresses[0]!, { bandwidthBps: 80e6 })], false)).toMatchObject({ status: 0, stderr: '' });
    expect(secondsTo(addresses[0]!)).toBeGreaterThan(0.08);
  });

  /** Stands for Docker: runs in network namespaces what is meant for containers of their names. */
  const asRuntime = async <Result>(does: () => Promise<Result>): Promise<Result> => {
    const fakes = new FakePrograms({ docker: ['"exec "*) shift; exec ip netns exec "$@" ;;'] });
    const { PATH } = process.env;
    process.env['PATH'] = `${join(fakes.folder, 'bin')}:${PATH}`;
    try {
      return await does();
    } finally {
      process.env['PATH'] = PATH;
      fakes.remove();
    }
  };

  test('what was applied is measured, and told where it is off', async () => {
    const other = `${space}-b`;
    ip('netns', 'add', other);
    try {
      ip('link', 'add', 'eth1', 'netns', space, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', other);
      ip(...inside('ip', 'addr', 'add', '10.209.8.1/24', 'dev', 'eth1'));
      ip(...inside('ip', 'link', 'set', 'eth1', 'up'));
      ip('-n', other, 'addr', 'add', '10.209.8.2/24', 'dev', 'eth0');
      ip('-n', other, 'link', 'set', 'eth0', 'up');
      const conditions = { latencyNs: 0, jitterNs: 0, jitterVarianceNs2: 0, loss: 0, bandwidthBps: 20e6 };
      const lines = shapingLines([way(0, '10.209.8.2', conditions)], true, { shaper: 'tc-rate', device: 'eth1' });
      const shaped = spawnSync('ip', inside('tc', '-batch', '-'), { input: `${lines.join('\n')}\n`, encoding: 'utf8' });
      expect(shaped).toMatchObject({ status: 0 });
      const network = (bandwidthBps: number) => [
        { cluster: 'quay', from: space, to: other, conditions: { ...conditions, bandwidthBps } },
      ];
      const measuring = (bandwidthBps: number) =>
        asRuntime(() =>
          preflight(
            network(bandwidthBps),
            {
              runtime: 'docker',
              shaper: 'tc-rate',
              tolerance: 0.1,
              addressOf: () => Promise.resolve('10.209.8.1'),
              said: () => undefined,
            },
            new AbortController().signal,
          ),
        );
      // 20 Mbit/s as htb counts them are 19.13 of what TCP carries
      const [link] = await measuring(20e6);
      expect(link).toMatchObject({ from: space, to: other, bandwidthBps: { configured: 20e6 * (1448 / 1514) } });
      expect(Math.abs(link!.bandwidthBps!.measured / 19.13e6 - 1)).toBeLessThan(0.1);
      await expect(measuring(40e6)).rejects.toThrow(/by more than 10 %:\n.*Mbit\/s of 38\.26 Mbit\/s/);
    } finally {
      ip('netns', 'delete', other);
    }
  });

  test('what the kernel has not is found out and named', async () => {
    const hasNetem = spawnSync('ip', inside('tc', 'qdisc', 'replace', 'dev', 'lo', 'root', 'netem', 'limit', '1000'), {
      encoding: 'utf8',
    });
    const usable = await asRuntime(() => usableShaper('tc', 'docker', [space]));
    if (hasNetem.status === 0) expect(usable).toEqual({ shaper: 'tc', notApplied: [] });
    else {
      expect(usable.shaper).toBe('tc-rate');
      expect(usable.notApplied).toEqual([`delay, jitter and loss: ${space} has no netem: ${hasNetem.stderr.trim()}`]);
    }
    const none = await asRuntime(() => usableShaper('tc', 'docker', ['no-such-space']));
    expect(none.shaper).toBe('none');
    expect(none.notApplied[0]).toContain('bandwidth, delay, jitter and loss: no-such-space cannot be shaped');
  });
});
