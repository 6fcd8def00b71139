import { type Cycle, filterEach, MAX_NODE_SCORE, type Plugin, type Rejection } from '../plugin.ts';
import type { AffinityTerm } from '../pod.ts';
import { TopologyCounts } from '../topology-counts.ts';

const NAME = 'InterPodAffinity';
const NO_AFFINITY: Rejection = {
  plugin: NAME,
  resolvable: false,
  reasons: ["node(s) didn't match pod affinity rules"],
};
const ANTI_AFFINITY: Rejection = {
  plugin: NAME,
  resolvable: true,
  reasons: ["node(s) didn't match pod anti-affinity rules"],
};
const EXISTING_ANTI_AFFINITY: Rejection = {
  plugin: NAME,
  resolvable: true,
  reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"],
};

export interface InterPodAffinityArgs {
  /** What a required affinity term of a pod on a node is worth, when it speaks about the pod to place. */
  readonly hardPodAffinityWeight?: number;
  /** Whether preferences of pods on nodes are left out for pods that have none themselves. */
  readonly ignorePreferredTermsOfExistingPods?: boolean;
}

/**
 * Affinity and anti-affinity between pods, in both directions: required terms filter, preferred ones add their weights
 * for every pod that matches.
 * Source: pkg/scheduler/framework/plugins/interpodaffinity/filtering.go and scoring.go.
 */
export function interPodAffinity(args: InterPodAffinityArgs = {}): Plugin {
  const { hardPodAffinityWeight = 1, ignorePreferredTermsOfExistingPods = false } = args;
  /** Pods on nodes that refuse this pod, that it wants near, that it refuses. */
  let existingAnti = new TopologyCounts();
  let affinity = new TopologyCounts();
  let anti = new TopologyCounts();
  let scores = new TopologyCounts();

  const refuse = ({ pod, cache }: Cycle, slot: number): Rejection | undefined => {
    const { kind } = pod;
    let near = true;
    for (const { topologyKey } of kind.requiredAffinity) {
      if (cache.topology(topologyKey).values[slot]! < 0) return NO_AFFINITY;
      if (affinity.at(topologyKey, slot) <= 0) near = false;
    }
    // The first pod of a group that wants to be near itself may go anywhere.
    const first =
      !near &&
      affinity.empty &&
      kind.requiredAffinity.every((term) => cache.termMatches(term, kind.namespace, kind.labels));
    if (!near && !first) return NO_AFFINITY;
    for (const { topologyKey } of kind.requiredAntiAffinity) if (anti.at(topologyKey, slot) > 0) return ANTI_AFFINITY;
    return existingAnti.anyAt(slot) ? EXISTING_ANTI_AFFINITY : undefined;
  };

  return {
    name: NAME,
    preFilter(cycle) {
      const { cache, pod } = cycle;
      const { namespace, labels, requiredAffinity, requiredAntiAffinity } = pod.kind;
      existingAnti = new TopologyCounts();
      affinity = new TopologyCounts();
      anti = new TopologyCounts();
      for (const { term, bySlot } of cache.podIndex.requiredAntiAffinity.values()) {
        if (cache.termMatches(term, namespace, labels))
          existingAnti.add(cache.topology(term.topologyKey), term.topologyKey, bySlot, 1);
      }
      if (requiredAffinity.length > 0 || requiredAntiAffinity.length > 0) {
        for (const podClass of cache.podIndex.classes.values()) {
          const matches = (term: AffinityTerm): boolean => cache.termMatches(term, podClass.namespace, podClass.labels);
          // A pod counts as near only where it matches every term.
          if (requiredAffinity.length > 0 && requiredAffinity.every(matches)) {
            for (const { topologyKey } of requiredAffinity) {
              affinity.add(cache.topology(topologyKey), topologyKey, podClass.bySlot, 1);
            }
          }
          for (const term of requiredAntiAffinity) {
            if (matches(term)) anti.add(cache.topology(term.topologyKey), term.topologyKey, podClass.bySlot, 1);
          }
        }
      }
      return existingAnti.empty && requiredAffinity.length === 0 && requiredAntiAffinity.length === 0 ? 'skip' : 'run';
    },
    filter: filterEach(refuse),
    preScore({ pod, cache }) {
      const { namespace, labels, preferredAffinity } = pod.kind;
      scores = new TopologyCounts();
      if (ignorePreferredTermsOfExistingPods && preferredAffinity.length === 0) return false;
      const { podIndex } = cache;
      if (preferredAffinity.length > 0) {
        for (const podClass of podIndex.classes.values()) {
          for (const term of preferredAffinity) {
            if (!cache.termMatches(term, podClass.namespace, podClass.labels)) continue;
            scores.add(cache.topology(term.topologyKey), term.topologyKey, podClass.bySlot, term.weight);
          }
        }
      }
      if (hardPodAffinityWeight > 0) {
        for (const { term, bySlot } of podIndex.requiredAffinity.values()) {
          if (!cache.termMatches(term, namespace, labels)) continue;
          scores.add(cache.topology(term.topologyKey), term.topologyKey, bySlot, hardPodAffinityWeight);
        }
      }
      for (const { term, bySlot } of podIndex.preferredAffinity.values()) {
        if (!cache.termMatches(term, namespace, labels)) continue;
        scores.add(cache.topology(term.topologyKey), term.topologyKey, bySlot, term.weight);
      }
      return !scores.empty;
    },
    score(_cycle, slots, count, raw) {
      scores.sumInto(slots, count, raw);
    },
    normalise(_cycle, _slots, count, raw) {
      let least = Infinity;
      let most = -Infinity;
      for (let i = 0; i < count; i++) {
        least = Math.min(least, raw[i]!);
        most = Math.max(most, raw[i]!);
      }
      const range = most - least;
      for (let i = 0; i < count; i++) {
        raw[i] = range > 0 ? Math.trunc(MAX_NODE_SCORE * ((raw[i]! - least) / range)) : 0;
      }
    },
  };
}
