import type { Copies, DataAccess } from './dynamics/index.ts';
import type { World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/** The run is over: how fresh each copy of a dataset was, and what services read and wrote. */
export function appendDatasets(
  tables: Pick<Recorder['tables'], 'replicas' | 'data'>,
  { datasets, services, apps, vertices }: Pick<World, 'datasets' | 'services' | 'apps' | 'vertices'>,
  copies: Copies,
  data: DataAccess | undefined,
): void {
  for (const copy of copies.of.flat()) {
    tables.replicas.append({
      dataset: datasets[copy.dataset]!.name,
      place: vertices[copy.vertex]!.name,
      role: copy.isPrimary ? 'primary' : 'replica',
      versions: copy.versions,
      mean_age_ns: copies.meanAgeNs(copy),
      replication_bytes: copy.replicationBytes,
      lost_versions: copy.lost,
    });
  }
  for (const [service, usages] of (data?.usage ?? []).entries()) {
    for (const [index, { reads, writes, failed, bytes, ageSumNs, maxAgeNs }] of usages.entries()) {
      const { name, app, behaviour } = services[service]!;
      tables.data.append({
        dataset: datasets[behaviour.data![index]!.dataset]!.name,
        app: apps[app]!.name,
        service: name,
        reads,
        writes,
        failed,
        bytes,
        mean_age_ns: reads === 0 ? null : ageSumNs / reads,
        max_age_ns: reads === 0 ? null : maxAgeNs,
      });
    }
  }
}
