import type { Topology } from './scheduler-cache.ts';

interface Counts {
  readonly topology: Topology;
  readonly perValue: Float64Array;
}

/** Weighted counts of pods per value of topology labels, for any number of label keys. */
export class TopologyCounts {
  readonly #byKey = new Map<string, Counts>();

  /** Whether no pod on a node that has its term's label was counted. */
  get empty(): boolean {
    return this.#byKey.size === 0;
  }

  /** Counts `bySlot` pods at the value that each node has under `key`; nodes without the label are left out. */
  add(topology: Topology, key: string, bySlot: ReadonlyMap<number, number>, weight: number): void {
    let perValue = this.#byKey.get(key)?.perValue;
    for (const [slot, count] of bySlot) {
      const value = topology.values[slot]!;
      if (value < 0) continue;
      if (perValue === undefined) {
        perValue = new Float64Array(topology.valueCount);
        this.#byKey.set(key, { topology, perValue });
      }
      perValue[value]! += count * weight;
    }
  }

  /** The count at a node's value of the key; 0 where the node lacks the label. */
  at(key: string, slot: number): number {
    const counts = this.#byKey.get(key);
    return counts === undefined ? 0 : countAt(counts, slot);
  }

  /** Whether some key has a positive count at the node. */
  anyAt(slot: number): boolean {
    for (const counts of this.#byKey.values()) if (countAt(counts, slot) > 0) return true;
    return false;
  }

  /** Writes for each node the sum over all keys. */
  sumInto(slots: Int32Array, count: number, sums: Float64Array): void {
    sums.fill(0, 0, count);
    for (const counts of this.#byKey.values()) {
      for (let i = 0; i < count; i++) sums[i]! += countAt(counts, slots[i]!);
    }
  }
}

function countAt({ topology, perValue }: Counts, slot: number): number {
  const value = topology.values[slot]!;
  return value < 0 ? 0 : perValue[value]!;
}
