import type { NodeAffinity } from '../../../model/index.ts';
import { filterEach, normaliseByHighest, type Plugin, type Rejection } from '../plugin.ts';
import { compilePreferredNodeTerms } from '../pod.ts';
import { compileRequiredNodeAffinity } from '../selectors.ts';

const NAME = 'NodeAffinity';
const REFUSAL: Rejection = {
  plugin: NAME,
  resolvable: false,
  reasons: ["node(s) didn't match Pod's node affinity/selector"],
};
const ENFORCED: Rejection = {
  plugin: NAME,
  resolvable: false,
  reasons: ["node(s) didn't match scheduler-enforced node affinity"],
};
const CONFLICT: Rejection = { plugin: NAME, resolvable: false, reasons: ['pod affinity terms conflict'] };

/**
 * Node selector and node affinity: required terms filter, the weights of preferred terms that match add up.
 * Source: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go.
 * @param added what the profile demands and prefers for every pod, beside what the pod says itself
 * @throws {RangeError} if it names a field that cannot be matched
 */
export function nodeAffinity(added: NodeAffinity = {}): Plugin {
  const enforced = compileRequiredNodeAffinity({ containers: [], affinity: { nodeAffinity: added } });
  const favoured = compilePreferredNodeTerms(added);
  return {
    name: NAME,
    preFilter({ pod }) {
      const required = pod.kind.requiredNodeAffinity;
      if (required === undefined) return enforced === undefined ? 'skip' : 'run';
      if (required.nodeNames === undefined) return 'run';
      return required.nodeNames.size === 0 ? { rejection: CONFLICT } : { nodeNames: required.nodeNames };
    },
    filter: filterEach(({ pod, cache }, slot) => {
      const { labels, name } = cache.nodeAt(slot);
      if (enforced?.matches(labels, name) === false) return ENFORCED;
      return pod.kind.requiredNodeAffinity?.matches(labels, name) === false ? REFUSAL : undefined;
    }),
    preScore: ({ pod }) => pod.kind.preferredNodeTerms !== undefined || favoured !== undefined,
    score({ pod, cache }, slots, count, scores) {
      const terms = [...(favoured ?? []), ...(pod.kind.preferredNodeTerms ?? [])];
      for (let i = 0; i < count; i++) {
        const node = cache.nodeAt(slots[i]!);
        let sum = 0;
        for (const { weight, term } of terms) if (term.matches(node.labels, node.name)) sum += weight;
        scores[i] = sum;
      }
    },
    normalise: (_cycle, _slots, count, scores) => normaliseByHighest(scores, count, false),
  };
}
