import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Argument, type Command } from 'commander';
import { arrivals, distributions, schedulers, technologies } from '../../model/index.ts';
import { exportFormats, tables } from '../../results/index.ts';
import { loadScenario } from '../../scenario/index.ts';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';
import { outputOption, printAs } from './options.ts';

type Entry = readonly [name: string, description: string];

const shipped = fileURLToPath(new URL('../../../scenarios', import.meta.url));

/** What can be listed: each reads the registry that the program itself runs by. */
const lists: Record<string, () => readonly Entry[]> = {
  schedulers: () => Object.entries(schedulers),
  arrivals: () => Object.entries(arrivals),
  distributions: () => Object.entries(distributions),
  technologies: () => Object.entries(technologies),
  tables: () => Object.entries(tables).map(([name, { description }]) => [name, description]),
  formats: () => Object.keys(exportFormats).map((name) => [name, `export --to ${name}`]),
  scenarios: () =>
    readdirSync(shipped)
      .filter((file) => file.endsWith('.yaml'))
      .toSorted((a, b) => (a < b ? -1 : 1))
      .map((file) => [join('scenarios', file), describeScenario(join(shipped, file))]),
};

function describeScenario(path: string): string {
  const { resolved } = loadScenario(path);
  return String((resolved as { metadata?: { description?: string } }).metadata?.description ?? '').split('\n')[0]!;
}

/** `list [WHAT]`: algorithms, models, tables, shipped scenarios. */
export function addListCommand(program: Command, io: Io): void {
  const command = program
    .command('list')
    .summary('list schedulers, models, tables, shipped scenarios')
    .addArgument(new Argument('[what]', 'what to list; all by default').choices(Object.keys(lists)));
  outputOption(command, ['json', 'yaml']);
  command.action((what: string | undefined, flags: { output?: string }) => {
    const chosen = what === undefined ? Object.keys(lists) : [what];
    const entries = chosen.map((name) => [name, lists[name]!()] as const);
    if (flags.output !== undefined) {
      printAs(io, flags.output, Object.fromEntries(entries.map(([name, list]) => [name, Object.fromEntries(list)])));
      return;
    }
    const rows = entries.flatMap(([name, list]) => list.map((entry) => [name, ...entry]));
    io.out(formatTable(['what', 'name', 'description'], rows));
  });
}
