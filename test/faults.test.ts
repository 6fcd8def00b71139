import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadScenario, scenarioFromObject } from '../src/scenario/index.ts';
import type { World } from '../src/model/index.ts';
import { codecoApp, oneNode, run } from './worlds.ts';

/** Two clusters of two providers behind one switch, an access point on each, and a service in `west` alone. */
function twoSites(
  faults: readonly object[],
  spec: { classes?: object; duration?: string; response?: string } = {},
): World {
  const user = (x: string) => ({
    name: x === '0m' ? 'in-west' : 'in-east',
    at: { x, y: '0m' },
    requests: { app: 'echo', to: 'server', rate: '10/s', arrivals: 'periodic' },
  });
  const cluster = (name: string, x: string) => ({
    name,
    provider: `telco-${name}`,
    nodes: [{ class: 'box', name: `${name}-1`, at: { x, y: '0m' } }],
  });
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'two-sites' },
    spec: {
      duration: spec.duration ?? '60s',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi', ...spec.classes } },
        clusters: [cluster('west', '0m'), cluster('east', '10km')],
        switches: [{ name: 'core' }],
        links: [
          { name: 'west-core', from: 'west', to: 'core', bandwidth: '1Gbit/s', latency: '1ms' },
          { name: 'east-core', from: 'east', to: 'core', bandwidth: '1Gbit/s', latency: '1ms' },
        ],
        access: { technology: 'nr' },
      },
      users: [user('0m'), user('10km')],
      apps: [
        {
          codecoApp: 'echo',
          clusters: ['west'],
          behaviour: { server: { cpu: '1ms', response: spec.response ?? '10kB' } },
        },
      ],
      orchestration: { podStartup: '1s' },
      faults,
    },
  };
  return scenarioFromObject(scenario, { codecoApps: [codecoApp('echo', { server: {} })] }).world;
}

const kindsOf = ({ faults }: World): string[] =>
  faults.flatMap(({ effects }) => effects.map((effect) => `${effect.kind} ${effect.target}`));

