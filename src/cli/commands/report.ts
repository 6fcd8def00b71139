import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { formatBytes } from '../../format.ts';
import { makeReport, pageOf, writeFigures } from '../../report/index.ts';
import { onDisk } from '../../results/index.ts';
import type { Io } from '../io.ts';

interface ReportFlags {
  readonly out?: string;
  readonly figures?: string;
  readonly quiet?: boolean;
}

/** `report RESULTS…`: one page with the answer, the pictures and the parameters. */
export function addReportCommand(program: Command, io: Io): void {
  program
    .command('report')
    .summary('write one page of what came out: the answer, pictures, parameters')
    .description(
      'Writes one HTML file that needs nothing else to be read: what was asked, the answer with its interval, pictures with\n' +
        'their numbers, every parameter, and the command that makes the results again. The same results give the same bytes.\n\n' +
        'Examples:\n  codeco-sim report results/a\n  codeco-sim report results/before results/after    what differs, and how sure that is\n  codeco-sim report results/a --out a.html --figures figures',
    )
    .argument('<results...>', 'results folders, sweep folders, or FOLDER#NUMBER of cells')
    .option('--out <file>', 'the page (default: report.html in the current folder)')
    .option('--figures <dir>', 'also write each picture as SVG and PNG into this folder')
    .option('-q, --quiet', 'print nothing')
    .action(async (references: readonly string[], flags: ReportFlags) => {
      const out = flags.out ?? join('.', 'report.html');
      const report = await makeReport(references);
      const page = pageOf(report);
      onDisk(`write ${out}`, () => writeFileSync(out, page));
      const figures = flags.figures === undefined ? undefined : await writeFigures(report.pictures, flags.figures);
      for (const remark of figures?.remarks ?? []) io.err(`warning: ${remark}\n`);
      if (flags.quiet === true) return;
      io.out(`${out}  ${formatBytes(Buffer.byteLength(page))}\n`);
      for (const path of figures?.paths ?? []) io.out(`${path}\n`);
    });
}
