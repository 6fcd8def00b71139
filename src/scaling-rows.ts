import type { Scaling } from './kubernetes/index.ts';
import type { World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/** A row of an autoscaler's change of how many pods a service is to have. */
export function appendScaling(
  table: Recorder['tables']['scalings'],
  { services, apps }: Pick<World, 'services' | 'apps'>,
  timeNs: number,
  { autoscaler, from, to, proposal }: Scaling,
): void {
  const { name, app } = services[autoscaler.target]!;
  table.append({
    time_ns: timeNs,
    autoscaler: autoscaler.name,
    app: apps[app]!.name,
    service: name,
    from_pods: from,
    to_pods: to,
    proposed_pods: proposal?.replicas ?? null,
    metric_value: proposal?.value ?? null,
  });
}
