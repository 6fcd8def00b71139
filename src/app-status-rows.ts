import type { AppStatus } from './codeco/index.ts';
import type { World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/** The rows of a status that ACM wrote into a CodecoApp: one of the application, one of each node. */
export function appendAppStatus(
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
