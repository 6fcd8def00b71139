import type { RandomStream } from '../../kernel/index.ts';
import type { ExpanderName, NodeGroup } from '../../model/index.ts';
import type { Resources } from '../scheduling/index.ts';
import type { Estimate } from './estimator.ts';

/** What a group could do for the pods that wait. */
export interface Option extends Estimate {
  readonly group: NodeGroup;
  /** Allocatable on one of its nodes. */
  readonly allocatable: Resources;
}

/** How good each expander finds an option: the higher, the better. */
const values: Readonly<Record<Exclude<ExpanderName, 'random'>, (option: Option) => number>> = {
  'least-waste': (option) => -wastedShare(option),
  'most-pods': ({ pods }) => pods.length,
  priority: ({ group }) => group.priority,
};

/**
 * Idle shares of CPU and of memory of the new nodes, added up.
 * Source: cluster-autoscaler, expander/waste/waste.go; a resource of which a node has none wastes nothing here.
 */
export function wastedShare({ nodes, pods, allocatable }: Pick<Option, 'nodes' | 'pods' | 'allocatable'>): number {
  let wasted = 0;
  for (const resource of ['cpuMillicores', 'memoryBytes'] as const) {
    const available = allocatable[resource] * nodes;
    const requested = pods.reduce((sum, { kind }) => sum + kind.requests.declared[resource], 0);
    if (available > 0) wasted += (available - requested) / available;
  }
  return wasted;
}

/** The option that an expander chooses; of equals any, each as likely. Draws only where there is a choice left. */
export function chooseOption(
  expander: ExpanderName,
  options: readonly Option[],
  draws: RandomStream,
): Option | undefined {
  let best = options;
  if (expander !== 'random') {
    const value = values[expander];
    const most = Math.max(...options.map(value));
    best = options.filter((option) => value(option) === most);
  }
  return best.length <= 1 ? best[0] : best[draws.integer(best.length)];
}
