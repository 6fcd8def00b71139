import { fileURLToPath } from 'node:url';
import { relative } from 'node:path';
import { Argument, type Command } from 'commander';
import { exportFormats, tables } from '../../results/index.ts';
import { measures } from '../../model/index.ts';
import { importers, listChoices, listScenarios, type CatalogueEntry } from '../../scenario/index.ts';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';
import { outputOption, printAs } from './options.ts';

const shipped = fileURLToPath(new URL('../../../scenarios', import.meta.url));
const kinds = [
  'scheduler',
  'profile',
  'criterion',
  'solver',
  'arrivals',
  'distribution',
  'technology',
  'mobility',
  'design',
  'scenario',
  'experiment',
  'table',
  'measure',
  'format',
  'importer',
] as const;

/** All that can be named, from the registries that the program itself runs by. */
function catalogue(): CatalogueEntry[] {
  return [
    ...listChoices(),
    ...listScenarios(shipped).map((entry) => ({ ...entry, name: relative('', entry.name) })),
    ...Object.entries(tables).map(([name, { description }]) => ({ kind: 'table', name, description })),
    ...Object.entries(measures).map(([name, { description }]) => ({ kind: 'measure', name, description })),
    ...Object.entries(importers).map(([name, { description }]) => ({ kind: 'importer', name, description })),
    ...Object.keys(exportFormats).map((name) => ({
      kind: 'format',
      name,
      description: `codeco-sim export --to ${name}`,
    })),
  ];
}

/** `list [KIND]`: algorithms, models, tables, shipped scenarios. */
export function addListCommand(program: Command, io: Io): void {
  const command = program
    .command('list')
    .summary('list schedulers, models, shipped scenarios, tables')
    .description('Lists what can be named in scenarios and commands.\n\nExample:\n  codeco-sim list scheduler')
    .addArgument(new Argument('[kind]', 'what to list; everything by default').choices([...kinds]));
  outputOption(command);
  command.action((kind: string | undefined, flags: { output?: string }) => {
    const entries = catalogue().filter((entry) => kind === undefined || entry.kind === kind);
    if (flags.output !== undefined) printAs(io, flags.output, entries, () => entries.map((entry) => ({ ...entry })));
    else
      io.out(
        formatTable(
          ['kind', 'name', 'description'],
          entries.map(({ kind: of, name, description }) => [of, name, description]),
        ),
      );
  });
}
