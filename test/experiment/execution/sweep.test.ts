import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planSweep, readSweep, runSweep, type SweepOptions } from '../../../src/experiment/index.ts';
import { readManifest, readTable } from '../../../src/results/index.ts';
import { readExperiment } from '../../../src/scenario/index.ts';
import { builtProgram, callProgram } from '../../cli/call-program.ts';
import { bytesIn, sweepOptions, writeExperiment } from './fixture.ts';

let folder: string;
beforeAll(() => {
  execFileSync(process.execPath, ['scripts/bootstrap.mjs'], { stdio: 'ignore' });
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-sweep-'));
  cpSync(join(import.meta.dirname, '../files/tiny.yaml'), join(folder, 'tiny.yaml'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, spec: string) => writeExperiment(folder, name, spec);
const cli = (...args: string[]) => callProgram(folder, args);
/** The built program: it keeps only runs of the same build. */
const built = (...args: string[]) =>
  spawnSync(process.execPath, [builtProgram, ...args], { cwd: folder, encoding: 'utf8' });

const options = (out: string, more: Partial<SweepOptions> = {}) => sweepOptions(join(folder, out), more);

const bytesOf = (out: string) => bytesIn(join(folder, out));

const small = `  vary:
    users[0].count: [1, 2, 6]
    orchestration.scheduler: [spread, best-fit]
  replications: 2
`;

test('one worker and two write the same bytes, a finished sweep costs no run, and a cell is a normal results folder', async () => {
  const file = write('same', small);
  const plan = planSweep(readExperiment(file));
  const one = await runSweep(plan, options('one'));
  const two = await runSweep(plan, options('two', { workers: 2 }));
  expect(one).toMatchObject({ done: 12, reused: 0, failed: 0, left: 0, isInterrupted: false });
  expect(two.rows).toEqual(one.rows);
  const bytes = bytesOf('one');
  expect(bytes.size).toBe(12 * 4 + 2);
  expect(bytesOf('two')).toEqual(bytes);
  // a worker that cannot work is not asked
  const again = await runSweep(plan, options('two', { entry: new URL('none.mjs', import.meta.url) }));
  expect(again).toMatchObject({ done: 12, reused: 12, rows: one.rows });
  expect(bytesOf('two')).toEqual(bytes);
  // the journal is only a short cut
  rmSync(join(folder, 'two', 'journal.jsonl'));
  const without = await runSweep(plan, options('two', { entry: new URL('none.mjs', import.meta.url) }));
  expect(without).toMatchObject({ done: 12, reused: 12 });
  expect(bytesOf('two')).toEqual(bytes);
  const sweep = readSweep(join(folder, 'one'));
  const [run] = sweep.cells[3]!.runs;
  const manifest = readManifest(join(folder, 'one', 'cells', run!.hash), { hashes: true });
  expect(manifest).toMatchObject({ seed: 3, kind: 'Run' });
  const verified = await cli('verify', join('one', 'cells', run!.hash), '-q');
  expect(verified).toMatchObject({ status: 0 });
  const alone = await cli(
    'run',
    'tiny.yaml',
    '--set',
    'users[0].count=2',
    '--set',
    'orchestration.scheduler=best-fit',
    '--out',
    'alone',
    '-q',
  );
  expect(alone.status).toBe(0);
  expect(readManifest(join(folder, 'alone')).digest).toBe(manifest.digest);
});

test('the table of a sweep has its cells and replications in order, with numbers as numbers and the same seeds in every cell', async () => {
  const plan = planSweep(readExperiment(write('table', small)));
  await runSweep(plan, options('table'));
  cpSync(join(folder, 'table', 'runs.arrow'), join(folder, 'table-runs.arrow'));
  const { tableFromIPC } = await import('apache-arrow');
  const table = tableFromIPC(readFileSync(join(folder, 'table', 'runs.arrow')));
  const rows = table.toArray().map((row) => row.toJSON() as Record<string, unknown>);
  expect(
    rows.map(({ cell, replication, count, scheduler, seed }) => [cell, replication, count, scheduler, seed]),
  ).toEqual(
    [1, 2, 6].flatMap((count, i) =>
      ['spread', 'best-fit'].flatMap((scheduler, j) => [0, 1].map((r) => [2 * i + j, r, count, scheduler, 3 + r])),
    ),
  );
  expect(
    rows.every(({ requests_sent: sent, latency_mean_ns: latency }) => Number(sent) > 0 && Number(latency) > 0),
  ).toBe(true);
});

describe('whatever ends a sweep, the next one goes on to the same bytes', () => {
  const long = `  vary:
    users[0].count: [40, 41, 42, 43, 44, 45, 46, 47]
  set: { duration: 100s }
  tables: [requests]
`;
  test('kill -9, twice at different moments', async () => {
    write('killed', long);
    expect(built('sweep', 'killed.yaml', '--out', 'whole', '-q').status).toBe(0);
    let whole = 0;
    for (const wanted of [1, 4]) {
      const child = spawn(process.execPath, [builtProgram, 'sweep', 'killed.yaml', '--out', 'killed', '-q'], {
        cwd: folder,
        stdio: 'ignore',
      });
      const isOver = new Promise((over) => child.on('exit', over));
      const cells = join(folder, 'killed', 'cells');
      const count = () =>
        existsSync(cells) ? readdirSync(cells).filter((name) => !name.endsWith('.partial')).length : 0;
      for (const end = Date.now() + 60_000; count() < wanted && Date.now() < end;) await sleep(5);
      child.kill('SIGKILL');
      await isOver;
      expect(count()).toBeGreaterThanOrEqual(Math.max(whole, wanted));
      whole = count();
      expect(existsSync(join(folder, 'killed', 'lock.json'))).toBe(true);
    }
    const last = built('sweep', 'killed.yaml', '--out', 'killed');
    expect(last.status).toBe(0);
    expect(last.stdout).toMatch(/8 runs in .*, [1-8] of them finished before/);
    expect(bytesOf('killed')).toEqual(bytesOf('whole'));
  });

  test('an interruption by SIGINT says how to go on, and leaves with status 130', async () => {
    write('interrupted', long);
    const child = spawn(process.execPath, [builtProgram, 'sweep', 'interrupted.yaml', '--out', 'interrupted'], {
      cwd: folder,
    });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    const status = new Promise((over) => child.on('exit', over));
    for (const end = Date.now() + 60_000; !/[1-7] of 8 runs/.test(said) && Date.now() < end;) await sleep(5);
    child.kill('SIGINT');
    expect(await status).toBe(130);
    expect(said).toContain('the same command again goes on from there');
    expect(existsSync(join(folder, 'interrupted', 'lock.json'))).toBe(false);
    expect(readdirSync(join(folder, 'interrupted', 'cells')).filter((name) => name.endsWith('.partial'))).toEqual([]);
    const states = readSweep(join(folder, 'interrupted')).cells.flatMap(({ runs }) => runs.map(({ state }) => state));
    expect(new Set(states)).toEqual(new Set(['done', 'planned']));
    expect(built('sweep', 'interrupted.yaml', '--out', 'interrupted', '-q').status).toBe(0);
    expect(
      readSweep(join(folder, 'interrupted')).cells.every(({ runs }) => runs.every(({ state }) => state === 'done')),
    ).toBe(true);
  });

  test('a full disk stops the sweep with a clear word, and it goes on when there is room', async () => {
    write('full', `${small}  tables: [requests, nodes]\n`);
    const out = join(folder, 'full');
    mkdirSync(out);
    // a file system of 100 kB in a name space of its own, where this machine lets one be made
    const script = `mount -t tmpfs -o size=100k tmpfs '${out}' && cd '${folder}' && '${process.execPath}' '${builtProgram}' sweep full.yaml --out full -q; echo "status $?"; cp -r '${out}' '${out}-kept'`;
    const { stdout, stderr, status } = spawnSync('unshare', ['-rm', 'sh', '-c', script], { encoding: 'utf8' });
    if (status !== 0 || /mount: /.test(stderr)) {
      console.log('skipped: no file system of its own can be mounted here');
      return;
    }
    expect(stderr).toContain('no space is left on the device');
    expect(stdout).toContain('status 2');
    expect(built('sweep', 'full.yaml', '--out', 'full-kept', '-q').status).toBe(0);
    expect(built('sweep', 'full.yaml', '--out', 'full-whole', '-q').status).toBe(0);
    expect(bytesOf('full-kept')).toEqual(bytesOf('full-whole'));
  });
});

describe('a cell that fails takes no other with it', () => {
  test('a worker that exits and one that is out of memory are told apart', async () => {
    const plan = planSweep(readExperiment(write('dying', '  vary:\n    users[0].count: [1, 3, 4, 6]\n')));
    const entry = new URL('dying-worker.mjs', import.meta.url);
    const outcome = await runSweep(plan, options('dying', { entry, workerMemoryMb: 200, workers: 2 }));
    expect(outcome).toMatchObject({ done: 2, failed: 2, left: 0 });
    const runs = readSweep(join(folder, 'dying')).cells.map(({ runs: [run] }) => run!);
    expect(runs.map(({ state }) => state)).toEqual(['done', 'failed', 'failed', 'done']);
    expect(runs[1]!.error).toContain('ended with status 7');
    expect(runs[2]!.error).toContain('out of memory');
    // the program as it is makes up for it
    const whole = await runSweep(plan, options('dying'));
    expect(whole).toMatchObject({ done: 4, failed: 0, reused: 2 });
  });

  test('--fail-fast stops at the first', async () => {
    const plan = planSweep(readExperiment(write('fast', '  vary:\n    users[0].count: [3, 1, 2, 6, 7, 8]\n')));
    const entry = new URL('dying-worker.mjs', import.meta.url);
    const outcome = await runSweep(plan, options('fast', { entry, failFast: true }));
    expect(outcome).toMatchObject({ failed: 1, done: 0, left: 5 });
  });

  test('a scenario that is changed while the sweep runs is found out', async () => {
    const plan = planSweep(readExperiment(write('changed', '  vary:\n    users[0].count: [1]\n')));
    const scenario = join(folder, 'tiny.yaml');
    const text = readFileSync(scenario, 'utf8');
    writeFileSync(scenario, text.replace('rate: 2/s', 'rate: 3/s'));
    try {
      expect(await runSweep(plan, options('changed'))).toMatchObject({ done: 0, failed: 1 });
      expect(readSweep(join(folder, 'changed')).cells[0]!.runs[0]!.error).toContain('was changed while the sweep ran');
    } finally {
      writeFileSync(scenario, text);
    }
  });
});

describe('the folder of a sweep', () => {
  test('takes one sweep at a time; the lock of a dead process is taken over', async () => {
    const plan = planSweep(readExperiment(write('locked', '  vary:\n    users[0].count: [1, 2]\n')));
    const first = runSweep(plan, options('locked'));
    await expect(runSweep(plan, options('locked'))).rejects.toThrow(/another sweep, process \d+, writes into/);
    expect(await first).toMatchObject({ done: 2 });
    const lock = join(folder, 'locked', 'lock.json');
    const dead = spawnSync(process.execPath, ['--version']).pid;
    const held = [
      { host: hostname(), pid: dead, started: '1' },
      // a process of this number lives, but it began at another time
      { host: hostname(), pid: process.pid, started: '1' },
    ];
    for (const holder of held) {
      writeFileSync(lock, JSON.stringify(holder));
      expect(await runSweep(plan, options('locked'))).toMatchObject({ done: 2, reused: 2 });
      expect(existsSync(lock)).toBe(false);
    }
    writeFileSync(lock, JSON.stringify({ host: 'elsewhere', pid: 1, started: '1' }));
    await expect(runSweep(plan, options('locked'))).rejects.toThrow('process 1 on elsewhere');
  });

  test('is neither that of other things nor of another sweep', async () => {
    const plan = planSweep(readExperiment(write('mine', '  vary:\n    users[0].count: [1]\n')));
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'taken', 'thesis.tex'), '');
    await expect(runSweep(plan, options('taken'))).rejects.toThrow(
      'is not empty and holds no sweep (found thesis.tex)',
    );
    await runSweep(plan, options('mine'));
    const other = planSweep(readExperiment(write('other', '  vary:\n    users[0].count: [1]\n')));
    await expect(runSweep(other, options('mine'))).rejects.toThrow('holds the sweep mine, not other');
  });

  test('keeps what has not changed when the experiment grows', async () => {
    await runSweep(
      planSweep(readExperiment(write('grows', '  vary:\n    users[0].count: [1, 2]\n'))),
      options('grows'),
    );
    const larger = planSweep(
      readExperiment(write('grows', '  vary:\n    users[0].count: [1, 5, 2]\n  replications: 2\n')),
    );
    expect(await runSweep(larger, options('grows'))).toMatchObject({ done: 6, reused: 2 });
  });
});

test('cells that come to the same are run once', async () => {
  const plan = planSweep(readExperiment(write('equal', '  vary:\n    duration: [5s, 5s]\n')));
  const outcome = await runSweep(plan, options('equal'));
  expect(outcome.done).toBe(2);
  expect(readSweep(join(folder, 'equal')).cells).toHaveLength(2);
});

test('sweep --dry-run tells cells, runs and what they cost, and writes nothing', async () => {
  write('dry', small);
  const { status, stdout } = await cli('sweep', 'dry.yaml', '--dry-run', '--workers', '2');
  expect(status).toBe(0);
  expect(stdout).toMatch(/CELL {2}COUNT {2}SCHEDULER\n {3}0 {6}1 {2}spread\n/);
  expect(stdout).toContain('6 cells, 12 runs, 0 of them finished');
  expect(stdout).toMatch(/with 2 workers: .* a run, tried on the first run/);
  expect(existsSync(join(folder, 'results'))).toBe(false);
  expect((await cli('sweep', 'dry.yaml', '--out', 'dry', '-q')).status).toBe(0);
  const plan = JSON.parse((await cli('sweep', 'dry.yaml', '--out', 'dry', '--dry-run', '-o', 'json')).stdout) as object;
  expect(plan).toMatchObject({
    runs: { least: 12, most: 12, finished: 12 },
    cost: { from: 'finished', secondsLeft: 0 },
  });
});

test('the table of a single run can be read from its folder', async () => {
  await runSweep(planSweep(readExperiment(write('kept', '  vary: {}\n  tables: [requests]\n'))), options('kept'));
  const [{ runs }] = readSweep(join(folder, 'kept')).cells as [ReturnType<typeof readSweep>['cells'][0]];
  const results = join(folder, 'kept', 'cells', runs[0]!.hash);
  expect((await readTable(results, 'requests')).numRows).toBeGreaterThan(10);
  await expect(readTable(results, 'pods')).rejects.toThrow('there is no table pods');
});
