/**
 * What an event costs with 1,000, 10,000 and 100,000 users who together send the same 1.13 million requests, over the network of
 * scripts/bench/devices.mjs: microseconds of user CPU time, first of the run alone, then set-up and recording included.
 * The sizes take turns, and the median over the rounds counts; the last columns are ratios to the fewest users.
 * usage: node scripts/bench/users.mjs [--smoke] [--rounds N]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulate } from '../../dist/index.js';
import { scenario } from './devices.mjs';
import { inTurn, printTable } from './measure.mjs';

function runOnce(size) {
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-bench-'));
  const { scenario: object, codecoApps } = scenario(size);
  const userUs = () => process.cpuUsage().user;
  let startedUs = 0;
  let startedAt = 0;
  let endedUs = 0;
  const { measures, eventCount } = simulate(object, {
    codecoApps,
    out: join(folder, 'run'),
    progress(fraction) {
      if (startedUs === 0) [startedUs, startedAt] = [userUs(), fraction];
      endedUs = userUs();
    },
  });
  const allUs = userUs();
  rmSync(folder, { recursive: true });
  return {
    requests: measures.requests_sent,
    events: eventCount,
    // load is the same all the time, so the share of the time is that of the events
    runUs: (endedUs - startedUs) / (eventCount * (1 - startedAt)),
    allUs: allUs / eventCount,
    peakRssMB: process.resourceUsage().maxRSS / 1024,
  };
}

/** Rows: users, requests, events, microseconds an event, peak memory. Each run is a process of its own. */
export async function benchUsers({ smoke = false, rounds = smoke ? 1 : 3 } = {}) {
  const sizes = (smoke ? [100, 1_000] : [1_000, 10_000, 100_000]).map((devices) => ({
    devices,
    minutes: smoke ? 1 : 10,
    ratePerS: smoke ? 100 : 1883.4,
  }));
  const rows = await inTurn(import.meta.url, sizes, rounds, 'runUs');
  const ofFewest = (row, column) => row[column] / rows[0][column];
  return rows.map((row, index) => ({
    users: sizes[index].devices,
    ...row,
    'run ×': ofFewest(row, 'runUs'),
    'all ×': ofFewest(row, 'allUs'),
  }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'child') process.stdout.write(JSON.stringify(runOnce(JSON.parse(process.argv[3]))));
  else {
    const at = process.argv.indexOf('--rounds');
    const rounds = at < 0 ? {} : { rounds: Number(process.argv[at + 1]) };
    printTable(await benchUsers({ smoke: process.argv.includes('--smoke'), ...rounds }));
  }
}
