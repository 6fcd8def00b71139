import type { AppStatus } from './codeco/index.ts';
import type { World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/** A row of the status that ACM wrote into a CodecoApp. */
export function appendAppStatus(
  table: Recorder['tables']['app_status'],
  { apps }: Pick<World, 'apps'>,
  timeNs: number,
  { app, phase, status, pods, ready, averageCpuCores }: AppStatus,
): void {
  table.append({
    time_ns: timeNs,
    app: apps[app]!.name,
    phase,
    status,
    pods,
    ready_pods: ready,
    average_cpu_cores: averageCpuCores,
  });
}
