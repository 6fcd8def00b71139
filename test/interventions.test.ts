import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compareResults } from '../src/experiment/index.ts';
import { readTable } from '../src/results/index.ts';
import { loadScenario, scenarioFromObject } from '../src/scenario/index.ts';
import { simulate, simulateLoaded } from '../src/simulate.ts';
import { verifyResults } from '../src/verification.ts';
import { codecoApp } from './worlds.ts';

const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-interventions-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two unlike nodes, pods of one service, and a crash of the second node at one minute. */
function scenario(interventions: readonly object[], orchestration: object = {}): object {
  return {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'changed' },
    spec: {
      duration: '5m',
      infrastructure: {
        nodeClasses: { large: { cpu: 16, memory: '32Gi' }, small: { cpu: 4, memory: '8Gi' } },
        clusters: [{ name: 'edge', nodes: [{ class: 'large', at: [{ x: '0m', y: '0m' }] }, { class: 'small' }] }],
        access: { technology: 'wifi' },
      },
      users: [{ name: 'walker', at: { x: '5m', y: '0m' }, requests: { app: 'shop', to: 'front', rate: '5/s' } }],
      apps: [{ codecoApp: 'shop', behaviour: { front: { cpu: '2ms', replicas: 2 } } }],
      orchestration: { evictionToleration: '1h', ...orchestration },
      faults: [{ at: '1m', crash: 'edge-small-1' }],
      interventions,
    },
  };
}

const shop = codecoApp('shop', { front: { resources: { requests: { cpu: '1', memory: '1Gi' } } } });
const load = (interventions: readonly object[], orchestration: object = {}) =>
  scenarioFromObject(scenario(interventions, orchestration), { codecoApps: [shop] });
const runTo = (name: string, interventions: readonly object[], orchestration: object = {}) => {
  const out = join(folder, name);
  return { out, ...simulateLoaded(load(interventions, orchestration), '(object)', { out }) };
};

async function rows(out: string, name: string): Promise<Record<string, unknown>[]> {
  const table = await readTable(out, name);
  return table.toArray().map((row) => row.toJSON());
}

describe('a change in the middle of a run', () => {
  test('leaves all that comes before it as it was, and the runs part at its time', async () => {
    const plain = runTo('plain', []);
    const scaled = runTo('scaled', [{ at: '2m', set: { 'apps[0].behaviour.front.replicas': 4 } }]);
    expect(scaled.digest).not.toBe(plain.digest);
    const { cells } = await compareResults(plain.out, scaled.out);
    expect(cells[0]!.parting?.row).toMatchObject({ table: 'decisions', timeNs: 120e9 });
    const created = (await rows(scaled.out, 'pods')).map(({ created_ns }) => created_ns);
    expect(created).toEqual([0, 0, 120e9, 120e9]);
    expect(verifyResults(scaled.out).same).toBe(true);
  });

  test('of the scheduler holds for the pods that come later', async () => {
    const { out } = runTo('scheduler', [
      { at: '2m', set: { 'apps[0].behaviour.front.replicas': 3 } },
      { at: '90s', set: { 'orchestration.scheduler': 'first-fit' } },
    ]);
    const decisions = await rows(out, 'decisions');
    expect(decisions.map(({ scheduler }) => scheduler)).toEqual(['kube-scheduler', 'kube-scheduler', 'first-fit']);
  });

  test('of the toleration holds for nodes that fall silent later, as if it had been so from the start', () => {
    const evicted = (run: { placement: readonly { node?: string }[] }) =>
      run.placement.every(({ node }) => node === 'edge-large-1');
    expect(evicted(simulateLoaded(load([]), '(object)'))).toBe(false);
    const changed = load([{ at: '30s', set: { 'orchestration.evictionToleration': '30s' } }]);
    expect(evicted(simulateLoaded(changed, '(object)'))).toBe(true);
  });

  test('is counted from the change before, and the entries need no order', () => {
    const { world } = load([
      { at: '3m', set: { 'orchestration.nodeMonitorGracePeriod': '20s' } },
      { at: '2m', set: { 'orchestration.scheduler': 'spread', 'apps[0].behaviour.front.replicas': 5 } },
    ]);
    expect(world.interventions).toMatchObject([
      { atNs: 120e9, orchestration: { scheduler: 'spread' }, replicas: [{ service: 0, replicas: 5 }] },
      { atNs: 180e9, orchestration: { scheduler: 'spread', nodeMonitorGracePeriodNs: 20e9 }, replicas: [] },
    ]);
  });

  test('after the end of the run is told', () => {
    const { warnings } = load([{ at: '5m', set: { 'orchestration.scheduler': 'spread' } }]);
    expect(warnings.map(({ found }) => found)).toEqual(['it is made after the end of the simulation']);
  });

  test('can be set from outside like any other field', () => {
    const file = join(folder, 'scenario.yaml');
    const written = scenario([{ at: '2m', set: { 'orchestration.scheduler': 'spread' } }]);
    writeFileSync(file, `${JSON.stringify(written)}\n---\n${JSON.stringify(shop)}\n`);
    expect(loadScenario(file, { set: ['interventions[0].at=3m'] }).world.interventions![0]!.atNs).toBe(180e9);
    expect(simulate(file, { set: ['interventions=[]'] }).eventCount).toBeGreaterThan(0);
  });
});
