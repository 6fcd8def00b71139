// Makes the picture of the README anew: a figure of the report on a shipped scenario.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-readme-'));
const cli = (...args) => execFileSync(process.execPath, ['dist/cli/main.js', ...args, '-q'], { stdio: 'inherit' });
try {
  cli('run', 'scenarios/riverside-district.yaml', '--out', join(folder, 'run'));
  cli('report', join(folder, 'run'), '--out', join(folder, 'report.html'), '--figures', join(folder, 'figures'));
  mkdirSync('docs', { recursive: true });
  copyFileSync(join(folder, 'figures', 'requests-over-time.svg'), 'docs/requests-over-time.svg');
} finally {
  rmSync(folder, { recursive: true });
}
