import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTable } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { codecoApp, oneNode, run } from '../../worlds.ts';

type Row = Record<string, number | string | boolean | null>;

/** A node each for front and back, a cable between them, and users at the first. */
function shop(spec: {
  users?: object;
  behaviour?: object;
  faults?: readonly object[];
  cable?: object;
  duration?: string;
}): object {
  const node = (name: string, at: object = {}): object => ({
    name,
    nodes: [{ class: 'server', name: `${name}-node`, labels: { at: name }, ...at }],
  });
  return {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'shop' },
    spec: {
      duration: spec.duration ?? '60s',
      infrastructure: {
        nodeClasses: { server: { cpu: 1, memory: '8Gi' } },
        clusters: [node('near', { at: { x: '0m', y: '0m' } }), node('far')],
        links: [{ name: 'cable', from: 'near', to: 'far', bandwidth: '100Mbit/s', latency: '5ms', ...spec.cable }],
        access: { clusters: ['near'], technology: 'wifi', range: '1km' },
      },
      users: [
        { count: 5, at: { x: '1m', y: '0m' }, requests: { app: 'shop', to: 'front', rate: '2/s', ...spec.users } },
      ],
      apps: [{ codecoApp: 'shop', behaviour: spec.behaviour ?? {} }],
      orchestration: { podStartup: '1s', nodeMonitorGracePeriod: '5s', evictionToleration: '5s' },
      faults: spec.faults ?? [],
    },
  };
}

const services = codecoApp('shop', {
  front: { calls: ['back'], podspec: { nodeSelector: { at: 'near' } } },
  back: { podspec: { nodeSelector: { at: 'far' } } },
});

async function simulated(
  scenario: object,
): Promise<{ requests: Row[]; measures: ReturnType<typeof simulate>['measures'] }> {
  const out = mkdtempSync(join(tmpdir(), 'codeco-sim-test-'));
  try {
    const { measures } = simulate(scenario, { codecoApps: [services], out });
    const table = await readTable(out, 'requests');
    return { requests: table.toArray().map((row) => row.toJSON() as Row), measures };
  } finally {
    rmSync(out, { recursive: true });
  }
}

const exponential = (mean: string): object => ({ distribution: 'exponential', mean });

describe('a timeout', () => {
  test('ends the attempt for its caller, while the work goes on at the server', () => {
    // 100 ms of CPU each, given up after 50 ms, three times: nobody is answered, and all work is done, at 1 W a core
    const of = (requests: object): ReturnType<typeof run> =>
      run(
        oneNode({
          seed: 3,
          cpu: 4,
          duration: '60s',
          rate: '1/s',
          arrivals: 'periodic',
          behaviour: { cpu: '100ms' },
          power: { idle: '0W', peak: '4W' },
          requests,
        }),
      );
    const { measures, outcomes } = of({ timeout: '50ms', retries: { attempts: 3, backoff: '10ms', jitter: 'none' } });
    expect(outcomes['timeout']).toBe(50);
    expect([measures.timeouts, measures.retries, measures.retries_over_budget]).toEqual([150, 100, 0]);
    // the first requests come before the pod is ready, and are tried again all the same
    expect(measures.energy_j).toBeCloseTo(59 * 0.3, 6);
    expect(of({}).measures.energy_j).toBeCloseTo(59 * 0.1, 6);
  });

  test('longer than any answer changes nothing but the events', () => {
    const spec = { cpu: 1, duration: '60s', rate: '20/s', behaviour: { cpu: exponential('20ms') } };
    const plain = run(oneNode(spec)).measures;
    const limited = run(oneNode({ ...spec, requests: { timeout: '10m' } })).measures;
    expect(limited).toEqual(plain);
  });

  test('without retries tells the service that was too slow', async () => {
    const behaviour = { front: { cpu: '1ms', callsTo: { back: { timeout: '20ms' } } }, back: { cpu: '30ms' } };
    const { requests } = await simulated(shop({ behaviour }));
    const late = requests.filter(({ outcome }) => outcome === 'timeout');
    expect(late.length).toBeGreaterThan(400);
    for (const row of late)
      expect([row['failed_service'], row['cause'], row['attempts']]).toEqual(['back', 'no-retries', 1]);
  });
});

