import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from 'd3-array';
import { expect, test } from 'vitest';
import { readTable } from '../src/results/index.ts';
import { simulate } from '../src/simulate.ts';

const has = (library: string) => spawnSync('python3', ['-c', `import ${library}`]).status === 0;
const missing = ['pyarrow', 'polars'].filter((library) => !has(library));
const reason = missing.length === 0 ? '' : ` (skipped: python3 with ${missing.join(' and ')} is not here)`;

test.skipIf(missing.length > 0)(`the notebook in Python finds what the tables hold${reason}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'notebook-'));
  const run = join(folder, 'run');
  simulate('scenarios/first-steps.yaml', { out: run, seed: 7, set: ['duration=50s'] });
  const { status, stdout, stderr } = spawnSync('python3', ['notebooks/first_look.py', run], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const rows = (await readTable(run, 'requests')).toArray().map((row: { toJSON(): object }) => row.toJSON()) as {
    latency_ns: number | null;
    warmup: boolean;
    cause: string | null;
    outcome: string;
  }[];
  const counted = rows.filter(({ warmup }) => !warmup);
  const latencies = counted.flatMap(({ latency_ns: ns }) => ns ?? []).toSorted((a, b) => a - b);
  expect(stdout).toContain(`${rows.length} requests of ${run}`);
  expect(stdout).toContain("latency_ns: {'description': 'from issue to response', 'unit': 'ns'}");
  expect(stdout).toContain(`answered: ${latencies.length} of ${counted.length}`);
  expect(stdout).toContain(`median: ${(median(latencies)! / 1e6).toFixed(3)} ms`);
  const failed = counted.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'unfinished').length;
  expect(failed).toBeGreaterThan(0);
  if (has('duckdb')) expect(stdout).toContain(`failed, by cause: [('no-retries', ${failed})]`);
  else expect(stdout).toContain('skipped: DuckDB');
  rmSync(folder, { recursive: true });
});
