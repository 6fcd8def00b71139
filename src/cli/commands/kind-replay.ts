import { Option, type Command } from 'commander';
import { stringify } from 'yaml';
import {
  clusterRole,
  commandsOf,
  containerRuntimes,
  describeStep,
  MAPPING_RULE,
  nodeFailures,
  placers,
  planReplay,
  rightsOf,
  shapers,
  shellText,
  workloads,
  type ContainerRuntime,
  type PlacerName,
  type ReplayPlan,
  type ShaperName,
  type WorkloadName,
} from '../../kind/index.ts';
import { defaultLimits } from '../../kubernetes-client/index.ts';
import { formatProblem, loadScenario } from '../../scenario/index.ts';
import type { Io } from '../io.ts';
import { addFormOptions, describeChoices, positive, type FormFlags } from './kind-options.ts';
import { describeOutcome, runReplay, targetOf } from './kind-replay-run.ts';
import {
  addScenarioOptions,
  asLoadOptions,
  outputOption,
  printAs,
  wholeNumber,
  type ScenarioFlags,
} from './options.ts';

export interface ReplayFlags extends ScenarioFlags, FormFlags {
  readonly placement: PlacerName;
  readonly workload: WorkloadName;
  readonly shaping?: ShaperName;
  readonly netemSeed?: number;
  readonly speedUp: number;
  readonly runtime: ContainerRuntime;
  readonly state?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly yesTo?: string;
  readonly nodes?: string;
  readonly stopNode?: string;
  readonly startNode?: string;
  readonly qps: number;
  readonly burst: number;
  readonly readyWithin: number;
  readonly tolerance: number;
  readonly out?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly printRbac?: boolean;
  readonly output?: string;
}

/** `kind replay SCENARIO`: what the scenario does to its clusters, done to real ones. */
export function addReplayCommand(kind: Command, io: Io): void {
  const choice = (flag: string, choices: Readonly<Record<string, string>>): Option =>
    new Option(flag, describeChoices(choices)).choices(Object.keys(choices));
  const command = kind
    .command('replay')
    .summary('do to real clusters what a scenario does to its own')
    .description(
      'Simulates the scenario, and from that plans its replay: applications at their times, nodes that fail, and the network between nodes\n' +
        'as it is from moment to moment. Carries the plan out in real time on the clusters that kind up has made, or on the one of a\n' +
        'kubeconfig, and takes away again what it has made, also where it fails or is interrupted.\n\n' +
        `How nodes fail: ${describeChoices(nodeFailures)}. Clusters of kind up: container; others: taint, or command with --stop-node.\n` +
        `Nodes of a kubeconfig's cluster: ${MAPPING_RULE}.\n\n` +
        'Examples:\n  codeco-sim kind replay scenarios/first-steps.yaml --dry-run -o json\n' +
        '  codeco-sim kind replay scenarios/first-steps.yaml --kubeconfig ~/.kube/config --context kwok-edge --placement simulated',
    )
    .argument('<scenario>', 'scenario file; FILE#NAME chooses one of several in a file')
    .addOption(choice('--placement <who>', placers).default('cluster'))
    .addOption(choice('--workload <workload>', workloads).default('pause'))
    .addOption(choice('--shaping <shaper>', shapers))
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
    .addOption(choice('--runtime <runtime>', containerRuntimes).default('docker'))
    .option(
      '--state <dir>',
      'folder of the state that kind up wrote (default: .codeco-sim/kind/<name of the scenario>)',
    )
    .option('--kubeconfig <file>', 'replay on the cluster of this file, in place of those of kind up')
    .option('--context <name>', "in place of the kubeconfig's current context")
    .option('--yes-to <context>', 'the context to use although it may be one of production')
    .option('--nodes <file>', 'nodes of the cluster by those of the scenario, one a line: edge-1: worker-2')
    .option(
      '--stop-node <command>',
      "how a node of --kubeconfig fails, such as 'ssh {node} sudo systemctl stop kubelet'; wants --start-node",
    )
    .option('--start-node <command>', "how it comes back, such as 'ssh {node} sudo systemctl start kubelet'")
    .option('--qps <n>', 'calls of the API a second, on average', positive('--qps'), defaultLimits.perSecond)
    .option('--burst <n>', 'calls of the API at once', positive('--burst'), defaultLimits.atOnce)
    .option(
      '--tolerance <percent>',
      'by how much the network may differ from what was applied, as measured before the start',
      positive('--tolerance'),
      10,
    )
    .option('--ready-within <seconds>', 'wait so long for nodes to be Ready', wholeNumber('--ready-within'), 60)
    .option('--out <dir>', 'write what is seen of the cluster as the tables of a run')
    .option('--force', 'write into a folder that holds other things')
    .option('--print-rbac', 'print a ClusterRole with the rights that it needs, and do nothing')
    .option('--dry-run', 'print the plan, and do nothing');
  addFormOptions(command);
  addScenarioOptions(command);
  outputOption(command);
  command.action(async (file: string, flags: ReplayFlags) => {
    const loaded = loadScenario(file, asLoadOptions(flags));
    const { world, warnings } = loaded;
    for (const warning of warnings) io.err(`warning: ${formatProblem(warning)}\n`);
    const isOffline = flags.printRbac === true || (flags.dryRun === true && flags.kubeconfig === undefined);
    const target = await targetOf(world, flags, isOffline);
    const plan = planReplay(world, target.clusters, target.options);
    if (flags.printRbac === true) {
      const role = clusterRole(rightsOf(plan));
      if (flags.output === 'json') io.out(`${JSON.stringify(role, null, 2)}\n`);
      else io.out(stringify(role));
    } else if (flags.dryRun === true) printPlan(io, plan, target.options, flags.output);
    else {
      const outcome = await runReplay(io, loaded, target, plan, flags);
      if (flags.output === undefined) io.out(describeOutcome(plan.scenario, outcome));
      else {
        const { facts, steps } = outcome;
        printAs(io, flags.output, { apiVersion: 'codeco-sim/v1', kind: 'Replay', ...facts, steps }, () =>
          steps.map((step) => ({ ...step })),
        );
      }
      if (outcome.error !== undefined) throw outcome.error;
    }
  });
}

function printPlan(
  io: Io,
  plan: ReplayPlan,
  options: Parameters<typeof commandsOf>[1],
  format: string | undefined,
): void {
  if (format === undefined) return io.out(formatPlan(plan, options));
  const steps = plan.steps.map((step) => ({ ...step, commands: commandsOf(step, options).map(shellText) }));
  printAs(io, format, { apiVersion: 'codeco-sim/v1', kind: 'ReplayPlan', ...plan, steps }, () =>
    plan.steps.map((step) => ({
      at_ns: step.atNs,
      cluster: step.cluster,
      does: step.does,
      what: describeStep(step),
    })),
  );
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
