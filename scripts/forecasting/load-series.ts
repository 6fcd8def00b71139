import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTable } from '../../src/results/index.ts';
import { simulate } from '../../src/simulate.ts';

/** Loads as scenarios have them, each with how long it is watched. */
export const loadProfiles = {
  diurnal: {
    duration: '24h',
    arrivals: {
      process: 'diurnal',
      hourly: [
        0.3, 0.2, 0.2, 0.2, 0.3, 0.5, 0.8, 1.2, 1.6, 1.7, 1.6, 1.5, 1.6, 1.5, 1.5, 1.4, 1.5, 1.7, 1.8, 1.6, 1.2, 0.9,
        0.6, 0.4,
      ],
    },
  },
  'flash-crowd': {
    duration: '4h',
    arrivals: { process: 'flash-crowd', at: '2h', rise: '5m', factor: 4, hold: '10m', decay: '10m' },
  },
  mmpp: {
    duration: '8h',
    arrivals: {
      process: 'mmpp',
      states: [
        { factor: 0.5, meanStay: '10m' },
        { factor: 2, meanStay: '5m' },
      ],
    },
  },
} as const;

export type LoadProfileName = keyof typeof loadProfiles;

/** The share of the CPU in use of the one node of a small scenario under a load, by scrapes of 30 s. */
export async function loadSeries(profile: LoadProfileName, seed = 1): Promise<number[]> {
  const { duration, arrivals } = loadProfiles[profile];
  const container = { name: 'server', image: 'registry.example/server:1' };
  const codecoApp = {
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'CodecoApp',
    metadata: { name: 'shop' },
    spec: {
      appName: 'shop',
      'codecoapp-msspec': [{ serviceName: 'server', podspec: { containers: [container] }, serviceChannels: [] }],
    },
  };
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: `load-${profile}` },
    spec: {
      seed,
      duration,
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi' } },
        clusters: [{ name: 'only', nodes: [{ class: 'box', name: 'n', at: { x: '0m', y: '0m' } }] }],
        access: { technology: 'wifi', bandwidth: '1Gbit/s' },
      },
      users: [
        { count: 20, at: { x: '1m', y: '0m' }, requests: { app: 'shop', to: 'server', rate: '0.1/s', arrivals } },
      ],
      apps: [{ codecoApp: 'shop', behaviour: { server: { cpu: '300ms', concurrency: 100 } } }],
      results: { requests: { sample: 0 }, sampleInterval: '30s', verdicts: false },
    },
  };
  const out = mkdtempSync(join(tmpdir(), 'codeco-sim-load-'));
  try {
    simulate(scenario, { codecoApps: [codecoApp], out, force: true, tables: ['nodes'] });
    const rows = (await readTable(out, 'nodes')).toArray();
    return rows.map((row) => Number((row.toJSON() as Record<string, unknown>)['cpu_utilization']));
  } finally {
    rmSync(out, { recursive: true });
  }
}
