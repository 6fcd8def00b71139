import { Option, type Command } from 'commander';
import { stringify } from 'yaml';
import {
  cancelJob,
  jobOfSweep,
  kubectl,
  parseStorePlace,
  runJob,
  sweepRights,
  tryJob,
  type JobEnd,
  type SweepJob,
  type SweepPlan,
} from '../../experiment/index.ts';
import { parseQuantity } from '../../model/index.ts';
import { connectCluster, type Cluster } from '../../kubernetes-client/index.ts';
import { formatCount } from '../../format.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { collectFrom } from './collect.ts';
import { Progress } from '../progress.ts';
import { formatSweep } from '../sweep-summary.ts';
import { UsageError } from '../usage-error.ts';
import { wholeNumber, type ScenarioFlags } from './options.ts';

/** Flags of `sweep` that say where and how a cluster runs it. */
export interface ClusterFlags {
  readonly engine: 'local' | 'kubernetes';
  readonly image?: string;
  readonly namespace?: string;
  readonly shards?: number;
  readonly parallelism?: number;
  readonly cpu?: string;
  readonly memory?: string;
  readonly backoffLimitPerIndex?: number;
  readonly pvc?: string;
  readonly store?: string;
  readonly storeSecret?: string;
  readonly mounted?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly yesTo?: string;
  readonly keep?: boolean;
}

/** What stands in for flags that are not given. Own design. */
const DEFAULTS = { shards: 4, cpu: '1', memory: '2Gi', backoffLimitPerIndex: 2 };

/** Rows of cells that are printed before the rest is left to the files. */
const MOST_ROWS = 40;

export function addClusterOptions(command: Command): void {
  const of = (flags: string, description: string): Option =>
    new Option(flags, description).helpGroup('With --engine kubernetes:');
  const { shards, cpu, memory, backoffLimitPerIndex } = DEFAULTS;
  command
    .addOption(
      new Option('--engine <engine>', 'what runs it: this machine, or an Indexed Job on a cluster')
        .choices(['local', 'kubernetes'])
        .default('local'),
    )
    .addOption(of('--image <ref>', 'image with the program (scripts/Containerfile builds one)'))
    .addOption(of('--pvc <claim>', 'PersistentVolumeClaim that the results are written to'))
    .addOption(
      of(
        '--store-secret <name>',
        'Secret with the AWS_… variables by which the pods reach --store (AWS_ENDPOINT_URL as the pods see it)',
      ),
    )
    .addOption(
      of('--mounted <dir>', "where the claim's volume is mounted on this machine, to collect the results from"),
    )
    .addOption(
      of('--shards <n>', `parts, each run by one index of the Job (default: ${shards}, at most one a cell)`).argParser(
        wholeNumber('--shards'),
      ),
    )
    .addOption(of('--parallelism <n>', 'pods at a time (default: all)').argParser(wholeNumber('--parallelism')))
    .addOption(of('--cpu <quantity>', `cores that each pod asks for (default: ${cpu})`))
    .addOption(of('--memory <quantity>', `memory that each pod asks for, and gets at most (default: ${memory})`))
    .addOption(
      of(
        '--backoff-limit-per-index <n>',
        `how often a pod that is lost is replaced (default: ${backoffLimitPerIndex})`,
      ).argParser(wholeNumber('--backoff-limit-per-index')),
    )
    .addOption(of('--namespace <name>', "in place of the context's"))
    .addOption(of('--kubeconfig <file>', 'in place of $KUBECONFIG and ~/.kube/config'))
    .addOption(of('--context <name>', "in place of the kubeconfig's current context"))
    .addOption(of('--yes-to <context>', 'the context to use although it may be one of production'))
    .addOption(of('--keep', 'let the Job go on when this command is interrupted; otherwise that cancels it'));
}

