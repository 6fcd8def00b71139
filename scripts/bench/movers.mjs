/**
 * 1,000 and 10,000 movers over 500 cells for one simulated hour: their motion and handovers alone, every change of cell recorded.
 * Microseconds of user CPU time an event, and the ratio to the fewer movers of the same model, without set-up.
 * The sizes take turns, and the median over the rounds counts.
 * usage: node scripts/bench/movers.mjs [--smoke] [--rounds N]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulate } from '../../dist/index.js';
import { inTurn, printTable } from './measure.mjs';

const CELLS = 500;
const COLUMNS = 25;
const BETWEEN_M = 200;

const models = {
  'random-waypoint': { speed: { min: '0.8m/s', max: '2m/s' }, pause: '30s' },
  manhattan: { speed: '1.4m/s' },
  'gauss-markov': { speed: '1.4m/s' },
};

/** Cells in rows 200 m apart, all at one switch, with ranges that overlap. */
function scenario({ model, movers, minutes }) {
  const at = Array.from({ length: CELLS }, (_, i) => ({
    x: `${(i % COLUMNS) * BETWEEN_M}m`,
    y: `${Math.floor(i / COLUMNS) * BETWEEN_M}m`,
  }));
  return {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'movers' },
    spec: {
      seed: 1,
      duration: `${minutes}m`,
      infrastructure: {
        nodeClasses: { vm: { cpu: 16, memory: '64Gi' } },
        clusters: [{ name: 'cloud', role: 'hub', nodes: [{ class: 'vm', count: 1 }] }],
        switches: [{ name: 'metro' }],
        links: [{ from: 'metro', to: 'cloud', bandwidth: '10Gbit/s', latency: '1ms' }],
        access: {
          technology: 'nr',
          at,
          uplink: { to: 'metro', bandwidth: '1Gbit/s', latency: '1ms' },
          range: '170m',
          bandwidth: '300Mbit/s',
          handover: '50ms',
          hysteresis: '5m',
        },
      },
      users: [{ name: 'mover', count: movers, mobility: { model, ...models[model] } }],
    },
  };
}

function runOnce(size) {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-bench-'));
  const userUs = () => process.cpuUsage().user;
  let startedUs = 0;
  let startedAt = 0;
  let endedUs = 0;
  const { movements, eventCount } = simulate(scenario(size), {
    out: join(folder, 'run'),
    progress(fraction) {
      if (startedUs === 0) [startedUs, startedAt] = [userUs(), fraction];
      endedUs = userUs();
    },
  });
  rmSync(folder, { recursive: true });
  const runUs = (endedUs - startedUs) / (1 - startedAt);
  return {
    handovers: movements.handovers,
    events: eventCount,
    seconds: runUs / 1e6,
    us: runUs / eventCount,
    peakRssMB: process.resourceUsage().maxRSS / 1024,
  };
}

/** Rows: model, movers, handovers, events, seconds and microseconds an event of user CPU time, peak memory. Each run is a process. */
export async function benchMovers({ smoke = false, rounds = smoke ? 1 : 3 } = {}) {
  const counts = smoke ? [20, 100] : [1_000, 10_000];
  const sizes = Object.keys(models).flatMap((model) =>
    counts.map((movers) => ({ model, movers, minutes: smoke ? 1 : 60 })),
  );
  const rows = await inTurn(import.meta.url, sizes, rounds, 'us');
  return rows.map((row, index) => ({
    model: sizes[index].model,
    movers: sizes[index].movers,
    ...row,
    '×': row.us / rows[index - (index % counts.length)].us,
  }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'child') process.stdout.write(JSON.stringify(runOnce(JSON.parse(process.argv[3]))));
  else {
    const at = process.argv.indexOf('--rounds');
    const rounds = at < 0 ? {} : { rounds: Number(process.argv[at + 1]) };
    printTable(await benchMovers({ smoke: process.argv.includes('--smoke'), ...rounds }));
  }
}
