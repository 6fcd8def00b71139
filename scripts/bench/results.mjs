// Rows of `requests` a second to an Arrow file on the disk, digests and hash included, and whether memory stays flat:
// each size in a process of its own. Printed when run directly: node scripts/bench/results.mjs [--smoke]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Recorder, tables } from '../../dist/results/index.js';

const SIZES = [2_000_000, 10_000_000];
const USERS = 10_000;

/** Records `rowCount` requests of 10,000 users, 2 % of them failed, and closes the run. */
function record(rowCount) {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-bench-'));
  try {
    const begin = performance.now();
    const scenario = { file: 'bench', hash: 'bench' };
    const recorder = new Recorder(folder, { name: 'bench', scenario, seed: 1, version: 'bench' });
    const { dictionaries } = recorder;
    const names = (prefix, count) => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
    dictionaries.app.addAll(names('app', 3));
    dictionaries.service.addAll(names('service', 7));
    dictionaries.user.addAll(names('user', USERS));
    dictionaries.access_point.addAll(names('cell', 125));
    dictionaries.pod.addAll(names('pod', 150));
    dictionaries.node.addAll(names('node', 40));
    dictionaries.cluster.addAll(names('cluster', 5));
    const [succeeded, failed] = dictionaries.outcome.addAll(['succeeded', 'no-endpoint']);
    const { requests } = recorder.tables;
    const { columns } = requests;
    for (let k = 0; k < rowCount; k++) {
      const i = requests.row();
      const issuedNs = k * 531_000;
      columns.request[i] = k;
      columns.issued_ns[i] = issuedNs;
      columns.app[i] = k % 3;
      columns.service[i] = k % 7;
      columns.user[i] = k % USERS;
      columns.access_point[i] = k % 125;
      columns.warmup[i] = k < 1000 ? 1 : 0;
      columns.attempts[i] = 1;
      if (k % 50 === 0) {
        columns.outcome[i] = failed;
        continue;
      }
      const networkNs = 4_000_000 + (k % 1009) * 1000;
      const queueNs = (k % 997) * 100;
      const cpuNs = 5_000_000 + (k % 1013) * 1000;
      const latencyNs = networkNs + queueNs + cpuNs;
      columns.completed_ns[i] = issuedNs + latencyNs;
      columns.latency_ns[i] = latencyNs;
      columns.network_ns[i] = networkNs;
      columns.queue_ns[i] = queueNs;
      columns.cpu_ns[i] = cpuNs;
      columns.pod[i] = k % 150;
      columns.node[i] = k % 40;
      columns.cluster[i] = k % 5;
      columns.outcome[i] = succeeded;
    }
    // the measures do not matter here: zeros, but for the columns that the recorder fills in itself
    const own = new Set(['run', 'scenario_hash', 'seed', 'version', 'digest', 'events']);
    const measures = Object.fromEntries(
      Object.keys(tables.runs.columns)
        .filter((name) => !own.has(name))
        .map((name) => [name, 0]),
    );
    const trail = { stride: 64, eventCount: 0, digest: '', bytes: new Uint8Array() };
    const { manifest } = recorder.close({ trail, measures });
    const seconds = (performance.now() - begin) / 1000;
    return { seconds, bytes: manifest.tables.requests.bytes, peakRssMB: process.resourceUsage().maxRSS / 1000 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Measures both sizes, the median of several runs each.
 * @returns rows a second and peak memory (RSS, in MB) by size
 */
export function benchResults({ smoke = false } = {}) {
  const sizes = smoke ? [100_000, 200_000] : SIZES;
  return sizes.map((rows) => {
    const trials = Array.from({ length: smoke ? 1 : 5 }, () =>
      JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--rows', String(rows)])),
    ).sort((a, b) => a.seconds - b.seconds);
    const { seconds, bytes } = trials[trials.length >> 1];
    return {
      rows,
      rowsPerSecond: rows / seconds,
      slowestRowsPerSecond: rows / trials.at(-1).seconds,
      fileMB: bytes / 1e6,
      peakRssMB: Math.max(...trials.map((trial) => trial.peakRssMB)),
    };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = process.argv.indexOf('--rows');
  if (option > 0) {
    console.log(JSON.stringify(record(Number(process.argv[option + 1]))));
  } else {
    console.log('requests to Arrow     million rows/s   slowest trial   file, MB   peak RSS, MB');
    for (const result of benchResults({ smoke: process.argv.includes('--smoke') })) {
      const cells = [
        result.rows.toLocaleString('en').padStart(12),
        (result.rowsPerSecond / 1e6).toFixed(2).padStart(22),
        (result.slowestRowsPerSecond / 1e6).toFixed(2).padStart(16),
        result.fileMB.toFixed(0).padStart(11),
        result.peakRssMB.toFixed(0).padStart(15),
      ];
      console.log(cells.join(''));
    }
  }
}
