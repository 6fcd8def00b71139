import type { Command } from 'commander';
import { explain } from '../../scenario/index.ts';
import type { Io } from '../io.ts';

/** `explain FIELD`: the documentation of a field of scenario files, experiments and CodecoApps. */
export function addExplainCommand(program: Command, io: Io): void {
  program
    .command('explain')
    .summary('print the documentation of a field of scenarios and experiments')
    .description(
      'Prints what a field means, its type, unit and default.\n\nExample:\n  codeco-sim explain spec.users.requests.rate\n  codeco-sim explain Experiment.spec.vary',
    )
    .argument('[field]', 'path of the field', 'spec')
    .action((field: string) => io.out(explain(field)));
}
