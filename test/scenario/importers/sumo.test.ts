import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { mkdtempSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importScenario, loadScenario } from '../../../src/scenario/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { fileOf, imported, recorded, refusal } from './written.ts';

const vehicle = (id: string, x: number | string, y: number | string): string =>
  `    <vehicle id="${id}" x="${x}" y="${y}" angle="0" type="car" speed="1.00" pos="1" lane="a_0" slope="0"/>\n`;
const step = (time: number, ...vehicles: readonly string[]): string =>
  `  <timestep time="${time.toFixed(2)}">\n${vehicles.join('')}  </timestep>\n`;
const fcd = (...steps: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<fcd-export>\n${steps.join('')}</fcd-export>\n`;
const small = fcd(
  step(0, vehicle('a', 0, 0)),
  step(1, vehicle('a', 10, 0), vehicle('b', 790, 390)),
  step(2, vehicle('a', 20, 0), vehicle('b', 800, 400)),
);

test('vehicles become users that follow the trace for as long as it is', () => {
  const { world, notes } = imported('sumo', [fileOf('small.fcd.xml', small)]);
  expect(world.users).toHaveLength(2);
  expect(world.durationNs).toBe(2e9);
  expect(world.accessPoints).toHaveLength(0);
  expect(notes).toContain('read 5 positions of 2 vehicles over 2 s; x and y are metres');
});

test('access points are put over the area, so that nobody is out of range', () => {
  const { world } = imported('sumo', [fileOf('small.fcd.xml.gz', gzipSync(small))], { accessSpacingM: 200 });
  expect(world.accessPoints.map(({ position: { x, y } }) => [x, y])).toEqual([
    [100, 100],
    [300, 100],
    [500, 100],
    [700, 100],
    [100, 300],
    [300, 300],
    [500, 300],
    [700, 300],
  ]);
  // the corner of a square is 142 m from its middle
  for (const { rangeM } of world.accessPoints) expect(rangeM).toBe(150);
});

test('the CSV form of SUMO is read as the XML form, and geographic positions as degrees', () => {
  const heading = 'timestep_time;vehicle_angle;vehicle_id;vehicle_x;vehicle_y';
  const rows = ['0.00;0;a;0;0', '1.00;0;a;10;0', '1.00;0;b;790;390', '2.00;0;a;20;0', '2.00;0;b;800;400', '3.00;;;;'];
  const name = { name: 'same', duration: '2s' };
  const table = imported('sumo', [fileOf('small.csv', [heading, ...rows].join('\n'))], name);
  expect(table.world).toEqual(imported('sumo', [fileOf('small.xml', small)], name).world);
  const flag = '<!-- <fcd-output.geo value="true"/> -->\n<fcd-export>';
  const geographic = fcd(step(0, vehicle('a', 2.15, 41.39)), step(9, vehicle('a', 2.16, 41.4))).replace(
    '<fcd-export>',
    flag,
  );
  const { world, notes } = imported('sumo', [fileOf('geo.xml', geographic)], { accessSpacingM: 500 });
  expect(notes).toContain('degrees of longitude and latitude');
  // 0.01 degree of longitude is 834 m there, of latitude 1,112 m
  expect(world.accessPoints).toHaveLength(2 * 3);
});

test.each([
  ['empty', '', /an empty file/],
  ['alien', '<html><body/></html>', /:1:1\n[^]*a document <html>/],
  ['another table', 'a,b\n1,2\n', /:1:1\n[^]*the columns "a", "b"/],
  ['truncated', small.slice(0, 300), /not the XML of a trace/],
  ['NaN', fcd(step(0, vehicle('a', 'NaN', 0))), /:4:5\n[^]*x is "NaN"/],
  ['without an id', fcd(step(0, vehicle('', 1, 0))), /:4:5\n[^]*<vehicle> with an empty id/],
  ['a negative time', fcd(step(-1, vehicle('a', 1, 0))), /:3:3\n[^]*time is -1.00/],
  ['without vehicles', fcd(step(0)), /a trace without movers/],
  ['time running backwards', fcd(step(5, vehicle('a', 1, 0)), step(4, vehicle('a', 2, 0))), /trace\.csv:3/],
])('%s is refused', (_, text, expected) => {
  expect(refusal('sumo', [fileOf('bad.fcd.xml', text)])).toMatch(expected);
});

test('persons are a group of their own, whatever their ids, and a long recording is written in pieces, all of it', () => {
  const person = '    <person id="a" x="5" y="6" speed="1"/>\n';
  const seconds = Array.from({ length: 6000 }, (_, time) => step(time, vehicle('a', time, 0.5), person));
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-sumo-'));
  const file = fileOf('long.fcd.xml', fcd(...seconds));
  const { notes } = importScenario('sumo', [file], { folder, stem: 'long' });
  expect(notes.join('\n')).toContain('read 12000 positions of 1 vehicles and 1 persons over 5999 s');
  const rows = (of: (time: number) => string): string =>
    `time,id,x,y\n${Array.from({ length: 6000 }, (_, time) => `${time},a,${of(time)}\n`).join('')}`;
  expect(readFileSync(join(folder, 'long-trace.csv'), 'utf8')).toBe(rows((time) => `${time},0.5`));
  expect(readFileSync(join(folder, 'long-persons.csv'), 'utf8')).toBe(rows(() => '5,6'));
});

test('too many access points, a file that is not there, and nowhere to put the table are refused', () => {
  const file = fileOf('small.fcd.xml', small);
  expect(refusal('sumo', [file], { accessSpacingM: 1 })).toContain('at most 10000');
  expect(refusal('sumo', ['nowhere.xml'])).toContain('no such file');
  expect(() => importScenario('sumo', [file], { folder: '.' })).toThrow(/--out FILE.yaml/);
});

test('a table that is there already is not overwritten, and none is left where the scenario is wrong', () => {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-sumo-'));
  const file = fileOf('small.fcd.xml', small);
  writeFileSync(join(folder, 'mine-trace.csv'), 'mine');
  expect(() => importScenario('sumo', [file], { folder, stem: 'mine' })).toThrow(/is there already/);
  expect(readFileSync(join(folder, 'mine-trace.csv'), 'utf8')).toBe('mine');
  importScenario('sumo', [file], { folder, stem: 'mine', force: true });
  expect(readFileSync(join(folder, 'mine-trace.csv'), 'utf8')).toContain('time,id,x,y\n0,a,0,0\n');
  expect(() => importScenario('sumo', [file], { folder, stem: 'bad', name: 'No Name' })).toThrow(/metadata.name/);
  expect(existsSync(join(folder, 'bad-trace.csv'))).toBe(false);
  expect(readdirSync(folder)).toEqual(['mine-trace.csv']);
});

test('the grid of the Eixample, recorded by SUMO: what is written runs', () => {
  const file = recorded('sumo/eixample-grid.fcd.xml.gz');
  if (file === undefined) return;
  const { world, text } = imported('sumo', [file], { accessSpacingM: 400, duration: '60s' });
  expect(world.users.length).toBeGreaterThan(100);
  expect(world.accessPoints.length).toBeGreaterThan(4);
  const { measures } = simulate(fileOf('eixample.yaml', text));
  expect(measures.requests_succeeded).toBeGreaterThan(0);
});

test('what is odd in a trace is told when it is imported: a leap, and rows out of order', () => {
  const text = fcd(step(1, vehicle('a', 0, 0)), step(0, vehicle('b', 0, 0)), step(2, vehicle('a', 9000, 0)));
  const { notes } = imported('sumo', [fileOf('odd.xml', text)]);
  expect(notes).toContain('warning: 1 sample is earlier than one of another id before: put in order');
  expect(notes).toContain('warning: 1 id moves faster than 100 m/s, once in all: "a"');
});

test('a scenario takes of a trace the movers of one kind, or all with a warning', () => {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-sumo-'));
  const person = '    <person id="a" x="5" y="6" speed="1"/>\n';
  writeFileSync(
    join(folder, 'both.xml'),
    fcd(step(0, vehicle('a', 1, 0), person), step(9, vehicle('a', 2, 0), person)),
  );
  const load = (movers: object) => {
    const file = join(folder, 'scenario.json');
    const spec = {
      duration: '9s',
      infrastructure: { clusters: [{ name: 'a', at: { x: '0m', y: '0m' } }] },
      users: [{ mobility: { model: 'trace', file: 'both.xml', ...movers } }],
    };
    writeFileSync(
      file,
      JSON.stringify({ apiVersion: 'codeco-sim/v1', kind: 'Scenario', metadata: { name: 'x' }, spec }),
    );
    const { world, warnings } = loadScenario(file);
    const { mobility } = world.userGroups[0]!;
    const tracks = mobility?.model === 'trace' ? mobility.tracks : [];
    return [tracks.map(({ points }) => points[0]!.x), warnings.map(({ found }) => found)];
  };
  expect(load({ movers: 'person' })).toEqual([[5], []]);
  expect(load({ movers: 'vehicle' })).toEqual([[1], []]);
  const found = 'movers of several kinds, all of them users: 1 of the kind vehicle, 1 of the kind person';
  expect(load({})).toEqual([[1, 5], [found]]);
});
