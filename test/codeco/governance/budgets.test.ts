import { describe, expect, test } from 'vitest';
import type { World } from '../../../src/model/index.ts';
import { scenarioFromObject } from '../../../src/scenario/index.ts';
import { app, governed } from './governed.ts';

/**
 * One node of two cores, 10 W idle and 26 W at its peak, and one request a second that takes a core for 100 ms: 0.8 J above
 * idle a second, 24 J a scrape of 30 s; of 360 g/kWh, 0.0024 g.
 */
function world(spec: object, fields: object = {}, replicas = 3): World {
  return scenarioFromObject(
    {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'budget' },
      spec: {
        duration: '690s',
        infrastructure: {
          nodeClasses: { only: { cpu: 2, memory: '4Gi', power: { idle: '10W', peak: '26W' } } },
          clusters: [
            { name: 'only', provider: 'telco', nodes: [{ class: 'only', name: 'n', at: { x: '0m', y: '0m' } }] },
          ],
          access: { technology: 'wifi', duplex: 'full', latency: '0s' },
          regions: { telco: { carbonIntensity: '360g/kWh' } },
        },
        users: [
          {
            at: { x: '1m', y: '0m' },
            requests: { app: 'shop', to: 'front', rate: '1/s', arrivals: 'periodic' },
          },
        ],
        apps: [{ codecoApp: 'shop', behaviour: { front: { cpu: '100ms', replicas } } }],
        results: { requests: { sample: 0 } },
        ...spec,
      },
    },
    { codecoApps: [app('shop', ['front'], fields)] },
  ).world;
}

const events = (rows: ReturnType<typeof governed>['rows']) =>
  rows
    .filter(({ event }) => event.startsWith('violation'))
    .map(({ event, time_ns, policy }) => [event, time_ns / 1e9, policy]);

describe('budgets', () => {
  test.each([
    ['energy', { energyBudget: { energy: '100J', per: '5m' } }],
    ['carbon', { carbonBudget: { carbon: '10mg', per: '5m' } }],
  ])('%s: overspent from the scrape that finds it so to the first one of the next window', (_, rules) => {
    const policies = [{ name: 'p', versions: [{ mode: 'audit', ...rules }] }];
    const { rows, placed } = governed(world({ policies }));
    // 96 J after 120 s, 120 J after 150 s
    expect(events(rows)).toEqual([
      ['violation-began', 150, 'p'],
      ['violation-ended', 330, 'p'],
      ['violation-began', 450, 'p'],
      ['violation-ended', 630, 'p'],
    ]);
    expect(Object.keys(placed).length).toBe(3);
  });
  test('a budget of nothing is overspent from the first scrape on', () => {
    const policies = [{ name: 'p', versions: [{ mode: 'audit', energyBudget: { energy: '0J', per: '5m' } }] }];
    const { rows } = governed(world({ policies }));
    expect(events(rows)).toEqual([
      ['violation-began', 30, 'p'],
      ['violation-open', 690, 'p'],
    ]);
  });
  test('windows begin with the publication of the version', () => {
    const versions = [{ at: '60s', mode: 'audit', energyBudget: { energy: '100J', per: '5m' } }];
    const { rows } = governed(world({ policies: [{ name: 'p', versions }] }));
    expect(events(rows).map(([, seconds]) => seconds)).toEqual([210, 390, 510, 690]);
  });
  test('enforced: one replica of each service is left until the window is over, then all come back', () => {
    const versions = [{ energyBudget: { energy: '100J', per: '5m' } }];
    const { pods, placed } = governed(world({ policies: [{ name: 'p', versions }], duration: '400s' }));
    const gone = pods.filter(({ phase }) => phase === 'gone');
    expect(gone.map(({ goneNs, reason }) => [goneNs! / 1e9, reason])).toEqual([
      [150, 'scaled-down'],
      [150, 'scaled-down'],
    ]);
    const later = pods.filter(({ createdNs }) => createdNs > 0);
    expect(later.map(({ createdNs }) => createdNs / 1e9)).toEqual([330, 330]);
    expect(Object.keys(placed).length).toBe(3);
  });
  test('appEnergyLimit: 0.8 W of 10.8 W is more than 7 % and less than 8 %', () => {
    const orchestration = { classes: 'audit' };
    expect(events(governed(world({ orchestration }, { appEnergyLimit: '7' })).rows)).toEqual([
      ['violation-began', 330, 'shop/appEnergyLimit'],
      ['violation-open', 690, 'shop/appEnergyLimit'],
    ]);
    expect(events(governed(world({ orchestration }, { appEnergyLimit: '8%' })).rows)).toEqual([]);
  });
  test('appEnergyLimit enforced keeps the services at one replica', () => {
    const { placed } = governed(world({ orchestration: { classes: 'enforce' } }, { appEnergyLimit: '7' }));
    expect(Object.keys(placed).length).toBe(1);
  });
});
