import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { parse } from 'yaml';
import {
  containerRuntimes,
  defaultStateFolder,
  down,
  NODE_IMAGE,
  planClusters,
  planDown,
  planUp,
  readCapacity,
  readState,
  shellText,
  thisMachine,
  up,
  type ContainerRuntime,
  type KindConfig,
} from '../../kind/index.ts';
import { parseCpu, parseMemory } from '../../model/index.ts';
import { formatProblem, loadScenario } from '../../scenario/index.ts';
import type { Io } from '../io.ts';
import { untilInterrupted } from '../interruption.ts';
import { UsageError } from '../usage-error.ts';
import { addFormOptions, describeChoices, type FormFlags } from './kind-options.ts';
import { addKindCompareCommand } from './kind-compare.ts';
import { addObserveCommand } from './kind-observe.ts';
import { addReplayCommand } from './kind-replay.ts';
import { addScenarioOptions, asLoadOptions, collect, outputOption, printAs, type ScenarioFlags } from './options.ts';

interface UpFlags extends ScenarioFlags, FormFlags {
  readonly image: string;
  readonly kindConfig?: string;
  readonly kubeconfig?: string;
  readonly state?: string;
  readonly loadImage?: readonly string[];
  readonly runtime: ContainerRuntime;
  readonly hostCpu?: string;
  readonly hostMemory?: string;
  readonly dryRun?: boolean;
  readonly output?: string;
}

/** `kind`: a scenario on real clusters made by kind. */
export function addKindCommand(program: Command, io: Io): void {
  const kind = program
    .command('kind')
    .summary('a scenario on real clusters made by kind')
    .description(
      'Makes real Kubernetes clusters like those of a scenario with kind (https://kind.sigs.k8s.io), and takes them away.',
    );
  addUpCommand(kind, io);
  addReplayCommand(kind, io);
  addObserveCommand(kind, io);
  addKindCompareCommand(kind, io);
  addDownCommand(kind, io);
}

function addUpCommand(kind: Command, io: Io): void {
  const command = kind
    .command('up')
    .summary("make kind clusters like a scenario's")
    .description(
      "Makes kind clusters whose workers have the labels, taints, allocatable CPU and memory, and extended resources of the scenario's\n" +
        'nodes. Needs kind, kubectl, and Docker or Podman. An interrupt takes away what has been begun.\n\n' +
        'Examples:\n  codeco-sim kind up scenarios/first-steps.yaml --dry-run --shrink 4\n' +
        '  codeco-sim kind up scenarios/first-steps.yaml --clusters each --load-image registry.example/lookup/web:1',
    )
    .argument('<scenario>', 'scenario file; FILE#NAME chooses one of several in a file')
    .option('--image <image>', "kind's node image", NODE_IMAGE)
    .option(
      '--kind-config <file>',
      "configuration in kind's own format to merge: its control planes replace ours, its one worker is what ours are made from",
    )
    .option('--load-image <image>', "image of this machine to load into the clusters' nodes (repeatable)", collect)
    .addOption(
      new Option('--runtime <runtime>', describeChoices(containerRuntimes))
        .choices(Object.keys(containerRuntimes))
        .default('docker'),
    )
    .option('--kubeconfig <file>', 'file for the credentials (default: kubeconfig in the folder of the state)')
    .option('--state <dir>', 'folder for what down needs to know (default: .codeco-sim/kind/<name of the scenario>)')
    .option('--host-cpu <quantity>', 'cores of the machine that runs the containers (default: what the runtime tells)')
    .option('--host-memory <quantity>', 'its memory, as a Kubernetes quantity (default: what the runtime tells)')
    .option('--dry-run', 'print the configuration and every command, and run none');
  addFormOptions(command);
  addScenarioOptions(command);
  outputOption(command);
  command.action(async (file: string, flags: UpFlags) => {
    const { world, hash, warnings } = loadScenario(file, asLoadOptions(flags));
    for (const warning of warnings) io.err(`warning: ${formatProblem(warning)}\n`);
    const folder = flags.state ?? defaultStateFolder(world.name);
    const options = {
      runtime: flags.runtime,
      folder,
      kubeconfig: flags.kubeconfig ?? join(folder, 'kubeconfig'),
      image: flags.image,
      timers: world.orchestration,
      form: { clusters: flags.clusters, name: flags.name ?? world.name, scale: flags.scale, shrink: flags.shrink },
      ownConfig: flags.kindConfig === undefined ? {} : readKindConfig(flags.kindConfig),
      images: flags.loadImage ?? [],
    };
    const clusters = planClusters(world, options.form);
    const plan = planUp(clusters, await hostOf(flags, io), options);
    if (flags.dryRun === true) {
      const commands = [...plan.checks, ...plan.steps.flatMap(({ commands: ofCluster }) => ofCluster)].map(shellText);
      if (flags.output !== undefined) {
        const value = { apiVersion: 'codeco-sim/v1', kind: 'KindPlan', ...plan, commands };
        printAs(io, flags.output, value, () => commands.map((text) => ({ command: text })));
        return;
      }
      io.out(plan.files.map(({ name, content }) => `# ${join(folder, name)}\n${content}`).join('---\n'));
      for (const text of commands) io.out(`# ${text.replaceAll('\n', '\n# ')}\n`);
      return;
    }
    const state = await untilInterrupted((signal) =>
      up(world, hash, plan, options, (text) => io.err(`${text}\n`), signal),
    );
    if (flags.output !== undefined)
      printAs(io, flags.output, state, () => state.clusters.map(({ name }) => ({ cluster: name })));
    else {
      for (const { name, workers } of state.clusters) {
        io.out(
          `${name}: ${workers.length} workers\n  kubectl --kubeconfig ${options.kubeconfig} --context kind-${name} get nodes -L codeco-sim.io/node\n`,
        );
      }
      io.out(`away with them: codeco-sim kind down --state ${folder}\n`);
    }
  });
}

