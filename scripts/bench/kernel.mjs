/**
 * The kernel as shipped (digest and trail on) beside SimPy and ns-3 with its fastest scheduler, on the same workloads in one run:
 * - hold model: every event schedules the next one, with 1,000, 100,000 and 1,000,000 pending; delays from one table in all languages
 * - M/M/1 at utilisation 0.8, two events a customer, random draws included; the mean time in the system is checked against 5.0
 *
 * Rates are events a second of user CPU time. The programs take turns, and the median over the rounds counts.
 * usage: node scripts/bench/kernel.mjs [--smoke] [--rounds N]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printTable } from './measure.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const door = new URL('../../dist/kernel/index.js', import.meta.url);

const workloads = [
  { name: 'hold, 1,000 pending', kind: 'hold', pending: 1_000, events: { kernel: 6e6, ns3: 3e6, simpy: 3e5 } },
  { name: 'hold, 100,000 pending', kind: 'hold', pending: 100_000, events: { kernel: 4e6, ns3: 2e6, simpy: 2e5 } },
  { name: 'hold, 1,000,000 pending', kind: 'hold', pending: 1_000_000, events: { kernel: 3e6, ns3: 2e6, simpy: 2e5 } },
  { name: 'M/M/1, utilisation 0.8', kind: 'mm1', events: { kernel: 6e6, ns3: 4e6, simpy: 2e5 } },
];

/**
 * Measures all programs that are there.
 * @param {{ smoke?: boolean, rounds?: number }} options smoke: one short round, to see that everything works
 * @returns one row a workload: million events a second of user CPU time of every program that is there, and how many times faster
 *   the kernel is than each. What is not there is said on the console
 */
