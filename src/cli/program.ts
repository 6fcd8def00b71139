import { Command, CommanderError, Option } from 'commander';
import pc from 'picocolors';
import { ClusterError, Interrupted } from '../kind/index.ts';
import { ResultsError } from '../results/index.ts';
import { InputError } from '../scenario/index.ts';
import { VERSION } from '../version.ts';
import { addCalibrateCommand } from './commands/calibrate.ts';
import { addCheckCommand } from './commands/check.ts';
import { addCollectCommand } from './commands/collect.ts';
import { addCompareCommand } from './commands/compare.ts';
import { addDescribeCommand } from './commands/describe.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addExportCommand } from './commands/export.ts';
import { addImportCommand } from './commands/import.ts';
import { addInitCommand } from './commands/init.ts';
import { addKindCommand } from './commands/kind.ts';
import { addListCommand } from './commands/list.ts';
import { addQueryCommand } from './commands/query.ts';
import { addReportCommand } from './commands/report.ts';
import { addRunCommand } from './commands/run.ts';
import { addSweepCommand } from './commands/sweep.ts';
import { addValidateCommand } from './commands/validate.ts';
import { addVerifyCommand } from './commands/verify.ts';
import { addViewCommand } from './commands/view.ts';
import { addWhyCommand } from './commands/why.ts';
import { colorChoices, type ColorChoice } from './colors.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

const commands = [
  addRunCommand,
  addSweepCommand,
  addCollectCommand,
  addValidateCommand,
  addExplainCommand,
  addInitCommand,
  addImportCommand,
  addListCommand,
  addVerifyCommand,
  addDescribeCommand,
  addWhyCommand,
  addCompareCommand,
  addReportCommand,
  addViewCommand,
  addCheckCommand,
  addQueryCommand,
  addExportCommand,
  addCalibrateCommand,
  addKindCommand,
];

/**
 * Does what a command line says, saying everything through `io`.
 * @param args what follows the program's name
 * @param given what it says it through; colours are changed by `--color`
 * @returns the exit status, see `exitCodes`
 */
export async function runProgram(args: readonly string[], given: Io): Promise<number> {
  const io = { ...given };
  const program = new Command('codeco-sim')
    .description('Deterministic simulator of Edge-Cloud orchestration.')
    .version(VERSION)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .addHelpText(
      'after',
      '\nExit status: 0 done; 1 an expectation failed or a verification differed; 2 the input or the usage is wrong;\n' +
        '3 the program failed; 130 interrupted.',
    );
  program
    .addOption(
      new Option('--color <when>', 'bold and coloured text; auto: on a terminal, and as NO_COLOR and FORCE_COLOR say')
        .choices(colorChoices)
        .default('auto'),
    )
    .hook('preAction', () => {
      const { color } = program.opts<{ color: ColorChoice }>();
      if (color !== 'auto') io.colors = pc.createColors(color === 'always');
    });
  for (const add of commands) add(program, io);
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    return report(error, io);
  }
}

function report(error: unknown, io: Io): number {
  // commander has told it already
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof InputError || error instanceof UsageError || error instanceof ResultsError) {
    io.err(`${error.message}\n`);
    return exitCodes.usage;
  }
  if (error instanceof Interrupted) {
    io.err('interrupted\n');
    return exitCodes.interrupted;
  }
  if (error instanceof ClusterError) {
    io.err(`${error.message}\n`);
    return exitCodes.failed;
  }
  io.err(`codeco-sim failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return exitCodes.failed;
}
