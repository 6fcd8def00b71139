// Makes the pictures of the README anew: figures of the reports on a shipped scenario and a shipped experiment.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-readme-'));
const cli = (...args) => execFileSync(process.execPath, ['dist/cli/main.js', ...args, '-q'], { stdio: 'inherit' });
try {
  cli('run', 'scenarios/riverside-district.yaml', '--out', join(folder, 'run'));
  cli('report', join(folder, 'run'), '--out', join(folder, 'report.html'), '--figures', join(folder, 'figures'));
  copyFileSync(join(folder, 'figures', 'requests-over-time.svg'), 'docs/requests-over-time.svg');
  cli('sweep', 'scenarios/governance-under-cut.yaml', '--out', join(folder, 'sweep'));
  cli('report', join(folder, 'sweep'), '--out', join(folder, 'sweep.html'), '--figures', join(folder, 'sweep-figures'));
  copyFileSync(join(folder, 'sweep-figures', 'variants-over-time.svg'), 'docs/governance-under-cut.svg');
} finally {
  rmSync(folder, { recursive: true });
}
