import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callProgram } from './call-program.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-import-cli-'));
  writeFileSync(join(folder, 'sites.csv'), 'SITE_ID,LATITUDE,LONGITUDE\n1,-37.8,144.9\n2,-37.81,144.95\n');
  writeFileSync(join(folder, 'users.csv'), 'Latitude,Longitude\n-37.8,144.9\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (...args: string[]) => callProgram(folder, args);

test('import writes a scenario that runs, tells what it assumed, and overwrites nothing unasked', async () => {
  const first = await cli('import', 'eua', 'sites.csv', 'users.csv', '--out', 'melbourne.yaml', '--duration', '30s');
  expect(first).toMatchObject({ status: 0, stdout: '' });
  expect(first.stderr).toContain('read 2 sites and 1 users');
  expect(first.stderr).toContain('next: codeco-sim run melbourne.yaml');
  expect((await cli('run', 'melbourne.yaml', '--quiet')).status).toBe(0);
  const again = await cli('import', 'eua', 'sites.csv', 'users.csv', '--out', 'melbourne.yaml');
  expect(again.status).toBe(2);
  expect(again.stderr).toContain('--force');
  expect((await cli('import', 'eua', 'sites.csv', 'users.csv', '--out', 'melbourne.yaml', '--force')).status).toBe(0);
  expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
});

test('without --out the scenario goes to standard output', async () => {
  const { status, stdout } = await cli('import', 'eua', 'sites.csv', 'users.csv', '--name', 'here');
  expect(status).toBe(0);
  writeFileSync(join(folder, 'piped.yaml'), stdout);
  expect(await cli('validate', 'piped.yaml')).toMatchObject({ status: 0 });
});

test.each([
  [['import', 'sqlite', 'a'], /Allowed choices are/],
  [['import', 'eua', 'sites.csv'], /expected sites\.csv users\.csv/],
  [['import', 'graphml', 'sites.csv'], /sites\.csv:1:1/],
  [['import', 'graphml', 'x', '--default-latency', '5'], /a number without a unit/],
  [['import', 'eua', 'sites.csv', 'users.csv', '--name', 'No Name'], /metadata\.name/],
  [['import', 'eua', 'sites.csv', 'users.csv', '--out', 'none/x.yaml'], /does not exist|cannot write/],
  [['import', 'eua', 'sites.csv', 'users.csv', '--out', 'x.txt'], /ends in \.yaml/],
])('%j is refused with exit status 2 and no stack', async (args, expected) => {
  const { status, stderr } = await cli(...args);
  expect(stderr).toMatch(expected);
  expect(stderr).not.toContain('    at ');
  expect(status).toBe(2);
});

test('list tells the formats that can be imported', async () => {
  const { stdout } = await cli('list', 'importer');
  for (const name of ['eua', 'graphml', 'network-topology', 'openb', 'sumo'])
    expect(stdout).toContain(`importer  ${name}`);
});
