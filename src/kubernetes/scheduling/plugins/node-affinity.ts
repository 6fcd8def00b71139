import { filterEach, normaliseByHighest, type Plugin, type Rejection } from '../plugin.ts';

const NAME = 'NodeAffinity';
const REFUSAL: Rejection = {
  plugin: NAME,
  resolvable: false,
  reasons: ["node(s) didn't match Pod's node affinity/selector"],
};
const CONFLICT: Rejection = { plugin: NAME, resolvable: false, reasons: ['pod affinity terms conflict'] };

/**
 * Node selector and node affinity: required terms filter, the weights of preferred terms that match add up.
 * Source: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go.
 */
export const nodeAffinity: Plugin = {
  name: NAME,
  preFilter({ pod }) {
    const required = pod.kind.requiredNodeAffinity;
    if (required === undefined) return 'skip';
    if (required.nodeNames === undefined) return 'run';
    return required.nodeNames.size === 0 ? { rejection: CONFLICT } : { nodeNames: required.nodeNames };
  },
  filter: filterEach(({ pod, cache }, slot) => {
    const node = cache.nodeAt(slot);
    return pod.kind.requiredNodeAffinity?.matches(node.labels, node.name) === false ? REFUSAL : undefined;
  }),
  preScore: ({ pod }) => pod.kind.preferredNodeTerms !== undefined,
  score({ pod, cache }, slots, count, scores) {
    const terms = pod.kind.preferredNodeTerms ?? [];
    for (let i = 0; i < count; i++) {
      const node = cache.nodeAt(slots[i]!);
      let sum = 0;
      for (const { weight, term } of terms) if (term.matches(node.labels, node.name)) sum += weight;
      scores[i] = sum;
    }
  },
  normalise: (_cycle, _slots, count, scores) => normaliseByHighest(scores, count, false),
};