function addDownCommand(kind: Command, io: Io): void {
  kind
    .command('down')
    .summary('take away what kind up has made, and only that')
    .description(
      'Deletes the kind clusters that `kind up` made, known by the ids of their containers, and the files that it wrote.',
    )
    .argument('[scenario]', 'scenario file')
    .option('--state <dir>', 'folder of the state (default: .codeco-sim/kind/<name of the scenario>)')
    .option('--dry-run', 'print the commands, and run none')
    .action(async (file: string | undefined, flags: { readonly state?: string; readonly dryRun?: boolean }) => {
      if (file === undefined && flags.state === undefined) {
        throw new UsageError('name the scenario whose clusters are meant, or the folder of their state with --state');
      }
      const folder = flags.state ?? defaultStateFolder(loadScenario(file!).world.name);
      const state = readState(folder);
      if (flags.dryRun === true) for (const command of planDown(state)) io.out(`${shellText(command)}\n`);
      else await down(folder, state, (text) => io.err(`${text}\n`));
    });
}

/** What the containers run on: as told, else as the runtime says; a dry run without a runtime takes this machine. */
async function hostOf({ hostCpu, hostMemory, runtime, dryRun }: UpFlags, io: Io) {
  const told = {
    ...(hostCpu === undefined ? {} : { cpuMillicores: quantity('--host-cpu', hostCpu, parseCpu) }),
    ...(hostMemory === undefined ? {} : { memoryBytes: quantity('--host-memory', hostMemory, parseMemory) }),
  };
  if (hostCpu !== undefined && hostMemory !== undefined) return { ...thisMachine(), ...told };
  try {
    return { ...(await readCapacity(runtime)), ...told };
  } catch (error) {
    if (dryRun !== true) throw error;
    io.err(`${runtime} does not tell what it runs on: this machine's cores and memory are taken\n`);
    return { ...thisMachine(), ...told };
  }
}

function quantity(option: string, text: string, read: (text: string) => number): number {
  try {
    return read(text);
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`, { cause: error });
  }
}

function readKindConfig(file: string): KindConfig {
  let config: KindConfig | null;
  try {
    config = parse(readFileSync(file, 'utf8')) as KindConfig | null;
  } catch (error) {
    throw new UsageError(`--kind-config ${file}: ${(error as Error).message}`, { cause: error });
  }
  const { kind, apiVersion } = (config ?? {}) as Record<string, unknown>;
  if (kind !== 'Cluster' || apiVersion !== 'kind.x-k8s.io/v1alpha4') {
    throw new UsageError(`--kind-config ${file}: expected kind: Cluster and apiVersion: kind.x-k8s.io/v1alpha4`);
  }
  return config!;
}
