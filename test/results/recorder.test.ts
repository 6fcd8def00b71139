import { existsSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  Recorder,
  ResultsError,
  readManifest,
  readScenario,
  readTable,
  readTrail,
  tableNames,
  type Manifest,
} from '../../src/results/index.ts';
import { onDisk } from '../../src/results/errors.ts';
import { ending, freshFolder, header, recordRows, recordRun } from './fixture.ts';

const errorOf = (action: () => unknown): Error => {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(ResultsError);
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

test('the same run gives the same bytes in every file but the manifest, and the same digest without a folder', () => {
  const [first, second] = [freshFolder(), freshFolder()];
  const { digest } = recordRun(first, 70_000);
  expect(recordRun(second, 70_000).digest).toBe(digest);
  expect(recordRun(undefined, 70_000)).toEqual({ digest, manifest: undefined });
  expect(readdirSync(first).toSorted()).toEqual(
    [...tableNames.map((name) => `${name}.arrow`), 'manifest.json', 'scenario.json', 'trail.bin'].toSorted(),
  );
  for (const file of readdirSync(first)) {
    if (file === 'manifest.json') continue;
    expect(readFileSync(join(first, file)).equals(readFileSync(join(second, file))), file).toBe(true);
  }
});

test('the digest depends on the rows, on the events and on what codes mean', () => {
  const digestOf = (change: (recorder: Recorder) => void, trail = ending.trail) => {
    const recorder = new Recorder(undefined, header);
    recordRows(recorder, 100);
    change(recorder);
    return recorder.close({ ...ending, trail }).digest;
  };
  const digests = [
    digestOf(() => {}),
    digestOf((recorder) => (recorder.tables.requests.columns.latency_ns[40] = 1)),
    digestOf((recorder) => recorder.dictionaries.link.code('backhaul')),
    digestOf(() => {}, { ...ending.trail, digest: '0011223344556678' }),
  ];
  expect(new Set(digests).size).toBe(4);
  expect(digestOf(() => {})).toBe(digests[0]);
});

test('the digest does not depend on which of two tables got its row first', () => {
  const digests = [false, true].map((turned) => {
    const recorder = new Recorder(undefined, header);
    const { movement, links } = recorder.tables;
    const steps = [
      () => movement.append({ time_ns: 1, user: 'u', event: 'attached', access_point: 'a', x_m: 0, y_m: 0 }),
      () =>
        links.append({
          time_ns: 1,
          link: 'l',
          direction: 'forward',
          state: 'up',
          carried_bytes: 0,
          throughput_bps: 0,
          utilization: 0,
          energy_j: 0,
interval_ns: 1,
        }),
    ];
    for (const step of turned ? steps.toReversed() : steps) step();
    return recorder.close(ending).digest;
  });
  expect(digests[0]).toBe(digests[1]);
});

test('the manifest says what the run was, with one key digest, and the tables carry it too', async () => {
  const folder = freshFolder();
  const { digest, manifest } = recordRun(folder, 100);
  const text = readFileSync(join(folder, 'manifest.json'), 'utf8');
  expect(text.match(/"digest":/g)).toHaveLength(1);
  expect(readManifest(folder, { hashes: true })).toEqual(manifest);
  expect(manifest).toMatchObject({
    apiVersion: 'codeco-sim/v1',
    kind: 'Run',
    name: 'small',
    scenario: { file: 'small.yaml', hash: 'ab12' },
    seed: 7,
    digest,
    events: 1234,
    node: process.version,
    command: ['run', 'small.yaml'],
    tables: { requests: { file: 'requests.arrow', rows: 100 }, links: { rows: 0 }, runs: { rows: 1 } },
  });
  expect(readTrail(folder)).toEqual(ending.trail);
  expect(readScenario(folder)).toEqual({ seed: 7 });
  const runs = await readTable(folder, 'runs');
  expect(runs.get(0)!.toJSON()).toEqual({
    run: 'small',
    scenario_hash: 'ab12',
    seed: 7,
    version: '0.1.0',
    digest,
    events: 1234,
    latency_p50_ns: null,
    latency_p95_ns: null,
    latency_p99_ns: null,
    latency_max_ns: null,
    federation_messages: null,
    federation_bytes: null,
    federation_decisions: null,
    federation_decision_mean_ns: null,
    duplicates: null,
    duplicate_ns: null,
    ...ending.measures,
  });
  const requests = await readTable(folder, 'requests');
  expect(Object.fromEntries(requests.schema.metadata)).toEqual({
    table: 'requests',
    description: 'One request of a user, followed end to end.',
    scenario: 'small',
    scenario_hash: 'ab12',
    seed: '7',
    version: '0.1.0',
    digest,
  });
});

test('a run replaces the results of an earlier one, and an unfinished run', () => {
  const folder = freshFolder();
  recordRun(folder, 100);
  recordRun(folder, 50);
  expect(readManifest(folder, { hashes: true }).tables['requests']!.rows).toBe(50);
  const failing = new Recorder(folder, header);
  recordRows(failing, 10);
  failing.abandon();
  expect(errorOf(() => readManifest(folder)).message).toBe(
    `the run in ${folder} did not finish, so it has no manifest.json: run the scenario again`,
  );
  recordRun(folder, 20);
  expect(readManifest(folder, { hashes: true }).tables['requests']!.rows).toBe(20);
});

test("a folder with other people's files is used only when forced, and they stay", () => {
  const folder = freshFolder();
  for (const file of ['a.txt', 'b.txt', 'c.txt', 'thesis.tex']) writeFileSync(join(folder, file), 'precious');
  expect(errorOf(() => recordRun(folder, 1)).message).toBe(
    `${folder} is not empty and holds no results of codeco-sim (found a.txt, b.txt, c.txt and 1 more): ` +
      'choose another folder with --out, or pass --force to write beside what is there',
  );
  expect(readdirSync(folder)).toHaveLength(4);
  recordRun(folder, 1, { force: true });
  recordRun(folder, 2, { force: true });
  expect(readFileSync(join(folder, 'thesis.tex'), 'utf8')).toBe('precious');
  expect(readManifest(folder).tables['requests']!.rows).toBe(2);
});

test.each(['manifest.json', 'scenario.json', 'requests.arrow'])("another's %s is never overwritten", (file) => {
  const folder = freshFolder();
  writeFileSync(join(folder, file), '{"name":"my-web-app"}');
  expect(errorOf(() => recordRun(folder, 1, { force: true })).message).toBe(
    `${folder} holds ${file}, not written by codeco-sim, where results would go: ` +
      'choose another folder with --out, or move it away',
  );
  expect(readFileSync(join(folder, file), 'utf8')).toBe('{"name":"my-web-app"}');
});

test('a disk that is full, or a path that is none, is told in a sentence with its cause', () => {
  const file = join(freshFolder(), 'file');
  writeFileSync(file, '');
  const inFile = errorOf(() => recordRun(join(file, 'out'), 1));
  expect(inFile.message).toBe(
    `cannot create the results folder ${join(file, 'out')}: a part of its path is a file, not a folder (ENOTDIR)`,
  );
  expect((inFile.cause as NodeJS.ErrnoException).code).toBe('ENOTDIR');
  if (!existsSync('/dev/full')) return;
  expect(errorOf(() => onDisk('write results/x.arrow', () => writeFileSync('/dev/full', 'x'))).message).toBe(
    'cannot write results/x.arrow: no space is left on the device (ENOSPC)',
  );
});

test('a run that fails at its end leaves an unfinished folder, and no open file', () => {
  const folder = freshFolder();
  const recorder = new Recorder(folder, header);
  recordRows(recorder, 10);
  recorder.tables.requests.row();
  expect(() => recorder.close(ending)).toThrow(RangeError);
  expect(existsSync(join(folder, 'manifest.json'))).toBe(false);
  expect(existsSync(join(folder, 'unfinished-run'))).toBe(true);
  if (!existsSync('/proc/self/fd')) return;
  const open = new Recorder(folder, header);
  expect(openFiles(folder)).toHaveLength(tableNames.length);
  open.abandon();
  expect(openFiles(folder)).toEqual([]);
});

test('a row that was never completed fails the run, naming the cell', () => {
  const recorder = new Recorder(undefined, header);
  recorder.tables.requests.row();
  expect(() => recorder.close(ending)).toThrow(
    'requests.request, row 0 of the batch: was not written, and may not be null',
  );
});

function openFiles(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(folder) ? [target] : [];
    } catch {
      return [];
    }
  });
}

