import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { csvParse } from 'd3-dsv';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { ResultsError, exportResults, readTable, tableNames } from '../../src/results/index.ts';
import { freshFolder, recordRun } from './fixture.ts';

type PlainRow = Record<string, string | number | boolean | null>;

const rowsOf = async (folder: string, table: string) =>
  (await readTable(folder, table)).toArray().map((row) => row.toJSON() as PlainRow);

const asBuffer = (path: string) => new Uint8Array(readFileSync(path)).buffer;

test('Parquet holds every row of every table, and the units', async () => {
  const [folder, out] = [freshFolder(), freshFolder()];
  const { digest } = recordRun(folder, 70_000);
  const exported = await exportResults(folder, 'parquet', out);
  expect(exported.map(({ table }) => table)).toEqual(tableNames);
  expect(exported[0]).toEqual({ table: 'requests', path: join(out, 'requests.parquet'), rows: 70_000 });
  for (const { table, path } of exported) {
    expect(await parquetReadObjects({ file: asBuffer(path) }), table).toEqual(await rowsOf(folder, table));
  }
  const metadata = await parquetMetadataAsync(asBuffer(join(out, 'requests.parquet')));
  expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([65_536, 70_000 - 65_536]);
  const about = Object.fromEntries(metadata.key_value_metadata!.map(({ key, value }) => [key, value]));
  expect(about).toMatchObject({
    'latency_ns.unit': 'ns',
    'latency_ns.description': 'from issue to response',
    seed: '7',
    digest,
  });
  expect(about).not.toHaveProperty('request.unit');
});

test('CSV is read back by another parser: quotes, line ends and nothing for null', async () => {
  const [folder, out] = [freshFolder(), freshFolder()];
  recordRun(folder, 5000);
  await exportResults(folder, 'csv', out);
  for (const table of tableNames) {
    const text = (value: PlainRow[string]) => (value === null ? '' : String(value));
    const expected = (await rowsOf(folder, table)).map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [key, text(value)])),
    );
    const parsed = csvParse(readFileSync(join(out, `${table}.csv`), 'utf8'));
    expect(parsed.map((row) => ({ ...row })), table).toEqual(expected);
  }
  expect(readFileSync(join(out, 'decisions.csv'), 'utf8')).toBe(
    'decision,time_ns,scheduler,pod,app,attempt,considered_nodes,feasible_nodes,node,tie_set,value,trigger,message,nominated_node,view_age_ns\n' +
      '0,5,kube-scheduler,pod-0,bookinfo,1,3,0,,"",,,"0/3 nodes: ""no room"",\nnot even at Łódź 🙂",,0\n',
  );
});

test('JSON is one object a line', async () => {
  const [folder, out] = [freshFolder(), freshFolder()];
  recordRun(folder, 5000);
  await exportResults(folder, 'json', out);
  for (const table of tableNames) {
    const lines = readFileSync(join(out, `${table}.jsonl`), 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line) as PlainRow), table).toEqual(await rowsOf(folder, table));
  }
});

test('only the tables that were asked for are exported; one that is not there is refused before anything is', async () => {
  const [folder, out] = [freshFolder(), freshFolder()];
  recordRun(folder, 10);
  await expect(exportResults(folder, 'csv', out, { tables: ['runs', 'latencies'] })).rejects.toThrow(
    new ResultsError(
      `there is no table latencies in ${folder}: ` +
        `it has ${tableNames.join(', ')}`,
    ),
  );
  expect(readdirSync(out)).toEqual([]);
  await exportResults(folder, 'csv', out, { tables: ['runs'] });
  expect(readdirSync(out)).toEqual(['runs.csv']);
});

test.each(['parquet', 'csv', 'json'] as const)('a place that cannot be written to is named (%s)', async (to) => {
  const [folder, out] = [freshFolder(), freshFolder()];
  recordRun(folder, 10);
  const path = join(out, `runs.${{ parquet: 'parquet', csv: 'csv', json: 'jsonl' }[to]}`);
  mkdirSync(path);
  await expect(exportResults(folder, to, out, { tables: ['runs'] })).rejects.toThrow(
    `cannot write ${path}: it is a folder (EISDIR)`,
  );
});

test('an earlier export is replaced', async () => {
  const [folder, out] = [freshFolder(), freshFolder()];
  recordRun(folder, 10);
  writeFileSync(join(out, 'runs.parquet'), 'x'.repeat(100_000));
  await exportResults(folder, 'parquet', out, { tables: ['runs'] });
  expect(await parquetReadObjects({ file: asBuffer(join(out, 'runs.parquet')) })).toHaveLength(1);
});
