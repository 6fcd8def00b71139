// A child process: loads a scenario, runs it, and says how much memory that took at most, MiB.
import { loadScenario } from '../../src/scenario/index.ts';
import { simulateLoaded } from '../../src/simulate.ts';

const peakMiB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);
const file = process.argv[2]!;
const before = peakMiB();
const loaded = loadScenario(file);
const { digest, eventCount } = simulateLoaded(loaded, file);
const model = loaded.world.userGroups[0]!.mobility!.model;
process.stdout.write(JSON.stringify({ before, after: peakMiB(), digest, eventCount, model }));
