// Seconds and peak memory of comparing two runs of ten million requests each: node scripts/bench/compare.mjs [--smoke]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareResults } from '../../dist/experiment/index.js';
import { RandomStreams } from '../../dist/kernel/index.js';
import { Recorder, tables } from '../../dist/results/index.js';

const ROWS = 10_000_000;
const INTERVAL_NS = 531_000;

/** Records a run whose latencies are a fifth longer if `slower`, and whose first half million requests are the same. */
function record(folder, rows, slower) {
  const scenario = { file: 'bench', hash: slower ? 'slower' : 'bench' };
  const recorder = new Recorder(folder, { name: 'bench', scenario, seed: 1, version: 'bench' });
  const { dictionaries } = recorder;
  dictionaries.app.addAll(['app']);
  dictionaries.service.addAll(['service']);
  dictionaries.user.addAll(Array.from({ length: 10_000 }, (_, i) => `user-${i}`));
  const [ok, failed] = dictionaries.outcome.addAll(['ok', 'no-endpoint']);
  const { requests } = recorder.tables;
  const { columns } = requests;
  const stream = new RandomStreams(1).get('latencies');
  for (let k = 0; k < rows; k++) {
    const i = requests.row();
    const issuedNs = k * INTERVAL_NS;
    columns.request[i] = k;
    columns.issued_ns[i] = issuedNs;
    columns.app[i] = 0;
    columns.service[i] = 0;
    columns.user[i] = k % 10_000;
    columns.warmup[i] = k < 1000 ? 1 : 0;
    columns.attempts[i] = 1;
    const latencyNs = Math.round(stream.exponential() * (slower && k > rows / 20 ? 12e6 : 10e6));
    columns.outcome[i] = k % 50 === 0 ? failed : ok;
    if (k % 50 === 0) continue;
    columns.completed_ns[i] = issuedNs + latencyNs;
    columns.latency_ns[i] = latencyNs;
    columns.network_ns[i] = latencyNs;
    columns.queue_ns[i] = 0;
    columns.cpu_ns[i] = 0;
  }
  const own = new Set(['run', 'scenario_hash', 'seed', 'version', 'digest', 'events']);
  const measures = Object.fromEntries(
    Object.keys(tables.runs.columns)
      .filter((name) => !own.has(name))
      .map((name) => [name, 0]),
  );
  const digest = slower ? '0000000000000001' : '0000000000000002';
  recorder.close({
    trail: { stride: 64, eventCount: 0, digest, bytes: new Uint8Array() },
    measures: { ...measures, duration_ns: rows * INTERVAL_NS, warmup_ns: 1000 * INTERVAL_NS },
  });
}

/**
 * Measures one comparison in a process of its own.
 * @returns wall and user CPU seconds, and peak memory (RSS, in MB)
 */
export function benchCompare({ smoke = false } = {}) {
  const rows = smoke ? 200_000 : ROWS;
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-bench-'));
  try {
    record(join(folder, 'a'), rows, false);
    record(join(folder, 'b'), rows, true);
    const arguments_ = [fileURLToPath(import.meta.url), '--folder', folder];
    return [{ rows: `2 × ${rows.toLocaleString('en')}`, ...JSON.parse(execFileSync(process.execPath, arguments_)) }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(folder) {
  const begin = performance.now();
  const { cells } = await compareResults(join(folder, 'a'), join(folder, 'b'));
  const { row } = cells[0].parting;
  const { userCPUTime, maxRSS } = process.resourceUsage();
  return {
    seconds: (performance.now() - begin) / 1000,
    cpuSeconds: userCPUTime / 1e6,
    peakRssMB: maxRSS / 1000,
    firstDifference: row.row,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--folder');
  const result =
    at > 0 ? await compare(process.argv[at + 1]) : benchCompare({ smoke: process.argv.includes('--smoke') });
  console.log(JSON.stringify(result));
}