/** @throws {UsageError} if flags of the one engine are given for the other, or one that is needed is missing */
export function demandEngine(flags: ClusterFlags & { readonly dryRun?: unknown; readonly shard?: unknown }): void {
  const given = (name: keyof ClusterFlags): boolean => flags[name] !== undefined;
  if (flags.engine === 'kubernetes') {
    if (flags.shard !== undefined)
      throw new UsageError('--shard: a Job runs all shards; --shards N says how many there are');
    if (!given('image'))
      throw new UsageError('--engine kubernetes: --image REF is missing; scripts/Containerfile builds one');
    if (given('pvc') === given('store')) {
      throw new UsageError(
        given('pvc')
          ? '--pvc and --store: the results are kept on one of them'
          : '--engine kubernetes: --pvc CLAIM or --store s3://BUCKET/PREFIX is missing: results in a pod alone are lost with it',
      );
    }
    if (given('store') !== given('storeSecret')) {
      throw new UsageError(
        given('store')
          ? '--store: --store-secret NAME is missing: the pods reach the store by the variables in it'
          : '--store-secret is for --store',
      );
    }
    if (given('store')) parseStorePlace(flags.store!);
    if (given('mounted') && !given('pvc')) throw new UsageError('--mounted is for --pvc');
    return;
  }
  const names = ['image', 'pvc', 'storeSecret', 'mounted', 'shards', 'parallelism', 'cpu', 'memory', 'backoffLimitPerIndex', 'namespace', 'kubeconfig', 'context', 'yesTo', 'keep'] as const; // prettier-ignore
  const [wrong] = names.filter(given);
  if (wrong !== undefined) {
    const flag = wrong.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${flag} is for --engine kubernetes`);
  }
  if (typeof flags.dryRun === 'string') throw new UsageError(`--dry-run=${flags.dryRun} is for --engine kubernetes`);
}

interface Flags extends ScenarioFlags, ClusterFlags {
  readonly dryRun?: true | 'client' | 'server';
  readonly quiet?: boolean;
  readonly output?: string;
}

/** Runs a planned sweep on a cluster, and collects its results where they can be reached. */
export async function sweepOnCluster(io: Io, plan: SweepPlan, flags: Flags, out: string): Promise<void> {
  if (flags.dryRun === 'client') {
    const sweep = describe(plan, flags, flags.namespace);
    printObjects(io, sweep, flags.output);
    return;
  }
  const cluster = await connectCluster({
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    ...(flags.context === undefined ? {} : { context: flags.context }),
    ...(flags.yesTo === undefined ? {} : { yesTo: flags.yesTo }),
    needs: sweepRights,
  });
  const sweep = describe(plan, flags, flags.namespace ?? cluster.namespace);
  const name = sweep.job.metadata!.name!;
  if (flags.dryRun === 'server') {
    await tryJob(cluster, sweep);
    io.err(`the cluster would take the Job ${name} and its ConfigMap\n`);
    return;
  }
  const end = await follow(io, cluster, sweep, flags);
  if (end.state === 'interrupted') return;
  if (end.state === 'failed') {
    io.err(`the Job ${name} has failed: ${end.reason}\n`);
    if (end.failed.length > 0) io.err(`indexes that failed: ${end.failed.join(', ')}\n`);
    process.exitCode = exitCodes.failed;
  }
  await collect(io, cluster, sweep, plan, flags, out);
}

function describe(plan: SweepPlan, flags: Flags, namespace: string | undefined): SweepJob {
  const shards = flags.shards ?? Math.min(DEFAULTS.shards, plan.cells.length);
  if (shards < 1 || shards > plan.cells.length) {
    throw new UsageError(
      `--shards: found ${shards}, expected 1 to ${plan.cells.length}, the number of cells: a cell is not divided`,
    );
  }
  const parallelism = Math.min(flags.parallelism ?? shards, shards);
  if (parallelism < 1) throw new UsageError('--parallelism: found 0, expected at least 1');
  return jobOfSweep(plan, {
    image: flags.image!,
    ...(namespace === undefined ? {} : { namespace }),
    shards,
    parallelism,
    cpu: asQuantity('--cpu', flags.cpu ?? DEFAULTS.cpu),
    memory: asQuantity('--memory', flags.memory ?? DEFAULTS.memory),
    backoffLimitPerIndex: flags.backoffLimitPerIndex ?? DEFAULTS.backoffLimitPerIndex,
    keptOn: flags.pvc === undefined ? { store: flags.store!, secret: flags.storeSecret! } : { claim: flags.pvc },
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    set: flags.set ?? [],
    allow: flags.allow ?? [],
  });
}

function asQuantity(option: string, text: string): string {
  let value: number;
  try {
    value = parseQuantity(text);
  } catch {
    value = Number.NaN;
  }
  if (!(value > 0))
    throw new UsageError(`${option}: found '${text}', expected a Kubernetes quantity such as 500m or 2Gi`);
  return text;
}

function printObjects(io: Io, { configMap, job }: SweepJob, output = 'yaml'): void {
  if (output === 'csv') throw new UsageError('-o csv: objects are printed as yaml or json');
  if (output === 'json') {
    const items = [configMap, job];
    io.out(`${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`);
  } else
    io.out(
      [configMap, job]
        .map((object) => stringify(object, { aliasDuplicateObjects: false, blockQuote: 'literal', lineWidth: 0 }))
        .join('---\n'),
    );
}

async function follow(io: Io, cluster: Cluster, sweep: SweepJob, flags: Flags): Promise<JobEnd> {
  const name = sweep.job.metadata!.name!;
  const quiet = flags.quiet === true;
  const interruption = new AbortController();
  const interrupt = (): void => {
    // whoever asks twice does not want to wait for the cluster
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const progress = new Progress(io, name, quiet);
  const say = (text: string): void => {
    if (!quiet) progress.say(text);
  };
  try {
    const listener = {
      begun: (_: string, how: string) =>
        say(`Job ${name} ${how} in namespace ${sweep.job.metadata!.namespace} of ${cluster.context}`),
      progress: ({
        completed,
        failed,
        active,
        total,
      }: Readonly<Record<'completed' | 'failed' | 'active' | 'total', number>>) =>
        progress.update(
          (completed + failed) / total,
          `${formatCount(completed)} of ${formatCount(total)} indexes, ${failed === 0 ? '' : `${failed} failed, `}${active} pods`,
        ),
      failed: (index: number, log: string) =>
        say(`index ${index} (shard ${index + 1}) failed; its log ends:\n${log.replaceAll(/^/gm, '  ')}`),
      stuck: (pod: string, reason: string) => say(`pod ${pod} cannot start: ${reason}`),
    };
    const end = await runJob(cluster, sweep, listener, interruption.signal);
    progress.done();
    if (end.state !== 'interrupted') return end;
    process.exitCode = exitCodes.interrupted;
    if (flags.keep === true) {
      io.err(
        `interrupted: the Job goes on; the same command watches it again, and\n  ${kubectl(cluster, sweep)} delete job ${name}\ncancels it\n`,
      );
      return end;
    }
    await cancelJob(cluster, sweep);
    io.err(
      `interrupted: the Job ${name} is cancelled; what its pods have finished is kept on ${flags.pvc ?? flags.store}, and the same command goes on from there\n`,
    );
    return end;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

async function collect(
  io: Io,
  cluster: Cluster,
  { job, results }: SweepJob,
  plan: SweepPlan,
  flags: Flags,
  out: string,
): Promise<void> {
  const shards = job.spec!.completions!;
  const base = flags.store?.replace(/\/+$/, '') ?? flags.mounted;
  const isReached = flags.store === undefined ? base !== undefined : process.env['AWS_ACCESS_KEY_ID'] !== undefined;
  if (!isReached) {
    if (flags.quiet !== true) io.err(howToCollect(cluster, { job, results }, flags, out));
    return;
  }
  const places = Array.from({ length: shards }, (_, index) => `${base}/${results}/shard-${index}-of-${shards}`);
  const { sweep, rows, done, failed } = await collectFrom(places, out);
  if (sweep.program !== plan.program && flags.quiet !== true) {
    io.err(`note: the image holds another build of the program (${sweep.program}) than this one (${plan.program})\n`);
  }
  if (flags.quiet !== true) {
    const names = sweep.parameters.map((parameter) => parameter.name);
    io.out(formatSweep(names, sweep.cells, rows, MOST_ROWS, io.pictureWidth));
    io.out(`\n${formatCount(done)} runs of ${shards} shards, complete; results in ${out}\n`);
  }
  if (failed > 0) {
    io.err(`${failed} ${failed === 1 ? 'run has' : 'runs have'} failed in the shards\n`);
    process.exitCode = exitCodes.failed;
  }
}

/** Says what brings the results here from where this machine does not reach them. */
function howToCollect(
  cluster: Cluster,
  { job, results }: Pick<SweepJob, 'job' | 'results'>,
  { store, pvc, image }: Flags,
  out: string,
): string {
  const shards = job.spec!.completions!;
  if (store !== undefined) {
    const place = `${store.replace(/\/+$/, '')}/${results}`;
    return (
      `The results are in ${place}. With AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_ENDPOINT_URL in the environment:\n` +
      `  codeco-sim collect ${shards === 1 ? `${place}/shard-0-of-1` : `${place}/shard-{0..${shards - 1}}-of-${shards}`} --out ${out}\n`
    );
  }
  return (
    `The results are on ${pvc}, in ${results}. Where its volume is mounted:\n` +
    `  codeco-sim collect MOUNT/${results}/shard-*-of-${shards} --out ${out}\n` +
    'Elsewhere, through a pod that mounts it:\n' +
    copyCommands({ cluster, job, image: image!, claim: pvc!, results })
      .map((line) => `  ${line}\n`)
      .join('') +
    `  codeco-sim collect ${results}/shard-*-of-${shards} --out ${out}\n`
  );
}

/** Commands that copy the results from a volume that is mounted nowhere else: `kubectl cp` needs a pod that runs. */
function copyCommands(of: {
  readonly cluster: Cluster;
  readonly job: SweepJob['job'];
  readonly image: string;
  readonly claim: string;
  readonly results: string;
}): string[] {
  const { image, claim, results } = of;
  const pod = `${of.job.metadata!.name!}-results`;
  const kube = kubectl(of.cluster, { job: of.job });
  const spec = {
    volumes: [{ name: 'results', persistentVolumeClaim: { claimName: claim } }],
    containers: [
      {
        name: pod,
        image,
        command: ['sleep', '3600'],
        volumeMounts: [{ name: 'results', mountPath: '/results' }],
      },
    ],
  };
  return [
    `${kube} run ${pod} --image ${image} --restart Never --overrides '${JSON.stringify({ spec })}'`,
    `${kube} wait --for condition=Ready pod/${pod}`,
    `${kube} cp ${pod}:/results/${results} ${results}`,
    `${kube} delete pod ${pod}`,
  ];
}
