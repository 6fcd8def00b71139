import { existsSync, writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { initialScenario } from '../../scenario/index.ts';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';

/** `init [FILE]`: a small scenario with comments, to begin from. */
export function addInitCommand(program: Command, io: Io): void {
  program
    .command('init')
    .summary('write a small commented scenario to begin from')
    .description(
      'Writes a small scenario that runs as it is.\n\nExample:\n  codeco-sim init my-district.yaml && codeco-sim run my-district.yaml',
    )
    .argument('[file]', 'file to write', 'scenario.yaml')
    .option('--force', 'overwrite the file')
    .action((file: string, flags: { force?: boolean }) => {
      if (flags.force !== true && existsSync(file)) {
        throw new UsageError(`${file} is there already: choose another name, or pass --force to overwrite it`);
      }
      writeFileSync(file, initialScenario(basename(file, extname(file))));
      io.out(`wrote ${file}\nnext: codeco-sim run ${file}\n`);
    });
}
