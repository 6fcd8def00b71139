import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeExperiment } from '../experiment/execution/fixture.ts';

let folder: string;
beforeAll(() => {
  execFileSync(process.execPath, ['scripts/bootstrap.mjs'], { stdio: 'ignore' });
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-expected-'));
  cpSync(join(import.meta.dirname, '../experiment/files/tiny.yaml'), join(folder, 'tiny.yaml'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const cli = (...args: string[]) =>
  spawnSync(process.execPath, [resolve('dist/cli/main.js'), ...args], { cwd: folder, encoding: 'utf8' });

test('a sweep holds its results against what the experiment expects, once all of them are there', () => {
  const design = `  vary: { 'users[0].count': [1, 2] }\n  replications: 2\n`;
  const file = writeExperiment(folder, 'expected', `${design}  expect: [requests.sent > 0, requests.sent < 12]\n`);
  const part = cli('sweep', file, '--out', 'part', '--shard', '1/2', '--junit', 'part.xml');
  expect(part).toMatchObject({ status: 0 });
  expect(part.stdout).not.toContain('Expectations');
  const whole = cli('sweep', file, '--out', 'whole', '--junit', 'whole.xml');
  expect(whole.status).toBe(1);
  expect(whole.stdout).toContain('Expectations');
  // two cells, two expectations; two users send more than twelve requests in four seconds
  expect(readFileSync(join(folder, 'whole.xml'), 'utf8')).toMatch(/tests="4" failures="1"/);
  const described = cli('describe', 'whole#1', '--measure', 'requests.sent', '-o', 'json');
  expect(JSON.parse(described.stdout)).toMatchObject({
    kind: 'Description',
    cells: [{ runs: 2, measures: [{ measure: 'requests.sent', basis: 'runs', count: 2 }] }],
  });
});

test('view and why take one run of a cell', () => {
  const { cells } = JSON.parse(readFileSync(join(folder, 'whole/sweep.json'), 'utf8')) as {
    cells: { runs: { hash: string }[] }[];
  };
  // the experiment keeps no decisions: what is missing names the run
  const asked = cli('why', 'whole#1', '--replication', '1', '--decision', '0');
  expect(asked.stderr).toContain(`whole/cells/${cells[1]!.runs[1]!.hash}`);
  expect(cli('view', 'whole#1', '--out', 'cell.html').stdout).toMatch(/^cell\.html {2}/);
  expect(cli('view', 'whole', '--out', 'no.html')).toMatchObject({
    status: 2,
    stderr: "whole is a sweep of 2 cells: give one of them, such as 'whole#0' to 'whole#1'\n",
  });
  expect(cli('view', 'whole#0', '--replication', '2', '--out', 'no.html').stderr).toBe(
    'whole#0 has no replication 2: it has 0, 1\n',
  );
});

test('compare and query read the same sweep', () => {
  const compared = cli('compare', 'whole#0', 'whole#1', '--measure', 'requests.sent', '-o', 'csv');
  expect(compared.status).toBe(0);
  expect(compared.stdout.split('\n')[0]).toContain('adjusted_p_value');
  const asked = cli('query', 'SELECT count(*) AS runs FROM runs', 'whole', '-o', 'json');
  expect(asked).toMatchObject({ status: 0 });
  expect(JSON.parse(asked.stdout)).toEqual([{ runs: 4 }]);
  const wrong = cli('query', 'SELECT nothing FROM runs', 'whole');
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('nothing');
});
