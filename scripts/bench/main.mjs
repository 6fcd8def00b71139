// All benchmarks: `npm run bench`. With --smoke a small and quick pass that shows that they still run.
import { cpus } from 'node:os';
import { benchDevices } from './devices.mjs';
import { benchFederation } from './federation.mjs';
import { benchKernel } from './kernel.mjs';
import { printTable } from './measure.mjs';
import { benchMovers } from './movers.mjs';
import { benchNetwork, benchTransfers } from './network.mjs';
import { benchScheduler, benchSchedulerMemory } from './scheduler.mjs';
import { benchResults } from './results.mjs';
import { benchUsers } from './users.mjs';
import { benchSweep } from './sweep.mjs';
import { benchSwm } from './swm.mjs';
import { benchView } from './view.mjs';

const smoke = process.argv.includes('--smoke');
console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node.js ${process.version}${smoke ? ', smoke' : ''}`,
);
/** @type {[title: string, bench: (options: { smoke: boolean }) => object[] | Promise<object[]>][]} */
const benchmarks = [
  ['Kernel: millions of events a second of CPU time', benchKernel],
  ['10,000 devices: whole runs, recorded to disk', benchDevices],
  ['1,000 to 100,000 users: microseconds of CPU an event', benchUsers],
  ['Movers over 500 cells, one simulated hour: seconds and microseconds of CPU', benchMovers],
  ['Requests recorded to Arrow', benchResults],
  ['Network: microseconds of CPU a flow event', benchNetwork],
  ['Network: transfers, with all their events', benchTransfers],
  ['Scheduler: all placement decisions, seconds of CPU', benchScheduler],
  ['SWM: the scalable solver, seconds of CPU', benchSwm],
  ['A federation with every component, one simulated hour: seconds', benchFederation],
  ['Sweeps: seconds, and milliseconds a cell beside its runs', benchSweep],
  ['The page of view: milliseconds a frame', benchView],
  ['Scheduler: bytes of memory', benchSchedulerMemory],
];
for (const [title, bench] of benchmarks) {
  console.log(`\n## ${title}\n`);
  printTable(await bench({ smoke }));
}
