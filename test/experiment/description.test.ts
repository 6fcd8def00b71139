import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeResults } from '../../src/experiment/index.ts';
import { parseQuotient } from '../../src/model/index.ts';
import { ResultsError } from '../../src/results/index.ts';
import { simulate } from '../../src/simulate.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-describe-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** One server that works at a quarter of its speed for its first 20 of 100 seconds. */
const slowAtFirst = (sample: number) => ({
  apiVersion: 'codeco-sim/v1',
  kind: 'Scenario',
  metadata: { name: 'slow-at-first' },
  spec: {
    duration: '100s',
    infrastructure: {
      nodeClasses: { server: { cpu: 8, memory: '16Gi' } },
      clusters: [{ name: 'edge', nodes: [{ class: 'server', at: [{ x: '0m', y: '0m' }] }] }],
      access: { technology: 'wifi' },
    },
    users: [{ name: 'user', count: 20, at: { x: '5m', y: '0m' }, requests: { app: 'shop', to: 'front', rate: '5/s' } }],
    apps: [{ codecoApp: 'shop', behaviour: { front: { cpu: '5ms' } } }],
    faults: [{ slow: ['edge-server-1'], speed: '25%', at: '0s', for: '20s' }],
    results: { requests: { sample } },
  },
});
const codecoApps = [
  {
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'CodecoApp',
    metadata: { name: 'shop' },
    spec: {
      'codecoapp-msspec': [
        { serviceName: 'front', podspec: { containers: [{ name: 'front', image: 'registry.example/front:1' }] } },
      ],
    },
  },
];

describe('a run', () => {
  test('settles where the server is at its speed, and is measured from there on if that is wanted', async () => {
    const out = join(folder, 'run');
    simulate(slowAtFirst(1), { out, codecoApps });
    const [stated] = await describeResults(out);
    expect(stated!.warmUp).toMatchObject({ statedNs: 0, isSettled: true });
    // batches of 5 stretches of 100 s / 512
    expect(stated!.warmUp!.endsNs).toBeGreaterThan(19e9);
    expect(stated!.warmUp!.endsNs).toBeLessThan(22e9);
    const p95 = { measures: [parseQuotient('requests.latency.p95')] };
    const [slow] = (await describeResults(out, p95))[0]!.measures;
    const [settled] = (await describeResults(out, { ...p95, foundWarmUp: true }))[0]!.measures;
    // 20 ms of computing at a quarter of the speed; 5 ms afterwards; the network and the queue take a little
    expect(slow!.mean).toBeGreaterThan(20e6);
    expect(settled!.mean).toBeGreaterThan(5e6);
    expect(settled!.mean).toBeLessThan(12e6);
    expect(settled).toMatchObject({ basis: 'windows', count: 1 });
    expect(settled!.meanInterval!.low).toBeLessThan(settled!.mean);
  });

  test('without recorded requests has values, and no warm-up to be found', async () => {
    const out = join(folder, 'unrecorded');
    simulate(slowAtFirst(0), { out, codecoApps });
    const [cell] = await describeResults(out);
    expect(cell!.warmUp).toBeUndefined();
    expect(cell!.measures.find(({ measure }) => measure === 'requests.sent')).toMatchObject({ basis: 'value' });
    await expect(describeResults(out, { foundWarmUp: true })).rejects.toThrow(ResultsError);
  });
});
