import { pow } from '../../kernel/index.ts';
import { isAsSecure, type AppId, type NodeId, type World } from '../../model/index.ts';

/** What MDM says of a node for an application; each from 0 (worst) to 1, without a unit. */
export interface DataQuality {
  readonly freshness: number;
  readonly compliance: number;
  readonly portability: number;
}

/** CPU and memory: what is asked for, or what is free. */
export interface Room {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}

/**
 * How fresh the data that an application reads are at a node: the mean over its datasets of 2^(−age / half-life), so that data
 * of this moment count 1 and data of one half-life a half. Own design: CODECO's metrics name the "healthiness of the node
 * based on data freshness", and no formula.
 * @param agesNs by dataset, the age of the freshest copy in the node's cluster; undefined where there is none, which counts 0
 * @returns 1 where it reads no data: no node is better for it than another
 */
export function freshness(agesNs: readonly (number | undefined)[], halfLifeNs: number): number {
  if (agesNs.length === 0) return 1;
  const values = agesNs.map((ageNs) => (ageNs === undefined ? 0 : pow(2, -ageNs / halfLifeNs)));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Share of what is asked of a node for an application that the node keeps to. Asked is the securityClass of its CodecoApp,
 * where stated, and for each dataset of a compliance class that its services read or write, that the node's cluster is of
 * that class. Own design, after the share of controls passed that a scanner such as Kubescape reports; CODECO's metrics
 * name the "compliance to application requirements", and no formula.
 * @returns 1 where nothing is asked
 */
export function compliance(
  { apps, services, datasets, nodes }: Pick<World, 'apps' | 'services' | 'datasets' | 'nodes'>,
  app: AppId,
  node: NodeId,
): number {
  const { source, services: own } = apps[app]!;
  const { cluster, security = 'None' } = nodes[node]!;
  const kept: boolean[] = [];
  const needed = source.kind === 'CodecoApp' ? (source.spec.securityClass ?? '') : '';
  if (needed !== '') kept.push(isAsSecure(security, needed));
  const used = new Set(
    own.flatMap((service) => (services[service]!.behaviour.data ?? []).map(({ dataset }) => dataset)),
  );
  for (const dataset of used) {
    const { allowedClusters } = datasets[dataset]!;
    if (allowedClusters !== undefined) kept.push(allowedClusters.includes(cluster));
  }
  return kept.length === 0 ? 1 : kept.filter(Boolean).length / kept.length;
}

/**
 * Share of an application's services of which one more pod finds the CPU and memory free on a node that it asks for. Own
 * design: CODECO's metrics name the "portability level for a specific application", and no formula.
 * @returns 1 where it has no services
 */
export function portability(asked: readonly Room[], free: Room): number {
  if (asked.length === 0) return 1;
  const fits = ({ cpuMillicores, memoryBytes }: Room): boolean =>
    cpuMillicores <= free.cpuMillicores && memoryBytes <= free.memoryBytes;
  return asked.filter(fits).length / asked.length;
}
