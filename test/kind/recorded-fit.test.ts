import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { addCalibrateCommand } from '../../src/cli/commands/calibrate.ts';
import { loadScenario } from '../../src/scenario/index.ts';
import { simulateLoaded } from '../../src/simulate.ts';
import { runCommand } from './in-process.ts';
import { recordAs } from './recorded-run.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-recorded-fit-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const codecoApp = {
  apiVersion: 'codeco.he-codeco.eu/v1alpha1',
  kind: 'CodecoApp',
  metadata: { name: 'shop' },
  spec: {
    appName: 'shop',
    'codecoapp-msspec': [
      { serviceName: 'front', podspec: { containers: [{ name: 'front', resources: { requests: { cpu: '50m' } } }] } },
    ],
  },
};

function simulated(seed: number, orchestration: object, faults: object[] = []): string {
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'times' },
    spec: {
      seed,
      duration: '15m',
      infrastructure: {
        nodeClasses: { server: { cpu: 4, memory: '8Gi' } },
        clusters: [{ name: 'edge', nodes: [{ class: 'server', count: 6, name: 'n{i}' }] }],
      },
      apps: [{ codecoApp: 'shop', at: '1s', behaviour: { front: { replicas: 60 } } }],
      orchestration,
      faults,
    },
  };
  const file = join(folder, `times-${seed}.yaml`);
  writeFileSync(file, `${stringify(scenario)}---\n${stringify(codecoApp)}`);
  const out = join(folder, `simulated-${seed}`);
  simulateLoaded(loadScenario(file), file, { out, force: true });
  return out;
}

test('finds the times that made the runs, and says how well each is predicted by the others', async () => {
  const made = {
    podStartup: { base: '2s', cv: 0.05, perPodInCluster: '40ms', perPodOnNode: '250ms' },
    schedulingTime: '15ms',
    nodeMonitorGracePeriod: '70s',
  };
  const runs: string[] = [];
  for (const seed of [1, 2, 3]) {
    const faults = [`n${seed}`, `n${seed + 1}`].map((crash, i) => ({ at: `${61 + 13 * seed + 4 * i}s`, crash }));
    runs.push(await recordAs(simulated(seed, made, faults), join(folder, `real-${seed}`)));
  }
  const file = join(folder, 'calibration.yaml');
  const { stdout } = await runCommand(addCalibrateCommand, 'calibrate', ...runs, '-o', 'json', '--out', file);
  const { calibration, counts, leftOut } = JSON.parse(stdout) as {
    calibration: { spec: Record<string, unknown> & { podStartup: Record<string, string> } };
    counts: Record<string, number>;
    leftOut: { time: string; error: number }[];
  };
  expect(counts['nodeMonitorGracePeriod']).toBe(6);
  const ms = (text: unknown): number => Number(/^(\d+)us$/.exec(String(text))![1]) / 1000;
  const { podStartup, schedulingTime, nodeMonitorGracePeriod } = calibration.spec;
  expect(ms(podStartup['base'])).toBeCloseTo(2000, -2);
  expect(ms(podStartup['perPodInCluster'])).toBeCloseTo(40, -1);
  expect(ms(podStartup['perPodOnNode']) / 250).toBeCloseTo(1, 1);
  expect(Number(podStartup['cv'])).toBeCloseTo(0.05, 1.5);
  expect(ms(schedulingTime)).toBeCloseTo(15, 1);
  // a lease of up to 10 s of age and a look every 5 s: six failures tell it within some seconds
  expect(Math.abs(ms(nodeMonitorGracePeriod) / 1000 - 70)).toBeLessThan(5);
  expect(leftOut.map(({ time }) => time)).toEqual(
    Array.from({ length: 3 }, () => ['scheduling', 'startup', 'loss']).flat(),
  );
  for (const { error } of leftOut) expect(Math.abs(error)).toBeLessThan(0.05);

  expect(parse(readFileSync(file, 'utf8'))).toEqual(calibration);
  const again = loadScenario(join(folder, 'times-1.yaml'), {
    set: ['orchestration={ calibration: calibration.yaml }'],
  });
  expect(again.world.orchestration.schedulingTimeNs! / 1e6).toBeCloseTo(15, 1);
  expect(Math.abs(again.world.orchestration.nodeMonitorGracePeriodNs / 1e9 - 70)).toBeLessThan(5);
});

test('finds how fast images were unpacked, beside the way of their layers over the network', async () => {
  const runs: string[] = [];
  for (const seed of [11, 12]) {
    // 200 MB at 400 Mbit/s are 4 s, and a layer of 100 MB is unpacked in 10 s while the next comes
    const images = {
      registry: 'hub',
      unpack: '80Mbit/s',
      layers: { base: '100MB', own: '100MB' },
      catalogue: { 'example.org/front:1': ['base', 'own'] },
    };
    const scenario = {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'pulls' },
      spec: {
        seed,
        duration: '2m',
        infrastructure: {
          nodeClasses: { server: { cpu: 4, memory: '8Gi' } },
          clusters: [{ name: 'hub' }, { name: 'edge', nodes: [{ class: 'server', count: 3, name: 'n{i}' }] }],
          links: [{ from: 'edge', to: 'hub', bandwidth: '400Mbit/s', latency: '5ms' }],
          images,
        },
        apps: [{ codecoApp: 'shop', at: '1s', behaviour: { front: { replicas: 6 } } }],
      },
    };
    const container = { name: 'front', image: 'example.org/front:1', resources: { requests: { cpu: '50m' } } };
    const spec = {
      appName: 'shop',
      'codecoapp-msspec': [{ serviceName: 'front', podspec: { containers: [container] } }],
    };
    const file = join(folder, `pulls-${seed}.yaml`);
    writeFileSync(file, `${stringify(scenario)}---\n${stringify({ ...codecoApp, spec })}`);
    const out = join(folder, `pulling-${seed}`);
    simulateLoaded(loadScenario(file), file, { out });
    runs.push(await recordAs(out, join(folder, `pulled-${seed}`)));
  }
  const file = join(folder, 'unpacking.yaml');
  const { stdout } = await runCommand(addCalibrateCommand, 'calibrate', ...runs, '-o', 'json', '--out', file);
  const { calibration, counts, leftOut } = JSON.parse(stdout) as {
    calibration: { spec: { imageUnpack: string } };
    counts: Record<string, number>;
    leftOut: { time: string; error: number }[];
  };
  expect(counts['imageUnpack']).toBe(12);
  expect(Number(/^(\d+)kbit\/s$/.exec(calibration.spec.imageUnpack)![1]) / 80_000).toBeCloseTo(1, 1);
  const pulls = leftOut.filter(({ time }) => time === 'pull');
  expect(pulls).toHaveLength(2);
  for (const { error } of pulls) expect(Math.abs(error)).toBeLessThan(0.03);
  const again = loadScenario(join(folder, 'pulls-11.yaml'), {
    set: ['orchestration={ calibration: unpacking.yaml }'],
  });
  expect(again.world.images!.unpackBps / 80e6).toBeCloseTo(1, 1);
}, 60_000);

test('a simulation is no recorded run, and one run alone predicts nothing', async () => {
  const run = simulated(7, {});
  await expect(runCommand(addCalibrateCommand, 'calibrate', run)).rejects.toThrow(
    'is a simulation: calibrate needs runs of kind replay',
  );
  const { stdout } = await runCommand(addCalibrateCommand, 'calibrate', await recordAs(run, join(folder, 'alone')));
  expect(stdout).toContain('one run alone: how well it predicts others is not known');
  expect(stdout).toContain('base: 3000000us');
});
