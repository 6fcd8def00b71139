import { join } from 'node:path';
import type { Command } from 'commander';
import { loadScenario, formatProblem } from '../../scenario/index.ts';
import { simulateLoaded } from '../../simulate.ts';
import { checkExpectations } from '../../experiment/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatExpectations } from '../expectation-text.ts';
import { formatBytes, formatCount } from '../../format.ts';
import type { Io } from '../io.ts';
import { Progress } from '../progress.ts';
import { addReportOptions, hasFailed, writeReports, type ReportFlags } from '../report-files.ts';
import { overTime } from '../over-time.ts';
import { formatSummary } from '../summary.ts';
import { formatTable } from '../table.ts';
import { addScenarioOptions, asLoadOptions, outputOption, printAs, type ScenarioFlags } from './options.ts';

interface RunFlags extends ScenarioFlags, ReportFlags {
  readonly out?: string;
  readonly force?: boolean;
  readonly quiet?: boolean;
  readonly output?: string;
}

/** `run SCENARIO`: simulates it, writes its results, prints a summary. */
export function addRunCommand(program: Command, io: Io): void {
  const command = program
    .command('run')
    .summary('simulate a scenario and write its results')
    .description(
      'Simulates a scenario and writes its tables and manifest into a folder.\n\n' +
        'Examples:\n  codeco-sim run scenarios/riverside-district.yaml\n' +
        '  codeco-sim run district.yaml --out results/a --seed 7 --set orchestration.scheduler=lowest-latency',
    )
    .argument('<scenario>', 'scenario file; FILE#NAME chooses one of several in a file')
    .option('--out <dir>', 'folder for the results (default: results/<name of the scenario>)')
    .option('--force', 'write into a folder that holds other things')
    .option('-q, --quiet', 'no progress, no summary');
  addScenarioOptions(command);
  addReportOptions(command);
  outputOption(command);
  command.action(async (file: string, flags: RunFlags) => {
    const startedMs = io.now();
    const loaded = loadScenario(file, asLoadOptions(flags));
    const quiet = flags.quiet === true;
    if (!quiet) for (const warning of loaded.warnings) io.err(`warning: ${formatProblem(warning)}\n`);
    const out = flags.out ?? join('results', loaded.world.name);
    const progress = new Progress(io, loaded.world.name, quiet);
    const run = simulateLoaded(loaded, file, {
      out,
      force: flags.force === true,
      progress: (fraction) => progress.update(fraction),
      command: ['codeco-sim', ...process.argv.slice(2)],
    });
    progress.done();
    const reports = hasExpectations(loaded.resolved) ? [await checkExpectations(out)] : [];
    writeReports(reports, flags);
    if (hasFailed(reports)) process.exitCode = exitCodes.differs;
    if (quiet && hasFailed(reports)) io.err(formatExpectations(reports));
    if (flags.output !== undefined) {
      const { digest, measures, outcomes, placement } = run;
      const { name } = loaded.world;
      const summary = {
        apiVersion: 'codeco-sim/v1',
        kind: 'RunSummary',
        name,
        out,
        digest,
        measures,
        outcomes,
        placement,
        ...(reports.length === 0 ? {} : { expectations: reports[0]!.findings }),
      };
      printAs(io, flags.output, summary, () => [{ name, out, digest, ...measures }]);
      return;
    }
    if (quiet) return;
    io.out(formatSummary(run, io.now() - startedMs, io));
    const course = await overTime(out, run.manifest!, loaded.world.durationNs, io.pictureWidth ?? 0);
    if (course.length > 0) io.out(`\n${course.join('\n')}\n`);
    const tables = Object.values(run.manifest!.tables).map(({ file: table, rows, bytes }) => [
      join(out, table),
      formatCount(rows),
      formatBytes(bytes),
    ]);
    if (reports.length > 0) {
      io.out(`\nExpectations\n${formatExpectations(reports).replace(/^/gm, '  ').trimEnd()}\n`);
    }
    io.out(`\nTables\n${formatTable(['file', 'rows', 'size'], tables).replace(/^/gm, '  ').trimEnd()}\n`);
    io.out(
      `\nNext\n  npx codeco-sim verify ${out}                     run it again and compare\n` +
        `  npx codeco-sim export ${out} --to csv --out tables  for other tools\n` +
        run.placement
          .slice(0, 1)
          .map(({ pod }) => `  npx codeco-sim why ${out} --pod ${pod}     why it is where it is\n`)
          .join('') +
        `  npx codeco-sim run ${file} --out ${out}-b --set orchestration.scheduler=lowest-latency\n`,
    );
  });
}

function hasExpectations(resolved: unknown): boolean {
  const { spec } = resolved as { readonly spec: { readonly expect?: readonly unknown[] } };
  return spec.expect !== undefined && spec.expect.length > 0;
}
