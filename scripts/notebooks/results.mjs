import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';

/** What notebooks open; git does not keep it. */
export const RESULTS = 'results/notebooks';

const cli = (...args) =>
  execFileSync(process.execPath, ['dist/cli/main.js', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
const rowsOf = (file) => tableFromIPC(readFileSync(file)).toArray();
/** Batches that the calibration of start-up has not seen. */
const predicted = [50, 150];

/** Runs a scenario into a fresh folder. */
function run(scenario, out, ...options) {
  rmSync(out, { recursive: true, force: true });
  cli('run', scenario, '--out', out, '--quiet', ...options);
}

/**
 * Each notebook, and how its results are made. `make` returns texts that its page has to show: numbers that the command line,
 * not the notebook, has found in the same results.
 */
export const notebooks = [
  {
    name: 'first-look.html',
    make: () => {
      const out = join(RESULTS, 'riverside');
      run('scenarios/riverside-district.yaml', out);
      const [row] = rowsOf(join(out, 'runs.arrow'));
      return [
        `${row.requests_sent.toLocaleString('en-US')} requests, ${row.requests_succeeded.toLocaleString('en-US')} answered`,
        `95th percentile ${(row.latency_p95_ns / 1e6).toPrecision(3)} ms`,
      ];
    },
  },
  {
    name: 'governance-under-cut.html',
    make: () => {
      const out = join(RESULTS, 'governance');
      cli('sweep', 'scenarios/governance-under-cut.yaml', '--out', out, '--quiet');
      const { cells } = JSON.parse(cli('compare', out, '-o', 'json'));
      return cells.map(({ measures }) => {
        const { difference } = measures.find(({ measure }) => measure === 'requests.failed / requests.sent');
        return `${(100 * difference.low).toFixed(2)} … ${(100 * difference.high).toFixed(2)}`;
      });
    },
  },
  {
    name: 'start-up.html',
    needs: ({ measured }) => measured,
    make: ({ measured }) => {
      const out = join(RESULTS, 'start-up');
      mkdirSync(join(out, 'measured'), { recursive: true });
      for (const size of predicted) {
        copyFileSync(join(measured, `pod_creation_${size}.csv`), join(out, 'measured', `pod_creation_${size}.csv`));
      }
      copyFileSync('notebooks/start-up.yaml', join(out, 'start-up.yaml'));
      const calibration = join(out, 'calibration.yaml');
      const fit = JSON.parse(
        cli('calibrate', measured, '--fit', '10,100', '--out', calibration, '--force', '-o', 'json'),
      );
      for (const size of predicted) {
        const replicas = `apps[0].behaviour.pause.replicas=${size}`;
        run(join(out, 'start-up.yaml'), join(out, `run-${size}`), '--set', replicas);
      }
      return fit.predictions
        .filter(({ pods }) => predicted.includes(pods))
        .map(({ measuredBatchMs }) => (measuredBatchMs / 1e3).toFixed(2));
    },
  },
];
