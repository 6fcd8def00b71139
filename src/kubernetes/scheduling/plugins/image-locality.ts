import type { ImageState } from '../node-info.ts';
import { MAX_NODE_SCORE, type Plugin } from '../plugin.ts';

const MIB = 1024 * 1024;
/** Images smaller than this in sum, and larger than the other for each container, make no further difference. */
const LEAST_BYTES = 23 * MIB;
const MOST_BYTES_PER_CONTAINER = 1000 * MIB;

/**
 * Prefers nodes that have the pod's images, by their size and by how many nodes have them.
 * Source: pkg/scheduler/framework/plugins/imagelocality/image_locality.go.
 */
export const imageLocality: Plugin = {
  name: 'ImageLocality',
  score({ pod, cache }, slots, count, scores) {
    const { images, containerCount } = pod.kind;
    const states: ImageState[] = [];
    const bytes: number[] = [];
    for (const name of images) {
      const state = cache.image(name);
      if (state === undefined) continue;
      states.push(state);
      bytes.push(Math.trunc(state.sizeBytes * (state.slots.size / cache.nodeCount)));
    }
    const most = MOST_BYTES_PER_CONTAINER * containerCount;
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let k = 0; k < states.length; k++) if (states[k]!.slots.has(slots[i]!)) sum += bytes[k]!;
      const within = Math.min(Math.max(sum, LEAST_BYTES), most);
      scores[i] = Math.floor((MAX_NODE_SCORE * (within - LEAST_BYTES)) / (most - LEAST_BYTES));
    }
  },
};
