import { describe, expect, test } from 'vitest';
import { attribute } from '../src/dynamics/index.ts';
import type { World } from '../src/model/index.ts';
import { Recorder } from '../src/results/index.ts';
import { scenarioFromObject } from '../src/scenario/index.ts';
import { runSimulation } from '../src/simulation.ts';
import { codecoApp, run } from './worlds.ts';

const behaviour = { web: { cpu: '100ms', request: '1kB', response: '9kB' } };

/** One node and one user that sends once a second, so that the CPU of one core is busy for a tenth of the time. */
function scenario(parts: { nodeClass?: object; infrastructure?: object; spec?: object; cluster?: object } = {}): World {
  const resources = { requests: { cpu: '500m' } };
  return scenarioFromObject(
    {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'energy' },
      spec: {
        duration: '2h',
        infrastructure: {
          nodeClasses: { only: { cpu: 2, memory: '4Gi', power: { idle: '10W', peak: '26W' }, ...parts.nodeClass } },
          clusters: [
            {
              name: 'only',
              provider: 'telco',
              nodes: [{ class: 'only', name: 'n', at: { x: '0m', y: '0m' } }],
              ...parts.cluster,
            },
          ],
          access: { technology: 'wifi', duplex: 'full' },
          ...parts.infrastructure,
        },
        users: [
          {
            name: 'a',
            at: { x: '1m', y: '0m' },
            requests: { app: 'one', to: 'web', rate: '1/s', arrivals: 'periodic' },
          },
          { name: 'b', at: { x: '1m', y: '0m' }, requests: { app: 'two', to: 'web', rate: '2/s' } },
        ],
        apps: [
          { codecoApp: 'one', behaviour },
          { codecoApp: 'two', behaviour: { web: { ...behaviour.web, cpu: '20ms' } } },
        ],
        results: { sampleInterval: '10m', requests: { sample: 0 } },
        ...parts.spec,
      },
    },
    { codecoApps: ['one', 'two'].map((name) => codecoApp(name, { web: { resources } })) },
  ).world;
}

interface Part {
  readonly app: string | null;
  readonly node_energy_j: number;
  readonly network_energy_j: number;
  readonly carbon_g: number;
  readonly cost: number;
}

/** The measures of a run, and the rows of its table `attribution`. */
function attributed(world: World) {
  const header = { name: 'energy', scenario: { file: 'test', hash: '' }, seed: 1, version: '0' };
  const recorder = new Recorder(undefined, header);
  const parts: Part[] = [];
  const { attribution } = recorder.tables;
  const append = attribution.append.bind(attribution);
  attribution.append = (row) => {
    parts.push(row as unknown as Part);
    append(row);
  };
  const { measures } = runSimulation(world, recorder);
  return { measures, parts };
}

const sum = (parts: readonly Part[], of: (part: Part) => number): number =>
  parts.reduce((total, part) => total + of(part), 0);

describe('power curves in a run', () => {
  test('a step between two measured points is integrated as it is, not at its mean', () => {
    const power = {
      curve: 'measured',
      points: [
        { utilization: 0, power: '10W' },
        { utilization: '50%', power: '20W' },
        { utilization: 1, power: '21W' },
      ],
    };
    const users = [
      { name: 'a', at: { x: '1m', y: '0m' }, requests: { app: 'one', to: 'web', rate: '1/s', arrivals: 'periodic' } },
    ];
    const { measures } = run(scenario({ nodeClass: { power }, spec: { users, duration: '1h' } }));
    // one core of two, 100 ms of each second in which a request was answered
    const busyS = 0.1 * measures.requests_succeeded;
    expect(Math.abs(measures.energy_j - (10 * 3600 + 10 * busyS))).toBeLessThanOrEqual(1); // one may be under way at the end
    expect(busyS).toBeGreaterThan(350);
  });
  test('cubic at half load takes an eighth of the way to the peak', () => {
    const power = { curve: 'cubic', idle: '10W', peak: '26W' };
    const users = [
      { name: 'a', at: { x: '1m', y: '0m' }, requests: { app: 'one', to: 'web', rate: '1/s', arrivals: 'periodic' } },
    ];
    const { measures } = run(scenario({ nodeClass: { power }, spec: { users, duration: '1h' } }));
    expect(Math.abs(measures.energy_j - (36_000 + 2 * 0.1 * measures.requests_succeeded))).toBeLessThanOrEqual(0.2);
  });
});

describe('links', () => {
  test('draw idle power while they are up, and energy for each bit carried', () => {
    const infrastructure = {
      access: { technology: 'wifi', duplex: 'full', power: { idle: '3W', perBit: '100nJ/bit' } },
    };
    const spec = { faults: [{ at: '30m', for: '15m', crash: 'n' }] };
    const { measures } = run(scenario({ infrastructure, spec }));
    const idleJ = 3 * (7200 - 900);
    const perRequestJ = 10_000 * 8 * 100e-9;
    const carryingJ = measures.network_energy_j - idleJ;
    expect(carryingJ).toBeGreaterThanOrEqual(measures.requests_succeeded * perRequestJ - 1e-6);
    // of a request that was lost, or is under way at the end, less than all was carried
    expect(carryingJ).toBeLessThanOrEqual((measures.requests_succeeded + measures.requests_failed + 2) * perRequestJ);
  });
});

