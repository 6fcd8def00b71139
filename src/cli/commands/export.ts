import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { exportFormats, exportResults, type ExportFormat } from '../../results/index.ts';
import { formatCount } from '../../format.ts';
import type { Io } from '../io.ts';
import { collect } from './options.ts';
import { formatTable } from '../table.ts';

/** `export RESULTS --to FORMAT`: the tables in another format. */
export function addExportCommand(program: Command, io: Io): void {
  program
    .command('export')
    .summary('write the tables of a run as Parquet, CSV or JSON lines')
    .description(
      'Writes the tables of a results folder in another format.\n\nExample:\n  codeco-sim export results/a --to parquet --out a-parquet --table requests',
    )
    .argument('<results>', 'results folder')
    .addOption(new Option('--to <format>', 'format').choices(Object.keys(exportFormats)).makeOptionMandatory())
    .option('--out <dir>', 'folder to write to (default: <results>/<format>)')
    .option('--table <name>', 'only this table (repeatable)', collect)
    .option('-q, --quiet', 'print nothing')
    .action(async (folder: string, flags: { to: ExportFormat; out?: string; table?: string[]; quiet?: boolean }) => {
      const out = flags.out ?? join(folder, flags.to);
      const exported = await exportResults(
        folder,
        flags.to,
        out,
        flags.table === undefined ? {} : { tables: flags.table },
      );
      if (flags.quiet === true) return;
      io.out(
        formatTable(
          ['table', 'rows', 'file'],
          exported.map(({ table, path, rows }) => [table, formatCount(rows), path]),
        ),
      );
    });
}
