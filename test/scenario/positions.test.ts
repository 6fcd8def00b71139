import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distance, type World } from '../../src/model/index.ts';
import { formatProblem, loadScenario, scenarioFromObject } from '../../src/scenario/index.ts';

const EARTH_RADIUS_M = 6_371_008.8;

interface Geographic {
  readonly lat: number;
  readonly lon: number;
}

/** Distance on the sphere by the haversine formula, metres. */
function haversine(a: Geographic, b: Geographic): number {
  const radians = Math.PI / 180;
  const [dLat, dLon] = [(b.lat - a.lat) * radians, (b.lon - a.lon) * radians];
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * radians) * Math.cos(b.lat * radians) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(h));
}

function worldOf(
  nodes: unknown,
  users: readonly unknown[],
  options: { seed?: number; clusterAt?: unknown } = {},
): World {
  const cluster = { name: 'a', ...(options.clusterAt === undefined ? {} : { at: options.clusterAt }) };
  return scenarioFromObject(
    {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'positions' },
      spec: {
        duration: '1m',
        infrastructure: {
          nodeClasses: { n: { cpu: 1, memory: '1Gi' } },
          clusters: [{ ...cluster, nodes: [{ class: 'n', at: nodes }] }],
          access: {},
        },
        users,
      },
    },
    options.seed === undefined ? {} : { seed: options.seed },
  ).world;
}

describe('geographic positions', () => {
  test("distances in a city agree with the great circle's within 0.1 %", () => {
    const offset = fc.double({ min: -0.05, max: 0.05, noNaN: true });
    const centre = fc.record({
      lat: fc.double({ min: -60, max: 60, noNaN: true }),
      lon: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(centre, fc.array(fc.tuple(offset, offset), { minLength: 3, maxLength: 6 }), (around, offsets) => {
        const wrap = (lon: number): number => (lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon);
        const places = offsets.map(([lat, lon]) => ({ lat: around.lat + lat, lon: wrap(around.lon + lon) }));
        const world = worldOf(places, []);
        for (const [i, a] of world.accessPoints.entries()) {
          for (const [j, b] of world.accessPoints.entries()) {
            const truth = haversine(places[i]!, places[j]!);
            expect(Math.abs(distance(a.position, b.position) - truth)).toBeLessThanOrEqual(1e-3 * truth + 1e-6);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('Berlin: Brandenburg Gate to Alexanderplatz is 2.37 km', () => {
    const world = worldOf(
      [
        { lat: 52.516272, lon: 13.377722 },
        { lat: 52.521918, lon: 13.413215 },
      ],
      [],
    );
    const [gate, square] = world.accessPoints;
    // haversine with R = 6371.0088 km
    expect(distance(gate!.position, square!.position)).toBeCloseTo(2482.6, 0);
  });

  test('the plane is that of the infrastructure: adding users moves nobody', () => {
    const nodes = [
      { lat: 48.1, lon: 11.5 },
      { lat: 48.2, lon: 11.6 },
    ];
    const group = (name: string, lat: number) => ({ name, at: { lat, lon: 11.55 } });
    const one = worldOf(nodes, [group('first', 48.15)]);
    const two = worldOf(nodes, [group('first', 48.15), group('far', 47)]);
    expect(two.vertices).toEqual(one.vertices);
    expect(two.users[0]).toEqual(one.users[0]);
  });

  test('without positions of infrastructure, it is that of the users', () => {
    const users = [
      {
        name: 'pair',
        at: [
          { lat: 10, lon: 179.99 },
          { lat: 10, lon: -179.99 },
        ],
      },
    ];
    const { world } = scenarioFromObject({
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'users-only' },
      spec: { duration: '1m', infrastructure: { clusters: [{ name: 'a' }] }, users },
    });
    const [west, east] = world.users;
    expect(west!.position.x + east!.position.x).toBeCloseTo(0, 6);
    expect(distance(west!.position, east!.position)).toBeCloseTo(
      haversine({ lat: 10, lon: 0 }, { lat: 10, lon: 0.02 }),
      2,
    );
  });
});

describe('users in a disc', () => {
  const disc = (name: string, count: number) => ({
    name,
    count,
    at: { uniform: { around: { x: '100m', y: '50m' }, radius: '200m' } },
  });
  const nodes = { x: '0m', y: '0m' };
  test('lie in it, uniformly: a quarter of them within half the radius', () => {
    const { users } = worldOf(nodes, [disc('crowd', 20_000)]);
    const centre = { x: 100, y: 50 };
    const distances = users.map(({ position }) => distance(position, centre));
    expect(Math.max(...distances)).toBeLessThanOrEqual(200);
    const inner = distances.filter((metres) => metres <= 100).length / users.length;
    // four standard errors of a share of 1/4 of 20,000
    expect(Math.abs(inner - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 20_000));
  });
  test('do not move when other groups or more users are added', () => {
    const alone = worldOf(nodes, [disc('crowd', 10)]).users.map(({ position }) => position);
    const more = worldOf(nodes, [disc('others', 7), disc('crowd', 30)]).users.map(({ position }) => position);
    expect(more.slice(7, 17)).toEqual(alone);
  });
  test('are others for another seed', () => {
    const [a, b] = [1, 2].map((seed) => worldOf(nodes, [disc('crowd', 5)], { seed }).users);
    expect(a).not.toEqual(b);
  });
  test('can be around a cluster', () => {
    const at = { uniform: { around: 'a', radius: '1m' } };
    const { users } = worldOf(nodes, [{ count: 3, at }], { clusterAt: { x: '-40m', y: '7m' } });
    for (const { position } of users) expect(distance(position, { x: -40, y: 7 })).toBeLessThanOrEqual(1);
  });
});

test('count takes the first of the listed positions', () => {
  const at = [
    { x: '0m', y: '0m' },
    { x: '1m', y: '0m' },
    { x: '2m', y: '0m' },
  ];
  expect(worldOf({ x: '0m', y: '0m' }, [{ count: 2, at }]).users.map(({ position }) => position.x)).toEqual([0, 1]);
});

const eua = 'shared/data/eua';
const data = join('..', eua);
test.skipIf(!existsSync(data))(`Melbourne's sites and users (../${eua}) become nodes, access points and users`, () => {
  const file = join(import.meta.dirname, 'files', 'melbourne.yaml');
  expect(() => loadScenario(file)).toThrow(/outside the scenario's folder; to read it all the same, pass --allow/);
  const { world, warnings } = loadScenario(file, { allow: ['../shared/data'] });
  expect([world.nodes.length, world.accessPoints.length, world.users.length, world.services.length]).toEqual([
    127, 125, 816, 6,
  ]);
  expect(world.nodes[2]!.name).toBe('site-10003026');
  const [first, second] = world.accessPoints;
  const truth = haversine({ lat: -37.81517, lon: 144.97476 }, { lat: -37.81524, lon: 144.95256 });
  expect(Math.abs(distance(first!.position, second!.position) / truth - 1)).toBeLessThan(1e-3);
  expect(warnings.map(formatProblem).filter((text) => !text.includes('out of range'))).toEqual([]);
});
