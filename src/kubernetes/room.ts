import type { NodeId, ServiceId } from '../model/index.ts';
import type { ClusterState } from './cluster-state.ts';
import type { Endpoints } from './endpoints.ts';
import { WhatIf } from './node-autoscaling/index.ts';

/** What a cluster has to give to an application. */
export interface Room {
  /** Pods that the application is to have. */
  readonly pods: number;
  /** Of these, pods that have no node and would find none. */
  readonly lacking: number;
  /** Millicores that are asked of the cluster's ready nodes once the application has what it can get. */
  readonly requestedMillicores: number;
  /** Millicores that those nodes can give. */
  readonly readyMillicores: number;
}

/**
 * How much of an application its cluster's nodes could take, as the control plane knows them: the pods without a ready node are
 * tried by kube-scheduler's filters, and by the rules of policies, largest first on the first node that takes them. Nothing is
 * changed. Pods of other applications that wait too are not counted. Own design.
 * @param replicas how many pods a service is to have
 */
export function roomFor(
  state: ClusterState,
  services: readonly ServiceId[],
  replicas: (service: ServiceId) => number,
): Room {
  // the list has holes where nodes are of other clusters
  const ready = new Set(state.nodes.filter(({ isThere, ready: condition }) => isThere && condition === 'True'));
  const isReady = (node: NodeId | undefined): boolean => node !== undefined && ready.has(state.nodes[node]!);
  const standIns = [];
  let pods = 0;
  for (const service of services) {
    const active = [...state.podsOf(service)].filter(({ phase }) => phase !== 'terminating');
    pods += replicas(service);
    for (let placed = active.filter(({ node }) => isReady(node)).length; placed < replicas(service); placed++)
      standIns.push(state.standIn({ service, name: 'room' }));
  }
  standIns.sort((a, b) => b.kind.requests.declared.cpuMillicores - a.kind.requests.declared.cpuMillicores);
  const whatIf = new WhatIf(state.cache);
  const infos = Array.from(ready, ({ info }) => info);
  let lacking = 0;
  for (const standIn of standIns) if (whatIf.placeFirst(standIn, infos) === undefined) lacking++;
  const { allocatableCpuMillicores, requestedCpuMillicores } = state.cache.columns;
  const room = {
    pods,
    lacking,
    requestedMillicores: infos.reduce((sum, { slot }) => sum + requestedCpuMillicores[slot]!, 0),
    readyMillicores: infos.reduce((sum, { slot }) => sum + allocatableCpuMillicores[slot]!, 0),
  };
  whatIf.revert(0);
  return room;
}

/** The least share of its pods that a service of an application has ready on a cluster, 0 to 1, as the cluster knows it. */
export function readyShare(
  state: ClusterState,
  endpoints: Pick<Endpoints, 'has'>,
  services: readonly ServiceId[],
  replicas: (service: ServiceId) => number,
): number {
  let least = 1;
  for (const service of services) {
    const wanted = replicas(service);
    if (wanted === 0) continue;
    let ready = 0;
    for (const { id } of state.podsOf(service)) if (endpoints.has(service, id)) ready++;
    least = Math.min(least, ready / wanted);
  }
  return least;
}
