import type { Kernel } from '../kernel/index.ts';
import type { Maintenance, NodeId, World } from '../model/index.ts';
import type { DrainManner, Drains } from './drains.ts';

/** Source: kubectl, pkg/drain/drain.go: every 5 s after an answer 429, every second for the end of a pod, without end. */
const KUBECTL = { retryNs: 5e9, pollNs: 1e9, patienceNs: Infinity } as const;

/** What maintenance does in a cluster. */
export interface MaintenanceActs {
  /** Marks a node as unschedulable, or no longer. */
  setCordoned(node: NodeId, isCordoned: boolean): void;
  /** Told of each step, for the record. */
  noted(node: NodeId, event: 'cordoned' | 'uncordoned' | 'drained' | 'drain-refused'): void;
}

/**
 * The maintenance of a scenario. A drain cordons all its nodes first and then empties one after the other; one that it may
 * not empty is passed over, and stays cordoned.
 * Source: kubectl, pkg/cmd/drain/drain.go `RunDrain`.
 */
export function scheduleMaintenance(
  kernel: Kernel,
  { maintenance = [] }: Pick<World, 'maintenance'>,
  drains: Drains,
  acts: MaintenanceActs,
): void {
  const setCordoned = (node: NodeId, isCordoned: boolean): void => {
    acts.setCordoned(node, isCordoned);
    acts.noted(node, isCordoned ? 'cordoned' : 'uncordoned');
  };
  const drainAll = (nodes: readonly NodeId[], manner: DrainManner): void => {
    const [node, ...others] = nodes;
    if (node === undefined) return;
    drains.begin(node, manner, (outcome) => {
      acts.noted(node, outcome === 'drained' ? 'drained' : 'drain-refused');
      drainAll(others, manner);
    });
  };
  const carryOut = ({ action, nodes, force }: Maintenance): void => {
    for (const node of nodes) setCordoned(node, action !== 'uncordon');
    if (action === 'drain') drainAll(nodes, { ...KUBECTL, force });
  };
  const due = kernel.on('kubernetes.maintenance', (index) => carryOut(maintenance[index]!));
  for (const [index, { atNs }] of maintenance.entries()) kernel.at(atNs, due, index);
}
