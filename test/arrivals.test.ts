import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTable } from '../src/results/index.ts';
import { simulate } from '../src/simulate.ts';
import { codecoApp } from './worlds.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-arrivals-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Groups of users at one fast node; each entry is what a group's `requests` say beside where they go. */
function groups(requests: Readonly<Record<string, object>>, count = 3): object {
  return {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'groups' },
    spec: {
      duration: '60s',
      infrastructure: {
        nodeClasses: { edge: { cpu: 8, memory: '8Gi' } },
        clusters: [{ name: 'a', nodes: [{ class: 'edge', at: { x: '0m', y: '0m' } }] }],
        access: { technology: 'wifi' },
      },
      users: Object.entries(requests).map(([name, load]) => ({
        name,
        count,
        at: { x: '0m', y: '1m' },
        requests: { app: 'shop', to: 'front', ...load },
      })),
      apps: [{ codecoApp: 'shop' }],
    },
  };
}

/** When each group's requests were issued, ns. */
async function issued(requests: Readonly<Record<string, object>>): Promise<Record<string, number[]>> {
  simulate(groups(requests), { codecoApps: [codecoApp('shop', { front: {} })], out: folder, force: true });
  const times: Record<string, number[]> = {};
  for (const { user, issued_ns } of await rows()) (times[user.replace(/-\d+$/, '')] ??= []).push(Number(issued_ns));
  for (const list of Object.values(times)) list.sort((a, b) => a - b);
  return times;
}

async function rows(): Promise<{ user: string; issued_ns: number }[]> {
  const table = await readTable(folder, 'requests');
  return table.toArray().map((row) => row.toJSON());
}

const states = [
  { factor: 0.2, meanStay: '4s' },
  { factor: 5, meanStay: '1s' },
];

test('a change of one group changes nothing in another (common random numbers)', async () => {
  const bursty = { rate: '2/s', arrivals: { process: 'mmpp', states } };
  const before = await issued({ bursty, others: { rate: '1/s' } });
  const after = await issued({ bursty, others: { rate: '7/s', arrivals: 'periodic' }, more: { rate: '1/s' } });
  expect(before['bursty']!.length).toBeGreaterThan(200);
  expect(after['bursty']).toEqual(before['bursty']);
  expect(after['others']).not.toEqual(before['others']);
});

test('a flash crowd comes when it is told to', async () => {
  const arrivals = { process: 'flash-crowd', at: '20s', rise: '2s', factor: 40, hold: '5s', decay: '3s' };
  const { crowd } = await issued({ crowd: { rate: '1/s', arrivals } });
  const within = (from: number, to: number) => crowd!.filter((time) => time >= from * 1e9 && time < to * 1e9).length;
  // three users: 120 a second at the peak, 3 a second else; four standard deviations
  expect(Math.abs(within(22, 27) - 600)).toBeLessThan(4 * Math.sqrt(600));
  expect(Math.abs(within(0, 20) - 60)).toBeLessThan(4 * Math.sqrt(60));
  expect(Math.abs(within(20, 22) - 123)).toBeLessThan(4 * Math.sqrt(123));
  expect(Math.abs(within(30, 60) - 90)).toBeLessThan(4 * Math.sqrt(90));
});
