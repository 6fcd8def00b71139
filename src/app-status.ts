import { Acm, type AppStatus, type NodeObserver } from './codeco/index.ts';
import type { Compute, Requests } from './dynamics/index.ts';
import type { Kernel } from './kernel/index.ts';
import type { Pod } from './kubernetes/index.ts';
import { memoryInUse, type PodId, type World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/** What ACM reads. */
export interface StatusSources {
  readonly pods: () => readonly Pod[];
  readonly compute: Pick<Compute, 'podUsage'>;
  readonly requests: Pick<Requests, 'load'>;
  readonly observer: Pick<NodeObserver, 'metrics'>;
}

/** Has ACM reconcile the CodecoApps of a world, and writes the rows of their statuses. */
export function keepAppStatus(
  kernel: Kernel,
  world: World,
  { tables }: Pick<Recorder, 'tables'>,
  { pods, compute, requests, observer }: StatusSources,
): void {
  const sources = {
    pods,
    podUsedMillicoreNs: (pod: PodId) => compute.podUsage(pod),
    podMemoryBytes: ({ id, service }: Pod) => memoryInUse(world.services[service]!, requests.load.inHand(id)),
    nodeMetrics: () => observer.metrics,
  };
  new Acm(kernel, world, sources, (status) => appendAppStatus(tables, world, kernel.now, status));
}

/** The rows of a status that ACM wrote into a CodecoApp: one of the application, one of each node. */
function appendAppStatus(
  tables: Pick<Recorder['tables'], 'app_status' | 'node_status'>,
  { apps, nodes }: Pick<World, 'apps' | 'nodes'>,
  timeNs: number,
  { app, phase, status, pods, ready, averageCpuCores, averageMemoryBytes, nodes: ofNodes }: AppStatus,
): void {
  const { name } = apps[app]!;
  tables.app_status.append({
    time_ns: timeNs,
    app: name,
    phase,
    status,
    pods,
    ready_pods: ready,
    average_cpu_cores: averageCpuCores,
    average_memory_bytes: averageMemoryBytes ?? null,
  });
  for (const [node, of] of ofNodes.entries()) {
    tables.node_status.append({
      time_ns: timeNs,
      app: name,
      node: nodes[node]!.name,
      average_cpu_share: of.averageCpuShare,
      average_memory_bytes: of.averageMemoryBytes,
      average_failures: of.averageFailures,
      average_energy_j: of.averageEnergyJ,
    });
  }
}
