import { RandomStream } from '../../../src/kernel/index.ts';
import {
  compilePod,
  type Decision,
  describeNode,
  type NodeInfo,
  SchedulerCache,
  type Scheduler,
  type SchedulingContext,
  type SchedulingPod,
  schedulingPod,
} from '../../../src/kubernetes/scheduling/index.ts';
import type { Container, NodeObject, PodObject, PodSpec, Taint } from '../../../src/model/index.ts';

export interface NodeSketch {
  readonly labels?: Record<string, string>;
  readonly taints?: readonly Taint[];
  readonly unschedulable?: boolean;
  readonly allocatable?: Record<string, string | number>;
  readonly images?: readonly { names: string[]; sizeBytes: number }[];
}

/** A node of 4 cores and 4000 bytes, so that shares are easy to work out by hand. */
export function nodeObject(name: string, sketch: NodeSketch = {}): NodeObject {
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...sketch.labels } },
    spec: { taints: sketch.taints ?? [], unschedulable: sketch.unschedulable ?? false },
    status: { allocatable: { cpu: 4, memory: 4000, pods: 110, ...sketch.allocatable }, images: sketch.images ?? [] },
  };
}

export function cluster(nodes: Record<string, NodeSketch>): SchedulerCache {
  const cache = new SchedulerCache();
  Object.entries(nodes).forEach(([name, sketch], id) => cache.addNode(describeNode(nodeObject(name, sketch), id)));
  return cache;
}

export interface PodSketch extends Partial<Omit<PodSpec, 'containers'>> {
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly requests?: Record<string, string | number>;
  readonly container?: Partial<Container>;
}

export function podObject(name: string, sketch: PodSketch = {}): PodObject {
  const { namespace, labels, requests, container, ...spec } = sketch;
  return {
    metadata: { name, labels: labels ?? {}, ...(namespace === undefined ? {} : { namespace }) },
    spec: { containers: [{ name: 'main', resources: { requests: requests ?? {} }, ...container }], ...spec },
  };
}

export function pod(name: string, sketch: PodSketch = {}, sinceNs = 0): SchedulingPod {
  return schedulingPod(compilePod(podObject(name, sketch)), name, sinceNs);
}

/** Puts a pod on a node. */
export function put(
  cache: SchedulerCache,
  node: string,
  name: string,
  sketch: PodSketch = {},
  sinceNs = 0,
): SchedulingPod {
  const placed = pod(name, sketch, sinceNs);
  cache.assumePod(placed, cache.node(node) as NodeInfo);
  return placed;
}

export function decide(
  scheduler: Scheduler,
  cache: SchedulerCache,
  pending: SchedulingPod,
  context: Partial<SchedulingContext> = {},
): Decision {
  return scheduler.schedule(pending, cache, { draws: new RandomStream(1, 'ties'), verdicts: true, ...context });
}

/** The normalised scores that one plugin gave, by node; undefined where it did not run. */
export function scoresOf(decision: Decision, plugin: string): Record<string, number> | undefined {
  const scores = decision.verdicts?.scores.find((each) => each.plugin === plugin);
  if (scores === undefined) return undefined;
  return Object.fromEntries(decision.verdicts!.scored.map(({ name }, i) => [name, scores.normalised[i]!]));
}

/** Which plugin refused each node. */
export function refusals(decision: Decision): Record<string, string> {
  return Object.fromEntries(decision.verdicts!.refused.map(({ node, rejection }) => [node.name, rejection.plugin]));
}

export const feasible = (decision: Decision): string[] => decision.verdicts!.feasible.map(({ name }) => name);
