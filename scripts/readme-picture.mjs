// Makes anew what the README shows of reports: figures on a shipped scenario and a shipped experiment, and the answer that it
// quotes. With `--check` nothing is written: fails where the answer of a new sweep is not the one that is quoted.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-readme-'));
const cli = (...args) => execFileSync(process.execPath, ['dist/cli/main.js', ...args, '-q'], { stdio: 'inherit' });
const isCheck = process.argv.includes('--check');

/** The first sentence of a report's answer, as a quotation of lines of at most 120 characters. */
function quoteOf(report) {
  const [answer] = /If failures count first[^<]*/.exec(readFileSync(report, 'utf8')) ?? [];
  if (answer === undefined) throw new Error('the report gives no answer');
  return answer.trim().replaceAll(/(.{1,118})(?: |$)/g, (_, line) => `> ${line}\n`);
}

/** The README with this quotation in the place of the one that begins alike. */
const quoting = (readme, quote) =>
  readme.replace(/(?:^> .*\n)*^> If failures count first.*\n(?:^> .*\n)*/m, () => quote);

try {
  cli('sweep', 'scenarios/governance-under-cut.yaml', '--out', join(folder, 'sweep'));
  cli('report', join(folder, 'sweep'), '--out', join(folder, 'sweep.html'), '--figures', join(folder, 'sweep-figures'));
  const readme = readFileSync('README.md', 'utf8');
  const renewed = quoting(readme, quoteOf(join(folder, 'sweep.html')));
  if (isCheck) {
    if (renewed !== readme)
      throw new Error('README.md quotes another answer than that of governance-under-cut.yaml now');
  } else {
    writeFileSync('README.md', renewed);
    copyFileSync(join(folder, 'sweep-figures', 'variants-over-time.svg'), 'docs/governance-under-cut.svg');
    cli('run', 'scenarios/riverside-district.yaml', '--out', join(folder, 'run'));
    cli('report', join(folder, 'run'), '--out', join(folder, 'report.html'), '--figures', join(folder, 'figures'));
    copyFileSync(join(folder, 'figures', 'requests-over-time.svg'), 'docs/requests-over-time.svg');
  }
} finally {
  rmSync(folder, { recursive: true });
}
