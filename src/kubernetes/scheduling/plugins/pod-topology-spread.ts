import { log } from '../../../kernel/index.ts';
import type { TopologySpreadConstraint } from '../../../model/index.ts';
import { type Cycle, filterEach, MAX_NODE_SCORE, type Plugin, type Rejection } from '../plugin.ts';
import { spreadConstraints, type SpreadConstraint } from '../pod.ts';
import type { Topology } from '../scheduler-cache.ts';
import { nothing } from '../selectors.ts';
import { hasUntoleratedTaint } from '../tolerations.ts';

const NAME = 'PodTopologySpread';
const HOSTNAME = 'kubernetes.io/hostname';
const SKEWED: Rejection = {
  plugin: NAME,
  resolvable: true,
  reasons: ["node(s) didn't match pod topology spread constraints"],
};
const UNLABELLED: Rejection = {
  plugin: NAME,
  resolvable: false,
  reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
};

/** What applies to pods without constraints of their own that a Service or a controller selects. */
const SYSTEM_DEFAULTS: readonly SpreadConstraint[] = [
  {
    topologyKey: HOSTNAME,
    maxSkew: 3,
    minDomains: 1,
    selector: nothing,
    honorsNodeAffinity: true,
    honorsTaints: false,
  },
  {
    topologyKey: 'topology.kubernetes.io/zone',
    maxSkew: 5,
    minDomains: 1,
    selector: nothing,
    honorsNodeAffinity: true,
    honorsTaints: false,
  },
];

interface HardConstraint {
  readonly constraint: SpreadConstraint;
  readonly topology: Topology;
  /** Pods per topology value. */
  readonly counts: Float64Array;
  readonly selfMatches: 0 | 1;
  /** The count of the emptiest domain, 0 where there are fewer domains than asked for. */
  readonly least: number;
}

interface SoftConstraint {
  readonly constraint: SpreadConstraint;
  readonly topology: Topology;
  /** Pods per topology value, or per node slot for the host name. */
  readonly counts: Float64Array;
  readonly perNode: boolean;
  readonly weight: number;
}

/**
 * Spreads pods that a selector groups over zones, nodes or any other label: hard constraints filter by skew, soft ones
 * score by how many are in a domain already.
 * Source: pkg/scheduler/framework/plugins/podtopologyspread/filtering.go and scoring.go; defaults in plugin.go.
 * @param listed what holds, in place of the system's defaults, for pods that state no constraints themselves
 */
export function podTopologySpread(listed?: readonly TopologySpreadConstraint[]): Plugin {
  const defaults =
    listed === undefined
      ? { hard: [], soft: SYSTEM_DEFAULTS }
      : (spreadConstraints({ topologySpreadConstraints: listed }, new Map()) ?? { hard: [], soft: [] });
  const constraintsOf = ({ cache, pod }: Cycle, strength: 'hard' | 'soft'): readonly SpreadConstraint[] => {
    const { kind } = pod;
    if (kind.spread !== undefined) return kind.spread[strength];
    if (defaults[strength].length === 0) return [];
    const selector = cache.groupSelector(kind);
    return selector.empty ? [] : defaults[strength].map((each) => ({ ...each, selector }));
  };
  let hard: HardConstraint[] = [];
  let soft: SoftConstraint[] = [];
  /** Whether nodes that lack one of the labels get no score, instead of being scored by the labels that they have. */
  let needsAllLabels = true;

  return {
    name: NAME,
    preFilter(cycle) {
      const constraints = constraintsOf(cycle, 'hard');
      hard = constraints.map((constraint) => countHard(cycle, constraint, constraints));
      return hard.length === 0 ? 'skip' : 'run';
    },
    filter: filterEach((_cycle, slot) => {
      for (const { constraint, topology, counts, selfMatches, least } of hard) {
        const value = topology.values[slot]!;
        if (value < 0) return UNLABELLED;
        if (counts[value]! + selfMatches - least > constraint.maxSkew) return SKEWED;
      }
      return undefined;
    }),
    preScore(cycle, slots, count) {
      needsAllLabels = cycle.pod.kind.spread !== undefined || listed !== undefined;
      soft = countSoft(cycle, constraintsOf(cycle, 'soft'), needsAllLabels, slots, count);
      return soft.length > 0;
    },
    score(_cycle, slots, count, scores) {
      for (let i = 0; i < count; i++) {
        const slot = slots[i]!;
        let score = 0;
        if (!needsAllLabels || hasAllLabels(soft, slot)) {
          for (const { constraint, topology, counts, perNode, weight } of soft) {
            const value = topology.values[slot]!;
            if (value >= 0) score += counts[perNode ? slot : value]! * weight + (constraint.maxSkew - 1);
          }
        }
        scores[i] = Math.round(score);
      }
    },
    normalise(_cycle, slots, count, scores) {
      const ignored = (i: number): boolean => needsAllLabels && !hasAllLabels(soft, slots[i]!);
      let least = Infinity;
      let most = 0;
      for (let i = 0; i < count; i++) {
        if (ignored(i)) continue;
        least = Math.min(least, scores[i]!);
        most = Math.max(most, scores[i]!);
      }
      for (let i = 0; i < count; i++) {
        if (ignored(i)) scores[i] = 0;
        else if (most === 0) scores[i] = MAX_NODE_SCORE;
        else scores[i] = Math.floor((MAX_NODE_SCORE * (most + least - scores[i]!)) / most);
      }
    },
  };
}

