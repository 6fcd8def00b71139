import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queryResults, SqlError } from '../../../src/experiment/query/index.ts';
import { readTable, ResultsError } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';

let folder: string;
const place = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-query-'));
  for (const seed of [1, 2]) simulate('scenarios/first-steps.yaml', { out: place(`run-${seed}`), seed });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function ask(sql: string, ...names: string[]) {
  let answer: { columns: readonly string[]; rows: unknown[] } | undefined;
  await queryResults(sql, names.map(place), async ({ columns, rows }) => {
    const all: unknown[] = [];
    for await (const batch of rows()) all.push(...batch);
    answer = { columns, rows: all };
  });
  return answer!;
}

test('a table answers as its Arrow file does, null and all', async () => {
  const rows = (await readTable(place('run-1'), 'requests')).toArray().map((row) => row.toJSON());
  const answered = rows.filter(({ latency_ns: latency }) => latency !== null);
  const { columns, rows: found } = await ask(
    'SELECT count(*) AS n, count(latency_ns) AS answered, sum(latency_ns) AS total FROM requests',
    'run-1',
  );
  expect(columns).toEqual(['n', 'answered', 'total']);
  const total = answered.reduce((sum, { latency_ns: latency }) => sum + latency, 0);
  expect(found).toEqual([[rows.length, answered.length, expect.closeTo(total, 0)]]);
  const { rows: nodes } = await ask("SELECT DISTINCT node FROM requests WHERE outcome = 'ok' ORDER BY node", 'run-1');
  const expected = new Set(answered.map(({ node }) => node as string));
  expect(nodes.flat()).toEqual([...expected].toSorted());
});

test('tables are kept as Parquet beside the results once they are asked for, and the results stay whole', async () => {
  await ask('SELECT count(*) FROM pods', 'run-1');
  const kept = readdirSync(join(place('run-1'), '.parquet'));
  expect(kept.filter((file) => file.startsWith('pods-'))).toHaveLength(1);
  expect(kept.every((file) => /^[a-z]+-[0-9a-f]{16}\.parquet$/.test(file))).toBe(true);
  await readTable(place('run-1'), 'pods');
  expect(existsSync(join(place('run-2'), '.parquet'))).toBe(false);
});

test('several folders give the rows of all, and say which each is of', async () => {
  const { rows } = await ask('SELECT results, seed FROM runs ORDER BY seed', 'run-1', 'run-2');
  expect(rows).toEqual([
    [place('run-1'), 1],
    [place('run-2'), 2],
  ]);
  const { rows: counts } = await ask(
    'SELECT results, count(*) > 100 FROM requests GROUP BY results ORDER BY results',
    'run-1',
    'run-2',
  );
  expect(counts).toEqual([
    [place('run-1'), true],
    [place('run-2'), true],
  ]);
});

test('values come as JSON has them', async () => {
  const { rows } = await ask(
    "SELECT 3::BIGINT, 2::HUGEINT ** 80, [1, 2], DATE '2020-01-02', NULL, {'a': 1::BIGINT}",
    'run-1',
  );
  expect(rows).toEqual([[3, expect.anything(), [1, 2], '2020-01-02T00:00:00.000Z', null, { a: 1 }]]);
});

test.each([
  ['', /no statement/],
  ['SELECT lateny_ns FROM requests', /"lateny_ns" not found/],
  ['SELECT * FROM request', /Table with name request does not exist/],
  ['SELEC 1', /syntax error/],
])('%s is refused with the reason', async (sql, message) => {
  await expect(ask(sql, 'run-1')).rejects.toThrow(message);
  await expect(ask(sql, 'run-1')).rejects.toThrow(SqlError);
});

test('a folder that holds no results is named', async () => {
  await expect(ask('SELECT 1', 'nowhere')).rejects.toThrow(ResultsError);
});
