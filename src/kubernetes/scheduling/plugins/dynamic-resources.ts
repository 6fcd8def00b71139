import type { Plugin } from '../plugin.ts';

const NAME = 'DynamicResources';

/**
 * Dynamic resource allocation in a cluster without ResourceClaims: a pod that refers to one cannot be scheduled, and
 * every node is as good as another for the rest.
 * Source: pkg/scheduler/framework/plugins/dynamicresources/dynamicresources.go `PreFilter`.
 */
export const dynamicResources: Plugin = {
  name: NAME,
  preFilter({ pod }) {
    const [claim] = pod.kind.resourceClaims;
    if (claim === undefined) return 'skip';
    const reasons = [`resourceclaim.resource.k8s.io "${claim}" not found`];
    return { rejection: { plugin: NAME, resolvable: false, reasons } };
  },
  score: (_cycle, _slots, count, scores) => void scores.fill(0, 0, count),
};
