import type { ServiceTallies } from './dynamics/index.ts';
import type { World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/**
 * A row for each service of what its pods have done.
 * @param failedAt by service: the requests that failed there first
 */
export function appendServices(
  table: Recorder['tables']['services'],
  { services, apps, durationNs }: Pick<World, 'services' | 'apps' | 'durationNs'>,
  { visits, queueNs, cpuNs, refused }: ServiceTallies,
  failedAt: Float64Array,
): void {
  for (const [id, { name, app }] of services.entries()) {
    const count = visits[id]!;
    table.append({
      app: apps[app]!.name,
      service: name,
      visits: count,
      queue_mean_ns: count === 0 ? null : queueNs[id]! / count,
      cpu_mean_ns: count === 0 ? null : cpuNs[id]! / count,
      mean_present: (queueNs[id]! + cpuNs[id]!) / durationNs,
      refused: refused[id]!,
      requests_failed: failedAt[id]!,
    });
  }
}
