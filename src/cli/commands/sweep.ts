import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  checkExpectations,
  commandOf,
  describeParameters,
  estimateCost,
  nameOfCell,
  planSweep,
  runFolder,
  runSweep,
  storeAccess,
  StoredSweep,
  type Cost,
  type ExpectationReport,
  type Shard,
  type SweepOutcome,
  type SweepPlan,
} from '../../experiment/index.ts';
import { formatProblem, readExperiment } from '../../scenario/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatExpectations } from '../expectation-text.ts';
import { formatCount, formatDuration } from '../../format.ts';
import type { Io } from '../io.ts';
import { Progress } from '../progress.ts';
import { addReportOptions, hasFailed, writeReports, type ReportFlags } from '../report-files.ts';
import { flatRow, formatSweep, shownParameter } from '../sweep-summary.ts';
import { formatTable } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { addClusterOptions, demandEngine, sweepOnCluster, type ClusterFlags } from './sweep-on-cluster.ts';
import {
  addScenarioOptions,
  asLoadOptions,
  outputOption,
  printAs,
  wholeNumber,
  type ScenarioFlags,
} from './options.ts';

interface SweepFlags extends ScenarioFlags, ClusterFlags, ReportFlags {
  readonly out?: string;
  readonly workers?: number;
  readonly workerMemory?: number;
  readonly shard?: Shard;
  readonly failFast?: boolean;
  readonly dryRun?: true | 'client' | 'server';
  readonly quiet?: boolean;
  readonly output?: string;
}

/** Rows of cells that are printed before the rest is left to the files. */
const MOST_ROWS = 40;

/** `sweep EXPERIMENT`: runs every cell of an experiment, on all cores; started again it goes on where it stopped. */
export function addSweepCommand(program: Command, io: Io): void {
  const command = program
    .command('sweep')
    .summary('run an experiment: a scenario with varied parameters')
    .description(
      'Runs every cell of an experiment in worker threads. What is finished is kept, whatever happens: the same command\n' +
        'again runs only what is missing or has changed.\n\n' +
        'Examples:\n  codeco-sim sweep scenarios/schedulers-under-cut.yaml --dry-run\n' +
        '  codeco-sim sweep mine.yaml --out results/mine --workers 8\n' +
        '  codeco-sim sweep mine.yaml --out part-1 --shard 1/3     one machine of three; then `codeco-sim collect`\n' +
        '  codeco-sim sweep mine.yaml --engine kubernetes --image registry/codeco-sim:0.1 --pvc results --shards 20\n' +
        '                                                          a Job of 20 pods; see also --dry-run=client -o yaml',
    )
    .argument('<experiment>', 'experiment file; FILE#NAME chooses one of several in a file')
    .option('--out <dir>', 'folder for the results (default: results/<name of the experiment>)')
    .option('--workers <n>', 'runs at a time (default: number of cores)', wholeNumber('--workers'))
    .option(
      '--worker-memory <MB>',
      'heap of each worker (default: an equal part of 3/4 of the memory)',
      wholeNumber('--worker-memory'),
    )
    .option('--shard <i/n>', 'run only the i-th of n parts; `index/n`: by JOB_COMPLETION_INDEX, as in a Job', asShard)
    .option(
      '--store <s3://bucket/prefix>',
      'keep each finished run in an S3-compatible store too, and begin with what is there; with --engine kubernetes, in ' +
        'place of --pvc. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_ENDPOINT_URL say whose',
    )
    .option('--fail-fast', 'stop at the first run that fails')
    .option(
      '--dry-run [client|server]',
      'print the cells and what they would cost, and run nothing but a pilot; with --engine kubernetes, `=client` ' +
        'prints the objects, `=server` has the cluster check them',
      asDryRun,
    )
    .option('-q, --quiet', 'no progress, no summary');
  addScenarioOptions(command);
  addReportOptions(command);
  addClusterOptions(command);
  outputOption(command);
  command.action(async (reference: string, flags: SweepFlags) => {
    const startedMs = io.now();
    const workers = flags.workers ?? availableParallelism();
    if (workers < 1) throw new UsageError('--workers: found 0, expected at least 1');
    const { seed, ...loadOptions } = asLoadOptions(flags);
    const quiet = flags.quiet === true;
    demandEngine(flags);
    const checking = new Progress(io, 'checking the cells', quiet);
    const plan = planSweep(readExperiment(reference, loadOptions), {
      ...(seed === undefined ? {} : { seed }),
      progress: (fraction) => checking.update(fraction),
    });
    checking.done();
    if (!quiet) for (const warning of plan.warnings) io.err(`warning: ${formatProblem(warning)}\n`);
    const out = flags.out ?? join('results', plan.name);
    if (flags.engine === 'kubernetes' && flags.dryRun !== true) {
      await sweepOnCluster(io, plan, flags, out);
      return;
    }
    const workerMemoryMb = flags.workerMemory ?? Math.max(128, Math.floor((0.75 * totalmem()) / 2 ** 20 / workers));
    const common = { allow: flags.allow ?? [], set: flags.set ?? [], workerMemoryMb };
    if (flags.dryRun === true) {
      tellPlan(io, plan, await estimateCost(plan, out, common), workers, flags.output);
      return;
    }
    const store =
      flags.store === undefined
        ? undefined
        : new StoredSweep(
            out,
            flags.store,
            storeAccess(process.env, () => new Date()),
          );
    await store?.restore();
    const interruption = new AbortController();
    const interrupt = (): void => interruption.abort();
    process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
    const progress = new Progress(io, plan.name, quiet);
    try {
      const outcome = await runSweep(plan, {
        ...common,
        out,
        workers,
        failFast: flags.failFast === true,
        signal: interruption.signal,
        ...(flags.shard === undefined ? {} : { shard: flags.shard }),
        ...(store === undefined ? {} : { finished: (hash) => store.keep(hash) }),
        progress: ({ done, failed, total, secondsLeft }) => {
          const failures = failed === 0 ? '' : `, ${failed} failed`;
          const left = secondsLeft === undefined ? '' : `  ${formatDuration(secondsLeft * 1e9)} left`;
          progress.update(
            done / total,
            `${formatCount(done)} of ${formatCount(total)} runs${failures}${done < total ? left : ''}`,
          );
        },
        failed: (cell, run) => {
          if (!quiet) progress.say(`${nameOfCell(cell)}, replication ${run.replication} failed: ${run.error}`);
        },
      });
      progress.done();
      await store?.finish();
      const reports = await expectationReports(plan, outcome, out);
      writeReports(reports, flags);
      report(io, plan, outcome, { out, flags, seconds: (io.now() - startedMs) / 1000, reports });
    } finally {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    }
  });
}

