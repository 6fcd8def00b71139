import { filterEach, normaliseByHighest, type Plugin, type Rejection } from '../plugin.ts';
import { hasUntoleratedTaint, tolerates } from '../tolerations.ts';

const NAME = 'TaintToleration';
const REFUSAL: Rejection = { plugin: NAME, resolvable: false, reasons: ['node(s) had untolerated taint(s)'] };

/**
 * Keeps pods off nodes with taints that they do not tolerate, and prefers nodes with few PreferNoSchedule taints that
 * they do not tolerate.
 * Source: pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go.
 */
export const taintToleration: Plugin = {
  name: NAME,
  filter: filterEach(({ pod, cache }, slot) => {
    const { taints } = cache.nodeAt(slot);
    return taints.length > 0 && hasUntoleratedTaint(taints, pod.kind.tolerations) ? REFUSAL : undefined;
  }),
  score({ pod, cache }, slots, count, scores) {
    for (let i = 0; i < count; i++) {
      let untolerated = 0;
      for (const taint of cache.nodeAt(slots[i]!).taints) {
        if (taint.effect !== 'PreferNoSchedule') continue;
        if (!pod.kind.tolerations.some((toleration) => tolerates(toleration, taint))) untolerated++;
      }
      scores[i] = untolerated;
    }
  },
  normalise: (_cycle, _slots, count, scores) => normaliseByHighest(scores, count, true),
};
