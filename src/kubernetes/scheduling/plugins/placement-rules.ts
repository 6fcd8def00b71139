import { filterEach, type Plugin } from '../plugin.ts';

/**
 * Refuses nodes by rules that are not Kubernetes' own: those of whoever governs the cluster, as `SchedulerCache` holds them.
 * A node that is refused by them stays so, whoever is evicted from it. Own design; kube-scheduler has no such plugin.
 */
export const placementRules: Plugin = {
  name: 'PlacementRules',
  preFilter: ({ pod, cache }) => (cache.placementRules?.(pod) === undefined ? 'skip' : 'run'),
  filter: filterEach(({ pod, cache }, slot) => {
    const alike = (): number => cache.podIndex.classes.get(pod.kind.labelsKey)?.stayingBySlot.get(slot) ?? 0;
    const reason = cache.placementRules?.(pod)?.(cache.nodeAt(slot), alike);
    return reason === undefined ? undefined : { plugin: 'PlacementRules', resolvable: false, reasons: [reason] };
  }),
};
