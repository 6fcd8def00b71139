/**
 * What a sweep costs beside its runs: book-keeping a cell, for trivial cells on one worker, and how much faster two workers
 * are than one where a cell takes about a second.
 * usage: node scripts/bench/sweep.mjs [--smoke] [--cells N]
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { printTable } from './measure.mjs';

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** One service on one node, and a user who asks it so often. */
const scenario = (duration, rate) => `apiVersion: codeco-sim/v1
kind: Scenario
metadata: { name: one-node }
spec:
  duration: ${duration}
  infrastructure:
    nodeClasses: { server: { cpu: 8, memory: 16Gi } }
    clusters: [{ name: edge, nodes: [{ class: server, at: [{ x: 0m, y: 0m }] }] }]
    access: { technology: wifi }
  users: [{ name: user, at: { x: 5m, y: 0m }, requests: { app: shop, to: front, rate: ${rate}/s } }]
  apps: [{ codecoApp: shop, behaviour: { front: { cpu: 1ms } } }]
  results: { requests: { sample: 0 } }
---
apiVersion: codeco.he-codeco.eu/v1alpha1
kind: CodecoApp
metadata: { name: shop }
spec:
  codecoapp-msspec:
    - serviceName: front
      podspec: { containers: [{ name: front, image: registry.example/front:1 }] }
`;

const experiment = (rates) => `apiVersion: codeco-sim/v1
kind: Experiment
metadata: { name: cells }
spec:
  scenario: scenario.yaml
  vary: { 'users[0].requests.rate': [${rates.join(', ')}] }
  replications: 1
`;

/** Runs a sweep of so many cells in a fresh folder. @returns its wall time and the time that its runs took, s */
async function sweep({ cells, workers, duration, rate }) {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-bench-'));
  try {
    writeFileSync(join(folder, 'scenario.yaml'), scenario(duration, rate));
    // a rate of its own makes each cell one of its own
    const rates = Array.from({ length: cells }, (_, cell) => `${rate + cell / 1e6}/s`);
    writeFileSync(join(folder, 'experiment.yaml'), experiment(rates));
    const args = ['sweep', 'experiment.yaml', '--out', 'out', '--workers', String(workers), '--quiet'];
    const startedMs = performance.now();
    await promisify(execFile)(process.execPath, [cli, ...args], { cwd: folder, maxBuffer: 1e9 });
    const wallS = (performance.now() - startedMs) / 1000;
    const journal = readFileSync(join(folder, 'out', 'journal.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    const runsS = journal.reduce((sum, line) => sum + JSON.parse(line).seconds, 0);
    return { wallS, runsS };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Rows: cells, workers, seconds in all and in runs, and what comes of them. */
export async function benchSweep({ smoke = false, cells = smoke ? 20 : 10_000 } = {}) {
  const trivial = await sweep({ cells, workers: 1, duration: '1s', rate: 1 });
  const long = { cells: smoke ? 2 : 8, duration: smoke ? '20s' : '1000s', rate: 200 };
  const seconds = { 1: [], 2: [] };
  // in turn, so that what else the machine does falls on both alike
  for (let round = 0; round < (smoke ? 1 : 3); round++) {
    for (const workers of [1, 2]) seconds[workers].push((await sweep({ ...long, workers })).wallS);
  }
  const [one, two] = [median(seconds[1]), median(seconds[2])];
  const bookkeepingMs = ((trivial.wallS - trivial.runsS) * 1000) / cells;
  return [
    { cells, workers: 1, seconds: trivial.wallS, 'book-keeping, ms a cell': bookkeepingMs, 'against one worker ×': 1 },
    { cells: long.cells, workers: 1, seconds: one, 'book-keeping, ms a cell': '', 'against one worker ×': 1 },
    { cells: long.cells, workers: 2, seconds: two, 'book-keeping, ms a cell': '', 'against one worker ×': one / two },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--cells');
  const cells = at < 0 ? {} : { cells: Number(process.argv[at + 1]) };
  printTable(await benchSweep({ smoke: process.argv.includes('--smoke'), ...cells }));
}
