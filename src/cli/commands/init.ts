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
      if (!/\.ya?ml$/.test(file))
        throw new UsageError(`${file}: init writes YAML, with comments; name a file that ends in .yaml`);
      try {
        writeFileSync(file, initialScenario(basename(file, extname(file))));
      } catch (error) {
        throw new UsageError(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      }
      io.out(`wrote ${file}\nnext: codeco-sim run ${file}\n`);
    });
}
