import type { V1Pod } from '@kubernetes/client-node';
import type { World } from '../../model/index.ts';
import { SERVICE_LABEL, serviceLabel } from '../carriers.ts';
import type { ReplayedCluster } from '../observer.ts';
import type { Naming } from './cluster-record.ts';

/** In a replay: the scenario's own names, and nothing of what the clusters run beside it. */
export function namesOfReplay(world: World, clusters: readonly ReplayedCluster[]): Naming {
  const services = new Map(
    world.services.map((service) => [
      serviceLabel(world.apps[service.app]!, service),
      { app: world.apps[service.app]!.name, service: service.name },
    ]),
  );
  const nodes = new Map(clusters.flatMap((cluster) => [...cluster.nodes]));
  return {
    place(name) {
      const first = nodes.get(name)?.[0];
      if (first === undefined) return undefined;
      const { name: node, cluster } = world.nodes[first]!;
      return { node, cluster: world.clusters[cluster]!.name };
    },
    belonging: ({ metadata }) => services.get(metadata?.labels?.[SERVICE_LABEL] ?? ''),
  };
}

/**
 * Of any cluster: its namespaces as applications and its controllers as services, as an import of it has them.
 * @param cluster name of the one cluster
 */
export function namesOfCluster(cluster: string): Naming {
  return {
    place: (node) => ({ node, cluster }),
    belonging: (pod) => ({ app: pod.metadata!.namespace ?? 'default', service: controllerOf(pod) }),
  };
}

/** Name of the Deployment, or of whatever else keeps the pod; its own where nothing does. */
function controllerOf({ metadata }: V1Pod): string {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined || owner.kind === 'DaemonSet' || owner.kind === 'Job') return metadata!.name!;
  const hash = metadata?.labels?.['pod-template-hash'];
  const suffix = `-${hash}`;
  return hash !== undefined && owner.name.endsWith(suffix) ? owner.name.slice(0, -suffix.length) : owner.name;
}
