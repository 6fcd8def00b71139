// 10,000 devices send 1.13 million requests in 10 simulated minutes over access, metro and wide-area links to edge and
// cloud nodes; network and CPU are simulated, and every request is recorded to disk.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulate } from '../../dist/index.js';
import { inChild, printTable } from './measure.mjs';

const SITES = 100;
const METROS = 10;

/**
 * A ring of metro switches, ten edge sites with a cell each on every one, and a cloud behind a wide-area link.
 * @param ratePerS requests of all devices together
 */
export function scenario({ devices, minutes, ratePerS = 0.18834 * devices }) {
  const grid = Array.from({ length: SITES }, (_, i) => ({
    x: `${(i % 10) * 500}m`,
    y: `${Math.floor(i / 10) * 500}m`,
  }));
  const ofMetro = (metro) => grid.slice(metro * 10, metro * 10 + 10);
  const metro = (i) => `metro-${i % METROS}`;
  const group = (name, share, app) => ({
    name,
    count: Math.round(devices * share),
    at: { uniform: { around: { x: '2250m', y: '2250m' }, radius: '2200m' } },
    requests: { app, to: 'api', rate: `${ratePerS / devices}/s` },
  });
  const api = { request: '4kB', response: '20kB', cpu: { distribution: 'exponential', mean: '10ms' } };
  const codecoApp = (name, cpu) => ({
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'CodecoApp',
    metadata: { name },
    spec: {
      appName: name,
      'codecoapp-msspec': [
        {
          serviceName: 'api',
          podspec: { containers: [{ name: 'api', image: 'registry.example/api:1', resources: { requests: { cpu } } }] },
          serviceChannels: [],
        },
      ],
    },
  });
  return {
    codecoApps: [codecoApp('near', '500m'), codecoApp('far', '1')],
    scenario: {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'devices' },
      spec: {
        seed: 1,
        duration: `${minutes}m`,
        infrastructure: {
          nodeClasses: { edge: { cpu: 4, memory: '16Gi' }, vm: { cpu: 16, memory: '64Gi' } },
          clusters: [
            { name: 'cloud', role: 'hub', nodes: [{ class: 'vm', count: 10 }] },
            ...Array.from({ length: METROS }, (_, i) => ({
              name: `city-${i}`,
              nodes: [{ class: 'edge', count: 10, at: ofMetro(i) }],
            })),
          ],
          switches: Array.from({ length: METROS }, (_, i) => ({ name: metro(i) })),
          links: [
            ...Array.from({ length: METROS }, (_, i) => ({
              from: metro(i),
              to: metro(i + 1),
              bandwidth: '10Gbit/s',
              latency: '1ms',
            })),
            ...Array.from({ length: METROS }, (_, i) => ({
              from: `city-${i}`,
              to: metro(i),
              bandwidth: '10Gbit/s',
              latency: '500us',
            })),
            { name: 'wan', from: metro(0), to: 'cloud', bandwidth: '10Gbit/s', latency: '12ms' },
          ],
          access: { technology: 'nr', range: '3km', bandwidth: '300Mbit/s' },
        },
        users: [group('near', 0.7, 'near'), group('far', 0.3, 'far')],
        apps: [
          {
            codecoApp: 'near',
            clusters: Array.from({ length: METROS }, (_, i) => `city-${i}`),
            behaviour: { api: { ...api, replicas: 100 } },
          },
          { codecoApp: 'far', clusters: ['cloud'], behaviour: { api: { ...api, replicas: 20 } } },
        ],
        results: { verdicts: false },
      },
    },
  };
}

function runOnce({ devices, minutes }) {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-bench-'));
  const { scenario: object, codecoApps } = scenario({ devices, minutes });
  const startedNs = process.hrtime.bigint();
  const { measures, eventCount } = simulate(object, { codecoApps, out: join(folder, 'run') });
  const wallS = Number(process.hrtime.bigint() - startedNs) / 1e9;
  rmSync(folder, { recursive: true });
  return {
    wallS,
    requests: measures.requests_sent,
    events: eventCount,
    peakRssMB: process.resourceUsage().maxRSS / 1024,
  };
}

/** Rows: devices, simulated minutes, requests, events, seconds, peak memory. Each run is a process of its own. */
export async function benchDevices({ smoke = false } = {}) {
  const sizes = smoke
    ? [{ devices: 500, minutes: 1 }]
    : [
        { devices: 10_000, minutes: 10 },
        { devices: 10_000, minutes: 20 },
        { devices: 10_000, minutes: 40 },
      ];
  const rounds = smoke ? 1 : 3;
  const rows = [];
  for (const size of sizes) rows.push({ ...size, ...(await inChild(import.meta.url, size, rounds, 'wallS')) });
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'child') process.stdout.write(JSON.stringify(runOnce(JSON.parse(process.argv[3]))));
  else printTable(await benchDevices({ smoke: process.argv.includes('--smoke') }));
}
