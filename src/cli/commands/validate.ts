import type { Command } from 'commander';
import { planSweep } from '../../experiment/index.ts';
import {
  checkCodecoAppFile,
  formatProblem,
  InputError,
  isExperimentFile,
  loadScenario,
  readExperiment,
} from '../../scenario/index.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { addScenarioOptions, asLoadOptions, outputOption, printAs, type ScenarioFlags } from './options.ts';

/** `validate FILE…`: checks scenarios without running them. */
export function addValidateCommand(program: Command, io: Io): void {
  const command = program
    .command('validate')
    .summary('check scenario files without running them')
    .description(
      'Checks scenario files, experiments with all their cells, and files of CodecoApps alone, and tells all that is wrong with each.\n\nExample:\n  codeco-sim validate scenarios/*.yaml',
    )
    .argument('<files...>', 'scenario files')
    .option('--strict', 'warnings fail too');
  addScenarioOptions(command);
  outputOption(command);
  command.action((files: readonly string[], flags: ScenarioFlags & { strict?: boolean; output?: string }) => {
    const reports = files.map((file) => check(file, flags));
    if (flags.output !== undefined) printAs(io, flags.output, reports, () => reports.flatMap(problemRows));
    else {
      for (const { file, problems, more, warnings, counts, codecoApps, cells } of reports) {
        for (const warning of warnings) io.err(`warning: ${formatProblem(warning)}\n`);
        if (problems.length > 0) io.err(`${problems.map(formatProblem).join('\n\n')}\n`);
        if (more > 0) io.err(`\n... and ${more} more problems\n`);
        if (codecoApps > 0)
          io.out(`${file}: valid, ${codecoApps === 1 ? 'a CodecoApp' : `${codecoApps} CodecoApps`}, no scenario\n`);
        if (cells !== undefined) io.out(`${file}: valid, an experiment of ${cells} cells\n`);
        if (counts !== undefined) {
          io.out(
            `${file}: valid, ${counts.nodes} nodes, ${counts.users} users, ${counts.apps} ${counts.apps === 1 ? 'application' : 'applications'}\n`,
          );
        }
      }
    }
    const failed = reports.some(
      ({ problems, warnings }) => problems.length > 0 || (flags.strict === true && warnings.length > 0),
    );
    if (failed) process.exitCode = exitCodes.usage;
  });
}

/** One row a problem; a file without any has one of its own. */
function problemRows({ file, problems, warnings }: ReturnType<typeof check>): Record<string, unknown>[] {
  const rows = [
    ...problems.map((problem) => ({ severity: 'error', problem })),
    ...warnings.map((problem) => ({ severity: 'warning', problem })),
  ].map(({ severity, problem: { line, column, path, found, expected, nearest, file: place } }) => ({
    file: place ?? file,
    severity,
    line,
    column,
    path,
    found,
    expected,
    nearest,
  }));
  return rows.length > 0 ? rows : [{ file, severity: 'valid' }];
}

function check(file: string, flags: ScenarioFlags) {
  try {
    const apps = checkCodecoAppFile(file);
    if (apps !== undefined) {
      return {
        file,
        problems: [],
        more: 0,
        warnings: apps.warnings,
        counts: undefined,
        codecoApps: apps.count,
        cells: undefined,
      };
    }
    if (isExperimentFile(file)) {
      const { seed, ...options } = asLoadOptions(flags);
      const plan = planSweep(readExperiment(file, options), seed === undefined ? {} : { seed });
      const { warnings, cells } = plan;
      return { file, problems: [], more: 0, warnings, counts: undefined, codecoApps: 0, cells: cells.length };
    }
    const { world, warnings } = loadScenario(file, asLoadOptions(flags));
    const counts = { nodes: world.nodes.length, users: world.users.length, apps: world.apps.length };
    return { file, problems: [], more: 0, warnings, counts, codecoApps: 0, cells: undefined };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return {
      file,
      problems: error.problems,
      more: error.more,
      warnings: [],
      counts: undefined,
      codecoApps: 0,
      cells: undefined,
    };
  }
}
