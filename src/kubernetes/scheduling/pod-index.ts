import type { AffinityTerm, PodKind, SchedulingPod } from './pod.ts';
import type { Labels } from './selectors.ts';

/** Pods on nodes that no selector can tell apart: same namespace, same labels. */
export interface PodClass {
  readonly namespace: string;
  readonly labels: Labels;
  /** Node slot -> how many are there. */
  readonly bySlot: Map<number, number>;
  /** The same, without pods that are being deleted. */
  readonly stayingBySlot: Map<number, number>;
}

/** A term of affinity that pods on nodes have. */
export interface IndexedTerm {
  readonly term: AffinityTerm;
  /** Node slot -> how many pods there have it. */
  readonly bySlot: Map<number, number>;
}

type TermList = 'requiredAffinity' | 'requiredAntiAffinity' | 'preferredAffinity';

/**
 * The pods on nodes, counted by what other pods' rules can see of them and by the rules that they have themselves, so
 * that matching costs a selector per class and not per pod.
 */
export class PodIndex {
  readonly classes = new Map<string, PodClass>();
  readonly requiredAffinity = new Map<string, IndexedTerm>();
  readonly requiredAntiAffinity = new Map<string, IndexedTerm>();
  readonly preferredAffinity = new Map<string, IndexedTerm>();

  add(pod: SchedulingPod, slot: number): void {
    const { kind } = pod;
    let podClass = this.classes.get(kind.labelsKey);
    if (podClass === undefined) {
      const { namespace, labels } = kind;
      podClass = { namespace, labels, bySlot: new Map(), stayingBySlot: new Map() };
      this.classes.set(kind.labelsKey, podClass);
    }
    change(podClass.bySlot, slot, 1);
    if (!pod.terminating) change(podClass.stayingBySlot, slot, 1);
    this.#changeTerms(kind, slot, 1);
  }

  remove(pod: SchedulingPod, slot: number): void {
    const podClass = this.#classOf(pod);
    change(podClass.bySlot, slot, -1);
    if (!pod.terminating) change(podClass.stayingBySlot, slot, -1);
    if (podClass.bySlot.size === 0) this.classes.delete(pod.kind.labelsKey);
    this.#changeTerms(pod.kind, slot, -1);
  }

  /** The pod stays, but stops counting for topology spread. */
  terminate(pod: SchedulingPod, slot: number): void {
    change(this.#classOf(pod).stayingBySlot, slot, -1);
  }

  #classOf(pod: SchedulingPod): PodClass {
    const podClass = this.classes.get(pod.kind.labelsKey);
    if (podClass === undefined) throw new Error(`pod ${pod.kind.namespace}/${pod.name} is on no node`);
    return podClass;
  }

  #changeTerms(kind: PodKind, slot: number, by: number): void {
    if (kind.requiredAffinity.length > 0) this.#changeList('requiredAffinity', kind, slot, by);
    if (kind.requiredAntiAffinity.length > 0) this.#changeList('requiredAntiAffinity', kind, slot, by);
    if (kind.preferredAffinity.length > 0) this.#changeList('preferredAffinity', kind, slot, by);
  }

  #changeList(list: TermList, kind: PodKind, slot: number, by: number): void {
    const index = this[list];
    for (const term of kind[list]) {
      let indexed = index.get(term.key);
      if (indexed === undefined) index.set(term.key, (indexed = { term, bySlot: new Map() }));
      change(indexed.bySlot, slot, by);
      if (indexed.bySlot.size === 0) index.delete(term.key);
    }
  }
}

function change(counts: Map<number, number>, slot: number, by: number): void {
  const count = (counts.get(slot) ?? 0) + by;
  if (count < 0) throw new Error(`count of pods on node slot ${slot} would be ${count}`);
  if (count === 0) counts.delete(slot);
  else counts.set(slot, count);
}
