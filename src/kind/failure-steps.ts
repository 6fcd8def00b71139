import type { PlannedCluster, PlannedWorker } from './cluster-plan.ts';
import type { NodeFailures, ReplayStep } from './replay-step.ts';
import type { ShellCommand } from './shell-command.ts';
import type { NetworkChange, Timeline } from './timeline.ts';
import { kindContext, kubectl, startedAnew } from './up.ts';

interface FailureOptions {
  readonly kubeconfig: string;
  readonly failures: NodeFailures;
  /** From a node's last word until it is taken for lost. */
  readonly graceNs: number;
}

const ready = ['wait', '--for=condition=Ready', '--timeout=300s'] as const;

/**
 * The failures of nodes, and their ends. Where nodes cannot be stopped they are cordoned at once and tainted after the grace period of the
 * node controller, unless they are back before. Own design.
 */
export function failureSteps(
  clusters: readonly PlannedCluster[],
  { changes }: Timeline,
  { kubeconfig, failures, graceNs }: FailureOptions,
): ReplayStep[] {
  return clusters.flatMap(({ name: cluster, workers }) =>
    workers.flatMap((worker) => {
      if (worker.nodes.length > 1) return [];
      const call = (...args: readonly string[]): ShellCommand => kubectl(kubeconfig, kindContext(cluster), ...args);
      const turns = changes.flatMap((change) => {
        const up = stateOf(change, worker);
        return up === undefined ? [] : [{ atNs: change.atNs, up }];
      });
      return turns.flatMap(({ atNs, up }, index): ReplayStep[] => {
        const step = { atNs, cluster, worker: worker.name };
        if (failures !== 'taint') {
          const after =
            up && failures === 'container' ? [call(...ready, `node/${worker.name}`), ...startedAnew(worker, call)] : [];
          return [{ ...step, does: up ? 'start' : 'stop', after }];
        }
        if (up) return [{ ...step, does: 'return' }];
        const lostNs = atNs + graceNs;
        const isBackBefore = (turns[index + 1]?.atNs ?? Infinity) <= lostNs;
        return [
          { ...step, does: 'cordon' },
          ...(isBackBefore ? [] : [{ ...step, atNs: lostNs, does: 'taint' as const }]),
        ];
      });
    }),
  );
}

const stateOf = ({ nodes }: NetworkChange, worker: PlannedWorker): boolean | undefined =>
  nodes.find(({ node }) => node === worker.nodes[0])?.up;