describe('retries', () => {
  test('of messages that are lost at random, and not sent again within the time limit: attempts and successes are those of the geometric distribution', () => {
    // a message each way, each lost with probability p and sent again after 200 ms: an attempt fails with f = 1 - (1 - p)^2
    const attempts = 4;
    const f = 1 - 0.8 ** 2;
    const world = oneNode({
      cpu: 4,
      duration: '2010s',
      rate: '20/s',
      behaviour: { cpu: '1ms' },
      access: { loss: 0.2 },
      requests: { timeout: '100ms', retries: { attempts, backoff: '1ms' } },
    });
    const { measures } = run(world);
    const sent = measures.requests_sent;
    expect(sent).toBeGreaterThan(39_000);
    const meanAttempts = (1 - f ** attempts) / (1 - f);
    expect(Math.abs((sent + measures.retries) / sent / meanAttempts - 1)).toBeLessThan(0.01);
    const share = measures.requests_succeeded / sent;
    const sigma = Math.sqrt((f ** attempts * (1 - f ** attempts)) / sent);
    expect(Math.abs(share - (1 - f ** attempts))).toBeLessThan(4 * sigma);
  });

  test.each(['sequential', 'parallel'])(
    'with %s calls: network, queue, CPU and retry time are exactly the latency',
    async (calls) => {
      const behaviour = {
        front: {
          cpu: exponential('30ms'),
          concurrency: 4,
          calls,
          callsTo: { back: { timeout: '70ms', retries: { attempts: 4, backoff: '10ms' } } },
        },
        back: { cpu: '20ms', concurrency: 1 },
      };
      const users = { timeout: '200ms', retries: { attempts: 3, backoff: '20ms', budget: { ratio: 0.3 } } };
      const { requests, measures } = await simulated(shop({ behaviour, users, cable: { loss: 0.05 } }));
      const answered = requests.filter(({ outcome }) => outcome === 'ok') as Record<string, number>[];
      expect(answered.length).toBeGreaterThan(100);
      expect(answered.filter(({ attempts }) => attempts! > 1).length).toBeGreaterThan(10);
      expect(answered.filter(({ attempts, retry_ns }) => attempts === 1 && retry_ns! > 0).length).toBeGreaterThan(10);
      expect(measures.timeouts).toBeGreaterThan(50);
      for (const { latency_ns, network_ns, queue_ns, cpu_ns, retry_ns } of answered)
        expect(network_ns! + queue_ns! + cpu_ns! + retry_ns!).toBe(latency_ns);
    },
  );

  test('tell whether attempts or budget ran out', async () => {
    const behaviour = { '*': { cpu: '200ms' } };
    const policy = { timeout: '10ms', retries: { attempts: 2, backoff: '1ms', budget: { ratio: 0.5 } } };
    const { requests, measures } = await simulated(shop({ behaviour, users: policy }));
    const of = (cause: string): Row[] => requests.filter((row) => row['cause'] === cause);
    expect(of('attempts-used-up').every(({ attempts }) => attempts === 2)).toBe(true);
    expect(of('budget-exhausted').every(({ attempts }) => attempts === 1)).toBe(true);
    expect(of('budget-exhausted').length).toBe(measures.retries_over_budget);
    expect(of('attempts-used-up').length).toBeGreaterThan(100);
    // half of the calls may be retried
    expect(of('attempts-used-up').length / requests.length).toBeCloseTo(0.5, 1);
  });

  test('find the pod that takes the place of a lost one', async () => {
    const faults = [{ at: '20s', crash: 'near-node', for: '3s' }];
    const users = { timeout: '1s', retries: { attempts: 10, backoff: '1s', maxBackoff: '2s', jitter: 'none' } };
    const { requests } = await simulated(shop({ behaviour: { '*': { cpu: '5ms' } }, faults, users }));
    const during = requests.filter(({ issued_ns }) => (issued_ns as number) > 20e9 && (issued_ns as number) < 23e9);
    expect(during.length).toBeGreaterThan(20);
    expect(during.every(({ outcome, attempts }) => outcome === 'ok' && (attempts as number) > 1)).toBe(true);
  });
});

test('a retry storm keeps a server down that was slow for 5 s, and a budget of a tenth lets it recover', () => {
  // 60 requests a second of 10 ms each at one core; a metastable failure as of Bronson et al., HotOS 2021
  const after = (retries: object): number => {
    const world = oneNode({
      cpu: 1,
      duration: '130s',
      rate: '60/s',
      behaviour: { cpu: '10ms', concurrency: 1 },
      requests: { timeout: '500ms', retries: { attempts: 5, backoff: '50ms', ...retries } },
      faults: [{ at: '20s', slow: 'n', speed: 0.2, for: '5s' }],
    });
    const { measures } = run(world);
    return measures.requests_succeeded / measures.requests_sent;
  };
  const [storm, budgeted] = [after({}), after({ budget: { ratio: 0.1 } })];
  expect(storm).toBeLessThan(0.15);
  expect(budgeted).toBeGreaterThan(0.85);
});

test('whatever fails, every issued request ends exactly once', { timeout: 60_000 }, async () => {
  const policy = fc.record(
    {
      timeout: fc.constantFrom('5ms', '40ms', '300ms'),
      retries: fc.record({
        attempts: fc.integer({ min: 1, max: 5 }),
        backoff: fc.constantFrom('0s', '5ms', '200ms'),
        jitter: fc.constantFrom('full', 'none'),
        budget: fc.record({ ratio: fc.constantFrom(0, 0.3, 2) }),
      }),
    },
    { requiredKeys: [] },
  );
  const fault = fc.oneof(
    fc.record({
      at: fc.constantFrom('2s', '4s'),
      crash: fc.constantFrom('near-node', 'far-node'),
      for: fc.constantFrom('1s', '30s'),
    }),
    fc.record({ at: fc.constantFrom('3s', '5s'), cut: fc.constant('cable'), for: fc.constantFrom('500ms', '2s') }),
  );
  await fc.assert(
    fc.asyncProperty(
      policy,
      policy,
      fc.array(fault, { maxLength: 3 }),
      fc.constantFrom(1, 3, 100),
      async (users, back, faults, concurrency) => {
        const behaviour = {
          front: { cpu: exponential('20ms'), concurrency, callsTo: { back } },
          back: { cpu: exponential('40ms'), concurrency },
        };
        const { requests } = await simulated(
          shop({ users: { rate: '4/s', ...users }, behaviour, faults, cable: { loss: 0.1 }, duration: '12s' }),
        );
        const numbers = requests.map(({ request }) => request as number).sort((a, b) => a - b);
        expect(numbers.length).toBeGreaterThan(100);
        expect(numbers).toEqual(numbers.map((_, index) => index));
      },
    ),
    { numRuns: 12 },
  );
});
