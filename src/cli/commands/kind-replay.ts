import { join } from 'node:path';
import { Option, type Command } from 'commander';
import {
  commandsOf,
  containerRuntimes,
  defaultStateFolder,
  describeStep,
  hasState,
  placers,
  planClusters,
  planReplay,
  readState,
  shapers,
  shellText,
  workloads,
  type ContainerRuntime,
  type PlacerName,
  type ReplayPlan,
  type ShaperName,
  type WorkloadName,
} from '../../kind/index.ts';
import { formatProblem, loadScenario } from '../../scenario/index.ts';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';
import { addFormOptions, describeChoices, positive, type FormFlags } from './kind-options.ts';
import {
  addScenarioOptions,
  asLoadOptions,
  outputOption,
  printAs,
  wholeNumber,
  type ScenarioFlags,
} from './options.ts';

interface ReplayFlags extends ScenarioFlags, FormFlags {
  readonly placement: PlacerName;
  readonly workload: WorkloadName;
  readonly shaping: ShaperName;
  readonly netemSeed?: number;
  readonly speedUp: number;
  readonly runtime: ContainerRuntime;
  readonly state?: string;
  readonly dryRun?: boolean;
  readonly output?: string;
}

/** `kind replay SCENARIO`: what the scenario does to its clusters, done to real ones. */
export function addReplayCommand(kind: Command, io: Io): void {
  const choice = (flag: string, choices: Readonly<Record<string, string>>, byDefault: string): Option =>
    new Option(flag, describeChoices(choices)).choices(Object.keys(choices)).default(byDefault);
  const command = kind
    .command('replay')
    .summary('plan what a scenario does to its clusters, for those that kind up has made')
    .description(
      'Simulates the scenario, and from that plans its replay: applications at their times, nodes that fail, and the network between nodes\n' +
        'as it is from moment to moment, with every command. --dry-run prints the plan.\n\n' +
        'Example:\n  codeco-sim kind replay scenarios/first-steps.yaml --dry-run -o json',
    )
    .argument('<scenario>', 'scenario file; FILE#NAME chooses one of several in a file')
    .addOption(choice('--placement <who>', placers, 'cluster'))
    .addOption(choice('--workload <workload>', workloads, 'pause'))
    .addOption(choice('--shaping <shaper>', shapers, 'tc'))
    .option(
      '--netem-seed <n>',
      "seed of netem's draws, for nodes whose kernel and tc are of 6.6 or later",
      wholeNumber('--netem-seed'),
    )
    .option(
      '--speed-up <n>',
      'carry it out so many times faster, where no timer of Kubernetes matters',
      positive('--speed-up'),
      1,
    )
    .addOption(choice('--runtime <runtime>', containerRuntimes, 'docker'))
    .option(
      '--state <dir>',
      'folder of the state that kind up wrote (default: .codeco-sim/kind/<name of the scenario>)',
    )
    .option('--dry-run', 'print the plan, and do nothing');
  addFormOptions(command);
  addScenarioOptions(command);
  outputOption(command);
  command.action((file: string, flags: ReplayFlags) => {
    const { world, warnings } = loadScenario(file, asLoadOptions(flags));
    for (const warning of warnings) io.err(`warning: ${formatProblem(warning)}\n`);
    const folder = flags.state ?? defaultStateFolder(world.name);
    // clusters that are there are as they were made
    const state = hasState(folder) ? readState(folder) : undefined;
    const { clusters, scale, shrink, name = world.name } = flags;
    const form = state?.form ?? { clusters, name, scale, shrink };
    const options = {
      runtime: state?.runtime ?? flags.runtime,
      kubeconfig: state?.kubeconfig ?? join(folder, 'kubeconfig'),
      workload: flags.workload,
      placement: flags.placement,
      shaper: flags.shaping,
      shrink: form.shrink,
      speedUp: flags.speedUp,
      ...(flags.netemSeed === undefined ? {} : { netemSeed: flags.netemSeed }),
    };
    const plan = planReplay(world, planClusters(world, form), options);
    if (flags.dryRun !== true)
      throw new UsageError('replaying on a cluster is not there yet: --dry-run prints the plan');
    if (flags.output === undefined) io.out(formatPlan(plan, options));
    else {
      const steps = plan.steps.map((step) => ({ ...step, commands: commandsOf(step, options).map(shellText) }));
      printAs(io, flags.output, { apiVersion: 'codeco-sim/v1', kind: 'ReplayPlan', ...plan, steps }, () =>
        plan.steps.map((step) => ({
          at_ns: step.atNs,
          cluster: step.cluster,
          does: step.does,
          what: describeStep(step),
        })),
      );
    }
  });
}

/** The plan as people read it: each step with the time at which it is done, and what it runs. */
function formatPlan(plan: ReplayPlan, options: Parameters<typeof commandsOf>[1]): string {
  const seconds = (ns: number): string => (ns / 1e9 / plan.speedUp).toFixed(3);
  const lines = [`${plan.scenario}: ${plan.steps.length} steps in ${seconds(plan.durationNs)} s`];
  for (const step of plan.steps) {
    lines.push(`${seconds(step.atNs).padStart(10)} s  ${describeStep(step)}`);
    for (const { stdin, ...command } of commandsOf(step, options)) {
      lines.push(`              ${shellText(command)}`);
      if (step.does === 'shape')
        lines.push(
          ...stdin!
            .trimEnd()
            .split('\n')
            .map((line) => `                ${line}`),
        );
    }
  }
  return `${[...lines, ...plan.notes.map((note) => `note: ${note}`)].join('\n')}\n`;
}
