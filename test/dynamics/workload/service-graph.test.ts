import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTable } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { codecoApp } from '../../worlds.ts';

type Row = Record<string, number | string | boolean | null>;

/** front calls back and front's own second pod again; back calls front: loops, several calls at a time, and chance. */
const services = codecoApp('ring', { front: { calls: ['back', 'front'] }, back: { calls: ['front'] } });

function ring(spec: {
  cpu: string | object;
  users?: object;
  behaviour?: object;
  back?: object;
  faults?: readonly object[];
}): object {
  const common = { cpu: spec.cpu, ...spec.behaviour };
  return {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'ring' },
    spec: {
      duration: '30s',
      infrastructure: {
        nodeClasses: { server: { cpu: 2, memory: '8Gi' } },
        clusters: [
          {
            name: 'site',
            nodes: [
              {
                class: 'server',
                name: 'n{i}',
                count: 2,
                at: [
                  { x: '0m', y: '0m' },
                  { x: '9m', y: '0m' },
                ],
              },
            ],
          },
        ],
        access: { technology: 'wifi' },
      },
      users: [
        { count: 4, at: { x: '1m', y: '0m' }, requests: { app: 'ring', to: 'front', rate: '3/s', ...spec.users } },
      ],
      apps: [
        {
          codecoApp: 'ring',
          behaviour: {
            front: {
              ...common,
              replicas: 2,
              callsTo: {
                back: { fanOut: 2, probability: 0.5, ...spec.back },
                front: { maxDepth: 2, probability: 0.4 },
              },
            },
            back: { ...common, callsTo: { front: { probability: 0.3 } } },
          },
        },
      ],
      orchestration: { podStartup: '1s', nodeMonitorGracePeriod: '3s', evictionToleration: '3s' },
      faults: spec.faults ?? [],
    },
  };
}

async function tablesOf(scenario: object): Promise<{ requests: Row[]; services: Row[] }> {
  const out = mkdtempSync(join(tmpdir(), 'codeco-sim-test-'));
  try {
    simulate(scenario, { codecoApps: [services], out });
    const [requests, ofServices] = await Promise.all(['requests', 'services'].map((name) => readTable(out, name)));
    const rows = (table: typeof requests): Row[] => table!.toArray().map((row) => row.toJSON() as Row);
    return { requests: rows(requests), services: rows(ofServices) };
  } finally {
    rmSync(out, { recursive: true });
  }
}

test('which calls a request makes does not depend on how long they take', async () => {
  const users = { arrivals: 'periodic', rate: '1/s' };
  const visits = async (cpu: string): Promise<unknown[]> =>
    (await tablesOf(ring({ cpu, users }))).services.map(({ visits }) => visits);
  const fast = await visits('1ms');
  expect(fast[0]).toBeGreaterThan(120);
  expect(await visits('9ms')).toEqual(fast);
});

test.each([
  ['sequential', true],
  ['parallel', false],
] as const)(
  'round loops, with %s calls: the parts of the latency are exactly the whole',
  async (calls, holdsSlotWhileCalling) => {
    const { requests } = await tablesOf(
      ring({
        cpu: { distribution: 'exponential', mean: '15ms' },
        behaviour: { calls, holdsSlotWhileCalling, concurrency: holdsSlotWhileCalling ? 12 : 3, queue: 4 },
        users: { timeout: '300ms', retries: { attempts: 3, backoff: '20ms' } },
        back: { timeout: '100ms', retries: { attempts: 2, backoff: '10ms' } },
      }),
    );
    const answered = requests.filter(({ outcome }) => outcome === 'ok') as Record<string, number>[];
    expect(answered.length).toBeGreaterThan(100);
    expect(answered.filter(({ retry_ns }) => retry_ns! > 0).length).toBeGreaterThan(5);
    for (const { latency_ns, network_ns, queue_ns, cpu_ns, retry_ns } of answered)
      expect(network_ns! + queue_ns! + cpu_ns! + retry_ns!).toBe(latency_ns);
  },
);

test('round loops through pods that die, every issued request ends exactly once', { timeout: 120_000 }, async () => {
  const fault = fc.record({
    at: fc.constantFrom('5s', '9s', '14s'),
    crash: fc.constantFrom('n1', 'n2'),
    for: fc.constantFrom('500ms', '20s'),
  });
  const behaviour = fc.record({
    calls: fc.constantFrom('sequential', 'parallel'),
    holdsSlotWhileCalling: fc.boolean(),
    concurrency: fc.constantFrom(1, 2, 50),
    queue: fc.constantFrom(0, 2, 1000),
  });
  const back = fc.constantFrom({}, { timeout: '30ms' }, { timeout: '80ms', retries: { attempts: 3, backoff: '5ms' } });
  await fc.assert(
    fc.asyncProperty(behaviour, back, fc.array(fault, { minLength: 1, maxLength: 2 }), async (how, policy, faults) => {
      const { requests } = await tablesOf(
        ring({ cpu: { distribution: 'exponential', mean: '20ms' }, behaviour: how, back: policy, faults }),
      );
      const numbers = requests.map(({ request }) => request as number).sort((a, b) => a - b);
      expect(numbers.length).toBeGreaterThan(250);
      expect(numbers).toEqual(numbers.map((_, index) => index));
      expect(requests.some(({ outcome }) => outcome === 'pod-lost' || outcome === 'no-endpoint')).toBe(true);
    }),
    { numRuns: 12 },
  );
});
