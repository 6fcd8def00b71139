import {
  parseDuration,
  parseShare,
  type ClusterId,
  type NodeAutoscaling,
  type NodeGroup,
  type NodeId,
} from '../../model/index.ts';
import type { Scenario } from '../schema/index.ts';
import { isMap, type Path } from '../source.ts';
import type { Build } from './build.ts';
import { readDuration } from './durations.ts';

type WrittenNodes = Scenario['spec']['infrastructure']['clusters'][number]['nodes'][number];

/** How many nodes of an entry there ever are, where it gives no positions. */
export function groupSize({ count, autoscaling }: WrittenNodes): number {
  return autoscaling === undefined ? (count ?? 1) : Math.max(autoscaling.max, count ?? 0);
}

/**
 * The group that an entry of nodes is; undefined where they are all there all the time. Impossible sizes are reported, and
 * what does not go with nodes that come and go.
 * @param first the first node of the entry
 */
export function readNodeGroup(
  build: Build,
  nodes: WrittenNodes,
  cluster: { readonly name: string; readonly id: ClusterId },
  first: number,
  path: Path,
): NodeGroup | undefined {
  const { autoscaling, count } = nodes;
  if (autoscaling === undefined) return undefined;
  const { min, max, priority, name = `${cluster.name}-${nodes.class}` } = autoscaling;
  const at = [...path, 'autoscaling'];
  if (min > max)
    build.problem([...at, 'min'], `at least ${min} nodes, and at most ${max}`, { expected: `at most ${max}` });
  const initial = count ?? min;
  if (count !== undefined && (count < min || count > max)) {
    build.problem([...path, 'count'], `${count} nodes at the start of a group of ${min} to ${max}`, {
      expected: min === max ? `${min}` : `${min} to ${max}`,
    });
  }
  for (const field of ['at', 'mobility'] as const) {
    if (nodes[field] === undefined) continue;
    build.problem([...path, field], `"${field}" beside "autoscaling"`, {
      expected: 'nodes without a position of their own, such as those of a data centre',
    });
  }
  return {
    name,
    cluster: cluster.id,
    nodes: Array.from({ length: max }, (_, index) => (first + index) as NodeId),
    initial,
    min,
    provisioning: readDuration(build, autoscaling.provisioning, [...at, 'provisioning']),
    priority,
  };
}

/** The groups and the flags of their autoscaler; undefined where there is no group. */
export function readNodeAutoscaling(build: Build, groups: readonly NodeGroup[]): NodeAutoscaling | undefined {
  const { orchestration } = build.scenario.spec;
  const path = ['spec', 'orchestration', 'clusterAutoscaler'];
  if (groups.length === 0 || !isMap(orchestration) || build.isBroken(...path)) return undefined;
  if (orchestration.scheduler === 'swm') {
    build.problem(['spec', 'orchestration', 'scheduler'], 'swm places on nodes that are all there from the start', {
      expected: 'another scheduler, or nodes without "autoscaling"',
    });
  }
  const { clusterAutoscaler: written } = orchestration;
  return {
    groups,
    expander: written.expander,
    scanIntervalNs: parseDuration(written.scanInterval),
    scaleDown: written.scaleDown,
    scaleDownUnneededNs: parseDuration(written.scaleDownUnneededTime),
    scaleDownDelayAfterAddNs: parseDuration(written.scaleDownDelayAfterAdd),
    scaleDownUtilization: parseShare(written.scaleDownUtilization),
  };
}
