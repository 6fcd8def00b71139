// Runs every shipped scenario twice, each time in a fresh process, and compares every byte of every table; then compares
// the digests with those kept in results/reference/digests.json. `--update` writes them. `--node PATH` also runs each under
// another Node.js.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const update = process.argv.includes('--update');
const otherNode = process.argv.includes('--node') ? process.argv[process.argv.indexOf('--node') + 1] : undefined;
const referenceFile = 'results/reference/digests.json';
const reference = update ? {} : JSON.parse(readFileSync(referenceFile, 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'codeco-sim-determinism-'));
const found = {};
let failed = 0;

function run(node, scenario, out) {
  execFileSync(node, ['dist/cli/main.js', 'run', scenario, '--out', out, '--quiet'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
}

function fail(message) {
  failed++;
  console.log(`  DIFFERENT: ${message}`);
}

const scenarios = JSON.parse(
  execFileSync(process.execPath, ['dist/cli/main.js', 'list', 'scenario', '-o', 'json'], { encoding: 'utf8' }),
);
if (scenarios.length === 0) fail('no scenario is shipped');
for (const { name: scenario } of scenarios) {
  const [a, b] = ['a', 'b'].map((side) => join(scratch, side, scenario));
  const first = run(process.execPath, scenario, a);
  run(process.execPath, scenario, b);
  console.log(`${scenario}  ${first.digest}  ${first.events.toLocaleString('en-US')} events`);
  for (const file of readdirSync(a).filter((name) => name !== 'manifest.json')) {
    if (!readFileSync(join(a, file)).equals(readFileSync(join(b, file)))) fail(`${file} of two runs`);
  }
  if (otherNode !== undefined) {
    const other = run(otherNode, scenario, join(scratch, 'other', scenario));
    if (other.digest !== first.digest) fail(`${other.digest} on Node.js ${other.node}`);
  }
  found[scenario] = first.digest;
  if (!update && reference[scenario] !== first.digest) fail(`the reference is ${reference[scenario] ?? 'not there'}`);
}
rmSync(scratch, { recursive: true });
if (update) writeFileSync(referenceFile, `${JSON.stringify(found, null, 2)}\n`);
process.exitCode = failed === 0 ? 0 : 1;