describe('what is lost and what survives', () => {
  test('a crash: requests in hand are lost, the pod stays bound and starts anew, what comes after is answered', () => {
    const world = oneNode({
      cpu: 1,
      duration: '40s',
      rate: '10/s',
      behaviour: { cpu: '500ms', concurrency: 4 },
      faults: [{ at: '20s', for: '2s', crash: 'n' }],
    });
    const { outcomes, pods } = run(world);
    expect(pods).toHaveLength(1);
    expect(pods[0]).toMatchObject({ phase: 'ready', goneNs: undefined });
    expect(outcomes['pod-lost']).toBeGreaterThan(10);
  });

  test('a frozen node: nothing is lost, everything waits, exactly as long as it lasts', () => {
    const latencies = (faults: readonly object[]) => {
      const { measures, outcomes } = run(
        oneNode({
          cpu: 1,
          duration: '40s',
          rate: '1/s',
          arrivals: 'periodic',
          behaviour: { cpu: '900ms', concurrency: 1 },
          faults,
        }),
      );
      expect(outcomes['pod-lost']).toBe(0);
      return measures;
    };
    const whole = latencies([]);
    const frozen = latencies([{ at: '35s', for: '2s', slow: 'n', speed: 0 }]);
    expect(whole.latency_max_ns).toBe(900_000_002);
    // who is served in the freeze waits 2 s for it; who comes during it waits for those before
    expect(frozen.latency_max_ns).toBe(2_900_000_002);
  });

  test('a slowed node does its work in more time by just as much', () => {
    const world = oneNode({
      cpu: 1,
      duration: '40s',
      rate: '0.1/s',
      arrivals: 'periodic',
      behaviour: { cpu: '100ms' },
      faults: [{ at: '0s', slow: 'n', speed: '25%' }],
    });
    expect(run(world).measures.latency_max_ns).toBe(400_000_002);
  });

  test('a degraded link: nothing is lost, what crosses it takes longer by just as much', () => {
    const max = (faults: readonly object[]) => {
      const { measures } = run(twoSites(faults));
      expect(measures.requests_failed).toBe(run(twoSites([])).measures.requests_failed);
      return measures.latency_max_ns!;
    };
    // a request of 1 kB and a response of 10 kB cross it: 30 ms more each way, and the response at 1 Mbit/s in 80 ms
    const slower = max([{ at: '0s', degrade: 'east-core', latency: '30ms', bandwidth: '0.1%' }]) - max([]);
    expect(slower / 1e6).toBeCloseTo(60 + 80 + 8 - 0.088, 0);
  });

  test('a link that loses messages: they come later by the mean of the timeouts until one comes through', () => {
    const response = '1kB'; // as a request: a message, not a flow
    const mean = (faults: readonly object[]): number => {
      const { measures, outcomes } = run(twoSites(faults, { duration: '600s', response }));
      expect(outcomes['lost']).toBe(0);
      return measures.latency_mean_ns! / 1e6;
    };
    // k losses in a row, probability 0.9 · 0.1^k, cost (2^k - 1) timeouts of 200 ms and a round trip of 2 · (4 + 1 + 1) ms
    const perMessage = 212 * 0.9 * (1 / (1 - 0.2) - 1 / (1 - 0.1));
    // half of the requests cross the link, twice; four standard deviations of 12,000 messages
    const later = mean([{ at: '0s', degrade: 'east-core', loss: '10%' }]) - mean([]);
    expect(Math.abs(later - perMessage)).toBeLessThan(3.7);
  });

  test('an access point out of service: its users are cut off, its node serves the others', () => {
    const [west] = twoSites([]).accessPoints;
    const { outcomes } = run(twoSites([{ at: '20s', for: '20s', accessPoint: west!.name }]));
    // 200 requests from the west in 20 s: they find no other access point, which is known at once
    const cutOff = outcomes['not-covered']! + outcomes['lost']!;
    expect(cutOff).toBeGreaterThanOrEqual(199);
    expect(cutOff).toBeLessThanOrEqual(201);
    expect(outcomes['unreachable']).toBe(0);
    expect(outcomes['pod-lost']).toBe(0);
  });

  test('a cluster cut off: inside it goes on, from outside it is unreachable', () => {
    const world = twoSites([{ at: '20s', for: '20s', cluster: 'west' }]);
    expect(kindsOf(world)).toEqual(['cut west-core']);
    const { outcomes } = run(world);
    // 200 requests from the east in 20 s, but for those on their way
    expect(outcomes['unreachable']! + outcomes['lost']!).toBeGreaterThanOrEqual(199);
    expect(outcomes['unreachable']! + outcomes['lost']!).toBeLessThanOrEqual(201);
    const inWest = run(twoSites([])).outcomes;
    expect(outcomes['ok']! + outcomes['unreachable']! + outcomes['lost']!).toBe(inWest['ok']);
  });
});