function countHard(cycle: Cycle, constraint: SpreadConstraint, all: readonly SpreadConstraint[]): HardConstraint {
  const { cache, pod } = cycle;
  const topology = cache.topology(constraint.topologyKey);
  const topologies = all.map(({ topologyKey }) => cache.topology(topologyKey));
  const eligible = eligibility(cycle, constraint);
  const counts = new Float64Array(topology.valueCount);
  const isDomain = new Uint8Array(topology.valueCount);
  let domains = 0;
  for (const { slot } of cache.nodes) {
    if (!topologies.every(({ values }) => values[slot]! >= 0) || !eligible(slot)) continue;
    const value = topology.values[slot]!;
    if (isDomain[value] === 1) continue;
    isDomain[value] = 1;
    domains++;
  }
  forEachMatch(cycle, constraint, (slot, pods) => {
    if (topologies.every(({ values }) => values[slot]! >= 0) && eligible(slot)) counts[topology.values[slot]!]! += pods;
  });
  let least = Infinity;
  for (let value = 0; value < isDomain.length; value++)
    if (isDomain[value] === 1) least = Math.min(least, counts[value]!);
  return {
    constraint,
    topology,
    counts,
    selfMatches: constraint.selector.matches(pod.kind.labels) ? 1 : 0,
    least: domains < constraint.minDomains || domains === 0 ? 0 : least,
  };
}

function countSoft(
  cycle: Cycle,
  constraints: readonly SpreadConstraint[],
  needsAllLabels: boolean,
  slots: Int32Array,
  count: number,
): SoftConstraint[] {
  const { cache } = cycle;
  const topologies = constraints.map(({ topologyKey }) => cache.topology(topologyKey));
  const labelled = (slot: number): boolean => topologies.every(({ values }) => values[slot]! >= 0);
  return constraints.map((constraint, c) => {
    const topology = topologies[c]!;
    if (constraint.topologyKey === HOSTNAME) {
      let scored = count;
      if (needsAllLabels) for (let i = 0; i < count; i++) if (!labelled(slots[i]!)) scored--;
      const counts = new Float64Array(cache.slotCount);
      forEachMatch(cycle, constraint, (slot, pods) => void (counts[slot]! += pods));
      return { constraint, topology, counts, perNode: true, weight: domainWeight(scored) };
    }
    // Domains are those of the nodes to be scored; lacking the label is one of its own where that is allowed.
    const isDomain = new Uint8Array(topology.valueCount + 1);
    let domains = 0;
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!;
      if (needsAllLabels && !labelled(slot)) continue;
      const value = topology.values[slot]! + 1;
      if (isDomain[value] === 1) continue;
      isDomain[value] = 1;
      domains++;
    }
    const counts = new Float64Array(topology.valueCount);
    const eligible = eligibility(cycle, constraint);
    forEachMatch(cycle, constraint, (slot, pods) => {
      const value = topology.values[slot]!;
      if (value < 0 || isDomain[value + 1] === 0 || (needsAllLabels && !labelled(slot)) || !eligible(slot)) return;
      counts[value]! += pods;
    });
    return { constraint, topology, counts, perNode: false, weight: domainWeight(domains) };
  });
}

/** Visits the nodes with pods that a constraint groups. A selector without requirements groups none. */
function forEachMatch(
  { cache, pod }: Cycle,
  { selector }: SpreadConstraint,
  visit: (slot: number, pods: number) => void,
): void {
  if (selector.empty || selector === nothing) return;
  for (const podClass of cache.podIndex.classes.values()) {
    if (podClass.namespace !== pod.kind.namespace || !selector.matches(podClass.labels)) continue;
    for (const [slot, pods] of podClass.stayingBySlot) visit(slot, pods);
  }
}

/** Which nodes count towards a constraint: those that the pod could be on, by its policies. */
function eligibility({ cache, pod }: Cycle, constraint: SpreadConstraint): (slot: number) => boolean {
  const { requiredNodeAffinity, tolerations } = pod.kind;
  const affinity = constraint.honorsNodeAffinity ? requiredNodeAffinity : undefined;
  if (affinity === undefined && !constraint.honorsTaints) return () => true;
  return (slot) => {
    const node = cache.nodeAt(slot);
    if (affinity !== undefined && !affinity.matches(node.labels, node.name)) return false;
    return !constraint.honorsTaints || !hasUntoleratedTaint(node.taints, tolerations);
  };
}

function hasAllLabels(constraints: readonly SoftConstraint[], slot: number): boolean {
  for (const { topology } of constraints) if (topology.values[slot]! < 0) return false;
  return true;
}

/** Evens out that the pods of a topology with many domains are few in each: `topologyNormalizingWeight`. */
function domainWeight(domains: number): number {
  return log(domains + 2);
}
