// A scenario on a real kind cluster, from `kind up` to `kind down`: needs kind, kubectl and a running Docker, and says so where they are missing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const program = resolve('dist/cli/main.js');
const scenario = 'scenarios/first-steps.yaml';
/** A hosted runner has four cores; the scenario's largest node has eight. */
const SHRINK = '4';

const answers = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const missing = [
  ['kind', answers('kind', 'version')],
  ['kubectl', answers('kubectl', 'version', '--client')],
  ['a running Docker', answers('docker', 'info')],
]
  .filter(([, isThere]) => !isThere)
  .map(([name]) => name);
if (missing.length > 0) {
  console.log(`skipped: ${missing.join(', ')} not found; nothing was tested`);
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-kind-test-'));
const state = join(folder, 'state');
const results = join(folder, 'seen');
const run = (...args) => {
  console.log(`codeco-sim ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`codeco-sim ${args.slice(0, 2).join(' ')} ended with status ${status}`);
};
try {
  run('kind', 'up', scenario, '--state', state, '--name', 'codeco-sim-test', '--shrink', SHRINK);
  try {
    run(
      'kind',
      'replay',
      scenario,
      '--state',
      state,
      '--placement',
      'simulated',
      '--out',
      results,
      '--tolerance',
      '20',
    );
  } finally {
    run('kind', 'down', '--state', state);
  }
  const { replay, tables } = JSON.parse(readFileSync(join(results, 'manifest.json'), 'utf8'));
  const wrong = [
    [replay.outcome !== 'done', `the replay's outcome is ${replay.outcome}`],
    [replay.leftOver.length > 0, `left over: ${replay.leftOver.join(', ')}`],
    [tables.pods.rows === 0, 'no pod was seen'],
  ].filter(([is]) => is);
  if (wrong.length > 0) throw new Error(wrong.map(([, text]) => text).join('; '));
  console.log(
    `the scenario was replayed; ${tables.pods.rows} pods were seen; not applied:\n${replay.notApplied.join('\n')}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
