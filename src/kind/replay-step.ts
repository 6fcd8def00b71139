import type { PathConditions } from '../dynamics/index.ts';
import type { Carrier } from './carriers.ts';
import { DOWN_TAINT } from './carriers.ts';
import type { ContainerRuntime } from './runtime.ts';
import { shapeCommand } from './shaping.ts';
import type { ShellCommand } from './shell-command.ts';
import { kindContext, kubectl } from './up.ts';

/** A way between two containers, as it is to be at the start. */
export interface NetworkWay {
  readonly cluster: string;
  readonly from: string;
  readonly to: string;
  /** Undefined: nothing comes through. */
  readonly conditions: PathConditions | undefined;
}

/** How nodes fail on the real cluster. */
export const nodeFailures = {
  container: 'the container that is the node is stopped',
  taint: 'the node is cordoned and tainted',
  command: 'a command of yours stops it, and the cluster finds out by itself',
} as const;
export type NodeFailures = keyof typeof nodeFailures;

/** Shell commands that stop and start a node; `{node}` in them stands for its name. */
export interface NodeCommands {
  readonly stop: string;
  readonly start: string;
}

/** What steps are carried out with. */
export interface StepTools {
  readonly runtime: ContainerRuntime;
  readonly kubeconfig: string;
  /** Of the kubeconfig, in place of those that kind names after its clusters. */
  readonly context?: string;
  /** In place of stopping and starting containers. */
  readonly nodeCommands?: NodeCommands;
}

/** Something that is done to a cluster at a time of the scenario. */
export type ReplayStep = { readonly atNs: number; readonly cluster: string } & (
  | { readonly does: 'shape'; readonly container: string; readonly isNew: boolean; readonly lines: readonly string[] }
  | { readonly does: 'apply'; readonly app: string; readonly objects: readonly Carrier[] }
  | {
      readonly does: 'bind';
      /** Pods that are meant: the oldest of them without a node is bound. */
      readonly namespace: string;
      readonly selector: string;
      /** Of the simulation. */
      readonly pod: string;
      readonly worker: string;
    }
  | {
      readonly does: 'scale';
      readonly namespace: string;
      /** Of the object that keeps the pods. */
      readonly kind: string;
      readonly name: string;
      readonly replicas: number;
      /** Pods of the simulation that are to go first. */
      readonly going: readonly string[];
    }
  /** The pod of the simulation had to go. */
  | { readonly does: 'delete'; readonly namespace: string; readonly pod: string }
  | { readonly does: 'stop' | 'start'; readonly worker: string; readonly after: readonly ShellCommand[] }
  /** Where nodes cannot be stopped: nothing new comes, then all is driven away, then it is as before. */
  | { readonly does: 'cordon' | 'taint' | 'return'; readonly worker: string }
);

/** Stands for a node's address, and for the range of its pods', until the cluster is asked. */
export const addressOf = (container: string): string => `{address:${container}}`;
export const podsOf = (container: string): string => `{pods:${container}}`;

/** A step in words. */
export function describeStep(step: ReplayStep): string {
  switch (step.does) {
    case 'shape':
      return `shape ${step.container}: ${step.isNew ? 'all ways' : `${step.lines.length / 2} changed`}`;
    case 'apply':
      return `apply ${step.app}: ${step.objects.map((object) => `${String(object['kind'])}/${(object['metadata'] as { name: string }).name}`).join(', ')}`;
    case 'bind':
      return `bind ${step.pod} (${step.selector}) to ${step.worker}`;
    case 'scale':
      return `scale ${step.kind}/${step.name} to ${step.replicas}${step.going.length === 0 ? '' : ` without ${step.going.join(', ')}`}`;
    case 'delete':
      return `delete ${step.pod}, preempted`;
    case 'stop':
    case 'start':
    case 'cordon':
    case 'taint':
    case 'return':
      return `${step.does} ${step.worker}`;
  }
}

/** What a step runs, or what kubectl would for those that go to the API itself; a binding names its pod once that is known. */
export function commandsOf(
  step: ReplayStep,
  { runtime, kubeconfig, context, nodeCommands }: StepTools,
  pod = '{pod}',
): ShellCommand[] {
  const call = (...args: readonly string[]): ShellCommand =>
    kubectl(kubeconfig, context ?? kindContext(step.cluster), ...args);
  switch (step.does) {
    case 'shape':
      return [shapeCommand(runtime, step.container, step.lines, step.isNew)];
    case 'apply': {
      const list = { apiVersion: 'v1', kind: 'List', items: step.objects };
      const apply = call('apply', '--server-side', `--field-manager=${FIELD_MANAGER}`, '--filename', '-');
      return [{ ...apply, stdin: JSON.stringify(list) }];
    }
    case 'bind': {
      const target = { apiVersion: 'v1', kind: 'Node', name: step.worker };
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: pod, namespace: step.namespace }, target };
      const path = `/api/v1/namespaces/${step.namespace}/pods/${pod}/binding`;
      return [{ ...call('create', '--raw', path, '--filename', '-'), stdin: JSON.stringify(binding) }];
    }
    case 'scale': {
      const at = ['--namespace', step.namespace];
      return [
        ...step.going.map((going) =>
          call('annotate', 'pod', `{${going}}`, ...at, '--overwrite', `${DELETION_COST}=${GOING}`),
        ),
        call('scale', `${step.kind.toLowerCase()}/${step.name}`, ...at, `--replicas=${step.replicas}`),
      ];
    }
    case 'delete':
      return [call('delete', 'pod', `{${step.pod}}`, '--namespace', step.namespace, '--wait=false')];
    case 'stop':
      if (nodeCommands !== undefined) return [onNode(nodeCommands.stop, step.worker)];
      // without a grace period: a node that crashes says goodbye to nobody
      return [{ program: runtime, args: ['stop', '--time', '0', step.worker] }];
    case 'start':
      if (nodeCommands !== undefined) return [onNode(nodeCommands.start, step.worker), ...step.after];
      return [{ program: runtime, args: ['start', step.worker] }, ...step.after];
    case 'cordon':
      return [call('cordon', step.worker)];
    case 'taint':
      return [call('taint', 'node', step.worker, `${DOWN_TAINT}=:NoExecute`)];
    case 'return':
      return [call('uncordon', step.worker), call('taint', 'node', step.worker, `${DOWN_TAINT}-`)];
  }
}

/** Names of nodes are DNS subdomains, and so mean nothing to a shell. */
const onNode = (command: string, node: string): ShellCommand => ({
  program: 'sh',
  args: ['-c', command.replaceAll('{node}', node)],
});

/** Annotation of pods by which a controller chooses which go first, and its value for them. Source: Kubernetes, ReplicaSet, Pod deletion cost. */
export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
export const GOING = '-1000';

/** Manager of the fields that are applied (Kubernetes, Server-Side Apply). */
export const FIELD_MANAGER = 'codeco-sim';
