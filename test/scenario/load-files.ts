/** Loads the scenarios named on the command line, one after the other, and prints what comes of each and the memory it took. */
import { InputError, loadScenario } from '../../src/scenario/index.ts';

const outcomes: Record<string, string> = {};
for (const file of process.argv.slice(2)) {
  // so that the peak is that of one file, not of what others left behind
  globalThis.gc?.();
  try {
    loadScenario(file);
    outcomes[file] = 'loaded';
  } catch (error) {
    outcomes[file] = error instanceof InputError ? error.message : `crashed: ${String(error)}`;
  }
}
console.log(JSON.stringify({ outcomes, peakKilobytes: process.resourceUsage().maxRSS }));