describe('carbon and price', () => {
  test('follow the hours: 10 W at 100 g/kWh for one hour and 300 g/kWh for another', () => {
    const hourly = ['100g/kWh', '300g/kWh', ...Array.from({ length: 22 }, () => '0g/kWh')];
    const regions = { telco: { carbonIntensity: { hourly }, energyPrice: '0.5/kWh' } };
    const { measures } = run(
      scenario({ nodeClass: { price: '0.25/h' }, infrastructure: { regions }, spec: { users: [] } }),
    );
    expect(measures.carbon_g).toBeCloseTo(0.01 * 100 + 0.01 * 300, 9);
    expect(measures.cost).toBeCloseTo(0.02 * 0.5 + 2 * 0.25, 9);
  });
});

describe('what applications cause', () => {
  const regions = { telco: { carbonIntensity: '400g/kWh', energyPrice: '0.3/kWh' } };
  const power = { idle: '1W', perBit: '50nJ/bit' };
  const world = scenario({
    nodeClass: { price: '0.1/h' },
    cluster: { network: { power } },
    infrastructure: { regions, access: { technology: 'wifi', duplex: 'full', power } },
    spec: { faults: [{ at: '30m', for: '15m', crash: 'n' }] },
  });
  const { measures, parts } = attributed(world);

  test('adds up to the totals', () => {
    const close = (found: number, total: number): void => expect(Math.abs(found - total)).toBeLessThan(1e-9 * total);
    close(
      sum(parts, (part) => part.node_energy_j),
      measures.energy_j,
    );
    close(
      sum(parts, (part) => part.network_energy_j),
      measures.network_energy_j,
    );
    close(
      sum(parts, (part) => part.carbon_g),
      measures.carbon_g,
    );
    close(
      sum(parts, (part) => part.cost),
      measures.cost,
    );
    // worked out from the totals alone: all energy comes from the mains of one region
    const kwh = (measures.energy_j + measures.network_energy_j) / 3.6e6;
    close(measures.carbon_g, 400 * kwh);
    close(measures.cost, 0.3 * kwh + 0.1 * 2);
  });
  test('is the energy of the CPU time that each used, and idle power is the infrastructure’s', () => {
    const [one, two, rest] = parts;
    expect(parts.map(({ app }) => app)).toEqual(['one', 'two', null]);
    expect(rest!.node_energy_j).toBeCloseTo(10 * (7200 - 900), 6);
    // 8 W a core: 100 ms once a second against 20 ms twice a second on average
    expect(one!.node_energy_j).toBeGreaterThan(8 * 0.1 * 6200);
    expect(one!.node_energy_j).toBeLessThan(8 * 0.1 * 6301);
    expect(one!.node_energy_j / two!.node_energy_j).toBeCloseTo(2.5, 0);
    expect(one!.network_energy_j / two!.network_energy_j).toBeCloseTo(0.5, 1);
  });
  test('counts a pod that runs on where its node is cut off and its deletion has not been heard of', () => {
    const orchestration = { nodeMonitorGracePeriod: '10s', evictionToleration: '10s' };
    const cut = attributed(scenario({ spec: { orchestration, faults: [{ at: '1h', cut: 'n' }] } }));
    // 16 W for two cores; 100 ms of one of them in each second of the first hour, less the start, and of the grace period
    const { node_energy_j: energyJ } = cut.parts.find(({ app }) => app === 'one')!;
    expect(energyJ).toBeGreaterThan(8 * 0.1 * 3590);
    expect(energyJ).toBeLessThan(8 * 0.1 * 3625);
  });
  test('falls to the infrastructure where there were no requests', () => {
    const reading = {
      idleJ: 5,
      carryingJ: [1, 2] as const,
      energyJ: 8,
      carbonG: 16,
      energyCost: 4,
      trafficCost: 7,
    };
    expect(attribute([], [reading], [0])).toEqual([
      { nodeEnergyJ: 0, networkEnergyJ: 0, carbonG: 0, cost: 0 },
      { nodeEnergyJ: 0, networkEnergyJ: 8, carbonG: 16, cost: 11 },
    ]);
  });
});

describe('a node on a battery', () => {
  const supply = { mains: false, battery: { capacity: '5Wh' } };
  test('goes down when it is empty, as in a crash, and two causes of an outage overlap', () => {
    const spec = { users: [], faults: [{ at: '20m', for: '20m', crash: 'n' }] };
    const { measures, pods } = run(scenario({ nodeClass: { supply }, spec }));
    // 5 Wh at 10 W are half an hour, of which the crash lasts 20 minutes: empty after 50 minutes
    expect(measures.energy_j).toBeCloseTo(18_000, 6);
    expect(measures.battery_depletions).toBe(1);
    expect(measures.carbon_g).toBe(0);
    // the only node of its cluster: its pods are not evicted
    expect(new Set(pods.map(({ phase }) => phase))).toEqual(new Set(['stopped']));
  });
  test('comes back with the sun, and its energy is what battery and sun gave', () => {
    const hourly = [0, ...Array.from({ length: 23 }, () => 1)];
    const world = scenario({
      nodeClass: {
        supply: { ...supply, battery: { capacity: '5Wh', efficiency: 1 }, solar: { peak: '40W', profile: { hourly } } },
      },
      spec: { users: [] },
    });
    const { measures, pods } = run(world);
    // half an hour on the battery, half an hour of night, 0.5 Wh at 40 W until it returns at 10 %, then on
    expect(measures.energy_j).toBeCloseTo(18_000 + 10 * (3600 - 45), 6);
    expect(pods.some(({ phase }) => phase === 'ready')).toBe(true);
  });
});
