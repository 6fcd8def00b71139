import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { exportFormats, exportResults, networkTopology, onDisk, type ExportFormat } from '../../results/index.ts';
import { formatCount } from '../../format.ts';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';
import { collect } from './options.ts';
import { formatTable } from '../table.ts';

/** The network as it was observed, in place of tables. */
const NETWORK_TOPOLOGY = 'network-topology';

/** `export RESULTS --to FORMAT`: the tables in another format. */
export function addExportCommand(program: Command, io: Io): void {
  program
    .command('export')
    .summary('write the tables of a run as Parquet, CSV or JSON lines')
    .description(
      'Writes the tables of a results folder in another format; or, as network-topology, the network as NetMA believed it to be at ' +
        'the end: a NetworkTopology of CODECO, which `codeco-sim import network-topology` reads.\n\nExamples:\n' +
        '  codeco-sim export results/a --to parquet --out a-parquet --table requests\n' +
        '  codeco-sim export results/a --to network-topology --out a.topology.yaml',
    )
    .argument('<results>', 'results folder')
    .addOption(
      new Option('--to <format>', 'format')
        .choices([...Object.keys(exportFormats), NETWORK_TOPOLOGY])
        .makeOptionMandatory(),
    )
    .option(
      '--out <dir>',
      'folder to write to (default: <results>/<format>); of network-topology, the file (default: <results>/network-topology.yaml)',
    )
    .option('--table <name>', 'only this table (repeatable)', collect)
    .option('-q, --quiet', 'print nothing')
    .action(
      async (
        folder: string,
        flags: { to: ExportFormat | typeof NETWORK_TOPOLOGY; out?: string; table?: string[]; quiet?: boolean },
      ) => {
        if (flags.to === NETWORK_TOPOLOGY) {
          if (flags.table !== undefined)
            throw new UsageError(`--table beside --to ${NETWORK_TOPOLOGY}, which has none`);
          const file = flags.out ?? join(folder, `${NETWORK_TOPOLOGY}.yaml`);
          const text = await networkTopology(folder);
          onDisk(`write ${file}`, () => writeFileSync(file, text));
          if (flags.quiet !== true) io.out(`${file}\n`);
          return;
        }
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
      },
    );
}