describe('what a fault is aimed at', () => {
  test.each([
    [{ provider: 'telco-east' }, ['crash east-1']],
    [{ zone: 'west' }, ['crash west-1']],
    [{ crash: ['west-1', 'east-1', 'west-1'] }, ['crash west-1', 'crash east-1']],
    [{ crash: { class: 'box', cluster: 'east' } }, ['crash east-1']],
    [{ crash: { labels: { 'topology.kubernetes.io/region': 'telco-west' } } }, ['crash west-1']],
    [{ cut: ['east-core', 'west-1'] }, ['cut east-core', 'cut west-1']],
    [{ slow: {}, speed: 0.5 }, ['slow west-1', 'slow east-1']],
  ])('%j', (fault, expected) => expect(kindsOf(twoSites([{ at: '1s', ...fault }]))).toEqual(expected));

  test('with mtbf each target fails for itself, of a provider or with `shared` all together', () => {
    const times = { mtbf: '20s', mttr: '1s' };
    expect(twoSites([{ crash: {}, ...times }]).faults.map(({ name }) => name)).toEqual(['node/west-1', 'node/east-1']);
    expect(twoSites([{ crash: {}, shared: '50%', ...times }]).faults).toMatchObject([
      { name: 'shared/crash', probability: 0.5, effects: { length: 2 } },
    ]);
    expect(twoSites([{ provider: 'telco-west', ...times }]).faults).toMatchObject([{ name: 'provider/telco-west' }]);
  });

  test('nodes of a class with mtbf fail, and another fault of the same node has times of its own', () => {
    const classes = { mtbf: { distribution: 'weibull', mean: '10s', shape: 2 }, mttr: '1s' };
    const world = twoSites([{ crash: 'west-1', mtbf: '10s', mttr: '1s' }], { classes });
    expect(world.faults.map(({ name }) => name)).toEqual(['node/west-1', 'node/west-1/2', 'node/east-1']);
    expect(run(world).outcomes['pod-lost']).toBeGreaterThan(0);
  });

  test('a fault more changes nothing of when another node fails', () => {
    const times = { mtbf: '20s', mttr: '1s' };
    const fallsOfEast = (faults: readonly object[]): unknown =>
      twoSites(faults).faults.find(({ name }) => name === 'node/east-1');
    expect(
      fallsOfEast([
        { crash: 'west-1', ...times },
        { crash: 'east-1', ...times },
      ]),
    ).toEqual(fallsOfEast([{ crash: 'east-1', ...times }]));
  });
});

describe('failures from a table', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'codeco-sim-failures-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const load = (csv: string) => {
    writeFileSync(join(folder, 'failures.csv'), csv);
    writeFileSync(
      join(folder, 'scenario.yaml'),
      'apiVersion: codeco-sim/v1\nkind: Scenario\nmetadata: { name: traced }\nspec:\n  duration: 1m\n' +
        '  infrastructure:\n    nodeClasses: { box: { cpu: 1, memory: 1Gi } }\n' +
        '    clusters: [{ name: a, nodes: [{ class: box, count: 2 }] }]\n  faults: [{ trace: failures.csv }]\n',
    );
    return loadScenario(join(folder, 'scenario.yaml'));
  };
  const times = ({ world }: { world: World }) =>
    world.faults.map(({ timing, effects }) => [effects[0]!.target, ...Object.values(timing)]);

  test('are those of its rows; what repeats or has no end is repaired, counted and told', () => {
    const loaded = load(
      'time,kind,target,event\n1,crash,a-box-1,down\n2,crash,a-box-1,down\n2.5,cut,a-box-2,up\n3,crash,a-box-1,up\n' +
        '5,cut,a-box-2,down\n',
    );
    expect(times(loaded)).toEqual([
      ['a-box-1', 1e9, 2e9],
      ['a-box-2', 5e9],
    ]);
    expect(loaded.warnings.map(({ found }) => found)).toEqual([
      '1 × a failure of what is down already, passed over; 1 × a return of what is up, passed over; ' +
        '1 × a failure without a return, which lasts to the end',
    ]);
  });

  test('may be of a kubelet, a provider and a zone too', () => {
    const { world } = load('start,duration,kind,target\n1,1,kubelet,a-box-1\n2,1,provider,default\n3,1,zone,a\n');
    expect(world.faults.map(({ effects }) => effects.map(({ kind, target }) => `${kind} ${target}`))).toEqual([
      ['kubelet a-box-1'],
      ['crash a-box-1', 'crash a-box-2'],
      ['crash a-box-1', 'crash a-box-2'],
    ]);
  });

  test('may be periods, which may overlap', () => {
    const loaded = load('kind,target,start,duration\ncrash,a-box-1,1,10\ncrash,a-box-1,0.5,2\n');
    expect(times(loaded)).toEqual([
      ['a-box-1', 1e9, 10e9],
      ['a-box-1', 0.5e9, 2e9],
    ]);
    expect(loaded.warnings).toEqual([]);
  });
});