const spoil = (folder: string, change: (manifest: Manifest) => void) => {
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  change(manifest);
  writeFileSync(path, JSON.stringify(manifest));
};

test('a manifest that is missing, not ours, of another version, or changed is refused with the way out', () => {
  const folder = freshFolder();
  const path = join(folder, 'manifest.json');
  const message = () => errorOf(() => readManifest(folder)).message;
  expect(message()).toBe(
    `${folder} is no results folder: there is no manifest.json in it; give the folder that a run wrote with --out`,
  );
  writeFileSync(path, '{"apiVersion":');
  expect(message()).toMatch(/manifest\.json is not JSON \(.*\): run the scenario again$/);
  writeFileSync(path, '{"name":"my-web-app"}');
  expect(message()).toBe(`${path} was not written by codeco-sim: its apiVersion is not codeco-sim/v1`);
  writeFileSync(path, 'null');
  expect(message()).toBe(`${path} was not written by codeco-sim: its apiVersion is not codeco-sim/v1`);
  writeFileSync(path, '{"apiVersion":"codeco-sim/v9"}');
  expect(message()).toBe(
    `${path} has apiVersion codeco-sim/v9, this program reads codeco-sim/v1: ` +
      'read it with the version that wrote it, or run the scenario again',
  );
  recordRun(folder, 1);
  spoil(folder, (manifest) => Object.assign(manifest, { seed: 'seven' }));
  expect(message()).toBe(`${path} was changed or cut: at /seed, Expected number; run the scenario again`);
});

test('a manifest cannot name a file outside its folder', () => {
  const folder = freshFolder();
  recordRun(folder, 1);
  spoil(folder, (manifest) => (manifest.tables['requests']!.file = '../../etc/passwd'));
  expect(errorOf(() => readManifest(folder)).message).toContain('at /tables/requests/file');
});

test('a changed scenario, or none, is told', () => {
  const folder = freshFolder();
  recordRun(folder, 1);
  const path = join(folder, 'scenario.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('7', '8'));
  expect(errorOf(() => readScenario(folder)).message).toBe(
    `${path} was changed after the run: its SHA-256 is not the manifest's; run the scenario again`,
  );
  const { trail, measures } = ending;
  new Recorder(folder, header).close({ trail, measures });
  expect(errorOf(() => readScenario(folder)).message).toBe(
    `${join(folder, 'manifest.json')} lists no scenario.json: run the scenario again`,
  );
});

test('numbers of a scenario without bound are read as they were given, which JSON alone would make null', () => {
  const folder = freshFolder();
  const scenario = { disk: [Infinity, 5, -Infinity], none: null, text: 'Infinity', say: '1e999' };
  new Recorder(folder, header).close({ ...ending, scenario });
  expect(readScenario(folder)).toEqual(scenario);
});
