import { readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTable, readManifest, readTable, ResultsError, tableNames } from '../../src/results/index.ts';
import { freshFolder, recordRun } from './fixture.ts';

/** A folder with a table of three batches. */
function recorded(): { folder: string; path: string } {
  const folder = freshFolder();
  recordRun(folder, 140_000);
  return { folder, path: join(folder, 'requests.arrow') };
}

test('a table is read whole, or batch by batch', async () => {
  const { folder } = recorded();
  const whole = await readTable(folder, 'requests');
  expect(whole.numRows).toBe(140_000);
  expect(whole.get(139_998)!.toJSON()).toEqual({
    request: 139_998,
    issued_ns: 139_998e6 + 1,
    completed_ns: 139_998e6 + 7e6,
    latency_ns: 7e6 + 98 / 8,
    network_ns: null,
    queue_ns: null,
    cpu_ns: null,
    retry_ns: null,
    app: 'bookinfo',
    service: 'productpage',
    user: 'user-998',
    access_point: 'cell 5, "north"',
    pod: 'pod-139',
    node: 'edge-1',
    cluster: 'district',
    outcome: 'succeeded',
    cause: null,
    failed_service: null,
    attempts: 1,
    warmup: false,
  });
  const table = await openTable(folder, 'requests');
  const sizes: number[] = [];
  for await (const batch of table.batches()) sizes.push(batch.numRows);
  await table.close();
  expect(sizes).toEqual([65_536, 65_536, 140_000 - 2 * 65_536]);
  expect(table.schema.fields.map((field) => field.name)).toContain('latency_ns');
});

test('a table without rows has its columns', async () => {
  const { folder } = recorded();
  const links = await readTable(folder, 'links');
  expect(links.numRows).toBe(0);
  expect(links.schema.fields[0]).toMatchObject({ name: 'time_ns', nullable: false });
});

test('an unknown table is answered with those that are there', async () => {
  const { folder } = recorded();
  await expect(readTable(folder, 'request')).rejects.toThrow(
    new ResultsError(
      `there is no table request in ${folder}: ` +
        `it has ${tableNames.join(', ')}`,
    ),
  );
  await expect(readTable(folder, 'constructor')).rejects.toThrow('there is no table constructor');
});

test('a cut table is named, by its size', async () => {
  const { folder, path } = recorded();
  const { bytes } = readManifest(folder).tables['requests']!;
  truncateSync(path, 1000);
  const message = `${path} has 1000 bytes, the manifest says ${bytes}: it was cut after the run; run the scenario again`;
  expect(() => readManifest(folder)).toThrow(new ResultsError(message));
  await expect(readTable(folder, 'requests')).rejects.toThrow(message);
});

test('one changed byte is found, by the hash', async () => {
  const { folder, path } = recorded();
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(path, bytes);
  const message = `${path} was changed after the run: its SHA-256 is not the manifest's; run the scenario again`;
  expect(() => readManifest(folder, { hashes: true })).toThrow(new ResultsError(message));
  await expect(readTable(folder, 'requests')).rejects.toThrow(message);
  // the sizes alone do not show it, and the other tables are whole
  expect((await readTable(folder, 'pods')).numRows).toBe(0);
});

test('a missing table is named', () => {
  const { folder, path } = recorded();
  unlinkSync(path);
  expect(() => readManifest(folder)).toThrow(
    new ResultsError(`cannot read ${path}, which the manifest names: it does not exist (ENOENT)`),
  );
});

test('a table that its manifest vouches for and that is no Arrow file is named', async () => {
  const { folder, path } = recorded();
  const { bytes, sha256 } = readManifest(folder).files['trail.bin']!;
  writeFileSync(path, readFileSync(join(folder, 'trail.bin')));
  const manifestPath = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as { tables: Record<string, object> };
  Object.assign(manifest.tables['requests']!, { bytes, sha256 });
  writeFileSync(manifestPath, JSON.stringify(manifest));
  const reading = readTable(folder, 'requests');
  await expect(reading).rejects.toThrow(ResultsError);
  await expect(reading).rejects.toThrow(`${path} cannot be read as an Arrow file: `);
});