export function benchKernel({ smoke = false, rounds = smoke ? 1 : 5 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-bench-'));
  try {
    const { programs, skipped } = findPrograms(folder);
    const rows = [];
    for (const workload of workloads) {
      const rates = new Map(programs.map((program) => [program.name, []]));
      const checks = new Map();
      for (let round = 0; round < rounds; round++) {
        for (const program of programs) {
          const events = program.events(workload) / (smoke ? 20 : 1);
          const args = workload.kind === 'hold' ? [workload.pending, events] : [events / 2];
          const result = JSON.parse(
            execFileSync(...program.command(workload.kind, args.map(String)), { encoding: 'utf8' }),
          );
          rates.get(program.name).push(result.events / result.seconds);
          checks.set(program.name, result.check);
          if (workload.kind === 'mm1') checkTheory(program.name, result);
        }
      }
      if (workload.kind === 'hold' && new Set(checks.values()).size > 1) {
        throw new Error(`the programs used different delays: sums ${JSON.stringify([...checks])}`);
      }
      const median = Object.fromEntries([...rates].map(([name, values]) => [name, medianOf(values)]));
      const row = { workload: workload.name, kernel: median.kernel / 1e6 };
      for (const { name } of programs.slice(1)) {
        row[name] = median[name] / 1e6;
        row[`times ${name}`] = median.kernel / median[name];
      }
      rows.push(row);
    }
    for (const sentence of skipped) console.log(sentence);
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The kernel first, then every peer that this machine has. */
function findPrograms(folder) {
  const skipped = [];
  const programs = [
    {
      name: 'kernel',
      events: (workload) => workload.events.kernel,
      command: (kind, args) => [process.execPath, [fileURLToPath(import.meta.url), '--measure', kind, ...args]],
    },
  ];
  const binary = join(folder, 'ns3-kernel');
  const source = join(here, 'ns3-kernel.cc');
  const compiled = spawnSync('g++', ['-O2', '-o', binary, source, '-lns3-core'], { encoding: 'utf8' });
  if (compiled.status === 0) {
    programs.push({
      name: 'ns-3',
      events: (workload) => workload.events.ns3,
      command: (kind, args) => [binary, [kind, ...args]],
    });
  } else {
    skipped.push(
      'ns-3: skipped, scripts/bench/ns3-kernel.cc does not compile here (Debian: apt-get install g++ libns3-dev)',
    );
  }
  if (spawnSync('python3', ['-c', 'import simpy']).status === 0) {
    for (const style of ['process', 'callback']) {
      programs.push({
        name: `SimPy ${style}`,
        events: (workload) => workload.events.simpy,
        command: (kind, args) => ['python3', [join(here, 'simpy-kernel.py'), kind, style, ...args]],
      });
    }
  } else {
    skipped.push('SimPy: skipped, python3 cannot import it here (pip install simpy)');
  }
  return { programs, skipped };
}

/** Five standard deviations of the mean time in the system over n customers: sqrt(1976 / n), Daley 1968 for utilisation 0.8. */
function checkTheory(name, { events, check }) {
  const tolerance = 5 * Math.sqrt(1976 / (events / 2));
  if (Math.abs(check - 5) > tolerance)
    throw new Error(`${name}: M/M/1 mean time ${check}, expected 5.0 ± ${tolerance}`);
}

function medianOf(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

async function measure(kind, args) {
  const { Kernel, roundUpNs } = await import(door);
  const result = kind === 'hold' ? measureHold(Kernel, ...args) : measureMm1(Kernel, roundUpNs, ...args);
  console.log(JSON.stringify(result));
}

function measureHold(Kernel, pending, events) {
  const increments = new Float64Array(65536);
  let state = 12345;
  for (let i = 0; i < increments.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    increments[i] = Math.floor(-Math.log((state + 0.5) / 4294967296) * 1e9) + 1;
  }
  const kernel = new Kernel({ seed: 1 });
  let cursor = 0;
  let left = Math.max(pending, 1_000_000);
  const tick = kernel.on('tick', () => {
    kernel.after(increments[cursor], tick);
    cursor = (cursor + 1) & 65535;
    if (--left === 0) kernel.stop();
  });
  for (let i = 0; i < pending; i++) {
    kernel.after(increments[cursor], tick);
    cursor = (cursor + 1) & 65535;
  }
  kernel.run();
  left = events;
  const start = process.cpuUsage();
  kernel.run();
  const seconds = process.cpuUsage(start).user / 1e6;
  return { events, seconds, check: increments.reduce((sum, increment) => sum + increment, 0) };
}

function measureMm1(Kernel, roundUpNs, customers) {
  const kernel = new Kernel({ seed: 1 });
  const arrivals = kernel.streams.get('arrivals');
  const services = kernel.streams.get('services');
  const arrivedAt = new Float64Array(4096); // a ring: at utilisation 0.8 a queue this long comes once in 10^397 customers
  let head = 0;
  let length = 0;
  let served = 0;
  let totalNs = 0;
  const arrive = kernel.on('arrive', () => {
    arrivedAt[(head + length++) & 4095] = kernel.now;
    if (length === 1) kernel.after(roundUpNs(1e9 * services.exponential()), leave);
    kernel.after(roundUpNs(1.25e9 * arrivals.exponential()), arrive);
  });
  const leave = kernel.on('leave', () => {
    totalNs += kernel.now - arrivedAt[head];
    head = (head + 1) & 4095;
    if (++served === customers) kernel.stop();
    if (--length > 0) kernel.after(roundUpNs(1e9 * services.exponential()), leave);
  });
  kernel.after(0, arrive);
  const start = process.cpuUsage();
  kernel.run();
  const seconds = process.cpuUsage(start).user / 1e6;
  return { events: 2 * customers, seconds, check: totalNs / customers / 1e9 };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [first, kind, ...rest] = process.argv.slice(2);
  if (first === '--measure') {
    await measure(kind, rest.map(Number));
  } else {
    const at = process.argv.indexOf('--rounds');
    const rounds = at < 0 ? {} : { rounds: Number(process.argv[at + 1]) };
    printTable(benchKernel({ smoke: process.argv.includes('--smoke'), ...rounds }));
  }
}
