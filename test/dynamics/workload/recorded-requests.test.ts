import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTable } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { codecoApp } from '../../worlds.ts';

/** The numbers of the requests that have a row, in a world of two users whose requests take so much CPU. */
async function recorded(cpu: string): Promise<number[]> {
  const out = mkdtempSync(join(tmpdir(), 'codeco-sim-test-'));
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'sampled' },
    spec: {
      duration: '60s',
      infrastructure: {
        nodeClasses: { only: { cpu: 1, memory: '8Gi' } },
        clusters: [{ name: 'only', nodes: [{ class: 'only', name: 'n', at: { x: '0m', y: '0m' } }] }],
        access: { technology: 'wifi' },
      },
      users: [{ count: 2, at: { x: '1m', y: '0m' }, requests: { app: 'shop', to: 'front', rate: '5/s' } }],
      apps: [{ codecoApp: 'shop', behaviour: { front: { cpu: { distribution: 'exponential', mean: cpu } } } }],
      results: { requests: { sample: 0.3 } },
    },
  };
  try {
    simulate(scenario, { codecoApps: [codecoApp('shop', { front: {} })], out });
    const table = await readTable(out, 'requests');
    return [...(table.getChild('request')!.toArray() as Int32Array)].sort((a, b) => a - b);
  } finally {
    rmSync(out, { recursive: true });
  }
}

test('the requests that have a row are the same however long each takes', async () => {
  const [fast, slow] = [await recorded('10ms'), await recorded('95ms')];
  expect(fast.length).toBeGreaterThan(120);
  expect(slow).toEqual(fast);
});