/** What the experiment expects, held against its results once all of them are there. */
async function expectationReports(
  plan: SweepPlan,
  { failed, left, sweep }: SweepOutcome,
  out: string,
): Promise<ExpectationReport[]> {
  const isExpected = (plan.file.experiment.spec.expect ?? []).length > 0;
  const isWhole = failed === 0 && left === 0 && sweep.shard === undefined;
  return isExpected && isWhole ? [await checkExpectations(out)] : [];
}

function asDryRun(text: string): 'client' | 'server' {
  if (text === 'client' || text === 'server') return text;
  throw new UsageError(
    `--dry-run: found '${text}', expected nothing, =client or =server; the experiment stands before it`,
  );
}

function asShard(text: string): Shard {
  const [, inJob] = /^index\/(\d{1,6})$/.exec(text) ?? [];
  if (inJob !== undefined) return shardOfJob(Number(inJob));
  const [, index, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  if (index === undefined || Number(index) < 1 || Number(index) > Number(of)) {
    throw new UsageError(`--shard: found '${text}', expected i/n with i from 1 to n, such as 2/3`);
  }
  return { index: Number(index), of: Number(of) };
}

/** Completion indexes count from 0 (Kubernetes, Jobs: "Completion mode"). */
function shardOfJob(of: number): Shard {
  const text = process.env['JOB_COMPLETION_INDEX'];
  if (text === undefined || !/^\d{1,6}$/.test(text) || Number(text) >= of) {
    throw new UsageError(
      `--shard index/${of}: found ${text === undefined ? 'no JOB_COMPLETION_INDEX' : `JOB_COMPLETION_INDEX '${text}'`} in the environment, ` +
        `expected one from 0 to ${of - 1}, as the pods of an Indexed Job have it`,
    );
  }
  return { index: Number(text) + 1, of };
}

function tellPlan(io: Io, plan: SweepPlan, cost: Cost, workers: number, output: string | undefined): void {
  const { min, max } = plan.replications;
  const least = plan.cells.length * min;
  const secondsLeft =
    cost.secondsARun === undefined ? undefined : (cost.secondsARun * (least - cost.finished)) / workers;
  if (output !== undefined) {
    printAs(
      io,
      output,
      {
        apiVersion: 'codeco-sim/v1',
        kind: 'SweepPlan',
        name: plan.name,
        cells: plan.cells.map(({ cell, parameters, set }) => ({ cell, parameters, set })),
        runs: { least, most: plan.cells.length * max, finished: cost.finished },
        cost: { secondsARun: cost.secondsARun ?? null, secondsLeft: secondsLeft ?? null, from: cost.from, workers },
      },
      () => plan.cells.map(({ cell, parameters }) => ({ cell, ...parameters })),
    );
    return;
  }
  const names = plan.parameters.map(({ name }) => name);
  const rows = plan.cells
    .slice(0, MOST_ROWS)
    .map(({ cell, parameters }) => [cell, ...names.map((name) => shownParameter(parameters[name]!))]);
  io.out(formatTable(['cell', ...names], rows));
  if (plan.cells.length > MOST_ROWS) io.out(`... and ${formatCount(plan.cells.length - MOST_ROWS)} more cells\n`);
  const most = max === min ? '' : ` to ${formatCount(plan.cells.length * max)}`;
  io.out(
    `\n${formatCount(plan.cells.length)} cells, ${formatCount(least)}${most} runs, ${formatCount(cost.finished)} of them finished\n`,
  );
  if (secondsLeft === undefined) io.out('What they cost is not known: the pilot, the first run, got nowhere\n');
  else {
    const source = cost.from === 'pilot' ? 'tried on the first run' : 'the mean of the finished runs';
    io.out(
      `About ${formatDuration(secondsLeft * 1e9)}${most === '' ? '' : ' or more'} with ${workers} ${workers === 1 ? 'worker' : 'workers'}: ` +
        `${formatDuration(cost.secondsARun! * 1e9)} a run, ${source}\n`,
    );
  }
}

function report(
  io: Io,
  plan: SweepPlan,
  outcome: SweepOutcome,
  {
    out,
    flags,
    seconds,
    reports,
  }: {
    readonly out: string;
    readonly flags: SweepFlags;
    readonly seconds: number;
    readonly reports: readonly ExpectationReport[];
  },
): void {
  const { sweep, rows, done, reused, failed, left, isInterrupted } = outcome;
  const quiet = flags.quiet === true;
  if (flags.output !== undefined) {
    printAs(
      io,
      flags.output,
      {
        apiVersion: 'codeco-sim/v1',
        kind: 'SweepSummary',
        name: plan.name,
        out,
        done,
        reused,
        failed,
        left,
        rows,
        ...(reports.length === 0 ? {} : { expectations: reports[0]!.findings }),
      },
      () => rows.map(flatRow),
    );
  } else if (!quiet && rows.length > 0) {
    io.out(
      formatSweep(
        plan.parameters.map(({ name }) => name),
        plan.cells,
        rows,
        MOST_ROWS,
        io.pictureWidth,
      ),
    );
    io.out(
      `\n${formatCount(done)} runs in ${formatDuration(seconds * 1e9)}, ${formatCount(reused)} of them finished before; results in ${out}\n`,
    );
  }
  if (hasFailed(reports)) process.exitCode = exitCodes.differs;
  if (reports.length > 0 && flags.output === undefined) {
    const text = formatExpectations(reports);
    if (quiet && hasFailed(reports)) io.err(text);
    else if (!quiet) io.out(`\nExpectations\n${text.replace(/^/gm, '  ').trimEnd()}\n`);
  }
  if (failed > 0) {
    const origin = { set: flags.set ?? [], allow: flags.allow ?? [] };
    const commands = sweep.cells.flatMap(({ set, parameters, runs }) =>
      runs
        .filter(({ state }) => state === 'failed')
        .map(
          ({ seed }) =>
            `  # ${describeParameters(parameters)}\n  ${commandOf(plan.file.scenarioFile, set, seed, origin)}\n`,
        ),
    );
    io.err(
      `${failed} ${failed === 1 ? 'run' : 'runs'} failed. To make one again, alone:\n${commands.slice(0, MOST_ROWS).join('')}`,
    );
    process.exitCode = exitCodes.failed;
  }
  if (isInterrupted) {
    io.err(
      `interrupted: ${formatCount(done)} finished runs are kept in ${out}, ${formatCount(left)} are left; the same command again goes on from there\n`,
    );
    process.exitCode = exitCodes.interrupted;
  } else if (left > 0 && failed > 0)
    io.err(
      `stopped at the first failure: ${formatCount(left)} runs are left; the same command again goes on from there\n`,
    );
  else if (!quiet && flags.output === undefined && rows.length > 0) {
    const [first] = sweep.cells.flatMap(({ runs }) => runs).filter(({ state }) => state === 'done');
    io.out(`\nNext\n  npx codeco-sim verify ${runFolder(out, first!)}   run one again and compare\n`);
  }
}
