import { durationSampler, type DurationSampler } from '../../dynamics/index.ts';
import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import type { NodeAutoscaling, NodeGroup, NodeId, World } from '../../model/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { DrainManner, Drains } from '../drains.ts';
import type { Pod } from '../pods.ts';
import type { NodeInfo } from '../scheduling/index.ts';
import { estimateNodes } from './estimator.ts';
import { chooseOption, type Option } from './expander.ts';
import { WhatIf } from './what-if.ts';

/** Pods younger than this are waited for: more may come. Source: core/static_autoscaler.go, unschedulablePodTimeBuffer. */
const YOUNG_NS = 2e9;
/** Pods of a lower priority wait without effect: --expendable-pods-priority-cutoff. */
const PRIORITY_CUTOFF = -10;
/** A node that could not be emptied in the simulation is tried again after this: --unremovable-node-recheck-timeout. */
const RECHECK_NS = 300e9;
/** After a node could not be emptied: --scale-down-delay-after-failure. */
const DELAY_AFTER_FAILURE_NS = 180e9;
/** Nodes that are removed at a time, and of these such that have to be emptied: --max-scale-down-parallelism, --max-drain-parallelism. */
const MOST_REMOVALS = 10;
const MOST_DRAINS = 1;
/** Source: core/scaledown/actuation/drain.go: EvictionRetryTime, and 5 s between two looks; --max-pod-eviction-time. */
const DRAIN: DrainManner = { force: false, retryNs: 10e9, pollNs: 5e9, patienceNs: 120e9 };

/** What the autoscaler has others do. */
export interface NodeOrders {
  /** A node that was ordered is there from now on, and joins its cluster; or is handed back. */
  setProvisioned(node: NodeId, isThere: boolean): void;
  /** A node is about to be removed and takes no new pods, or stays after all. */
  setDoomed(node: NodeId, isDoomed: boolean): void;
  /** A node leaves its cluster, with whatever still is on it. */
  leave(node: NodeId): void;
  /** Pods that the budgets let go of, of these; undefined where one of them blocks it. */
  mayAllEvict(pods: readonly Pod[]): boolean;
  /** Told of each step, for the record. */
  noted(node: NodeId, event: 'ordered' | 'removing' | 'removal-failed'): void;
}

type Phase = 'absent' | 'coming' | 'there' | 'leaving';

interface Group {
  readonly published: NodeGroup;
  readonly provisioning: DurationSampler;
}

/**
 * Kubernetes' cluster-autoscaler over the node groups of a cluster. At each look it places the pods that found no node on
 * the nodes that are there or on their way; for those that remain it works out how many nodes of each group would help
 * (`estimateNodes`), lets the expander choose a group, and orders the nodes. Otherwise it looks for nodes that are not
 * needed: less than the threshold of CPU and of memory requested, and room elsewhere for all of their pods, which their
 * budgets must let go. One that stays unneeded for long enough is removed: empty ones at once, others are emptied first.
 * Source: Kubernetes cluster-autoscaler (FAQ; core/static_autoscaler.go, core/scaleup/orchestrator, core/scaledown), with the
 * default flags where a scenario cannot state them.
 *
 * Left out: max-node-provision-time and back-off after orders that fail, as orders never fail here; removal of nodes that
 * are not ready; the soft taint on candidates; scale-down's limits on how many nodes are looked at. Nodes go in the order
 * of their group, where cluster-autoscaler goes through a map (own design). A node that is handed back is gone at once.
 */
export class ClusterAutoscaler {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #state: ClusterState;
  readonly #settings: NodeAutoscaling;
  readonly #drains: Drains;
  readonly #orders: NodeOrders;
  readonly #groups: readonly Group[];
  readonly #phases = new Map<NodeId, Phase>();
  /** By node, since which look without a break it has been unneeded. */
  #unneededNs = new Map<NodeId, number>();
  readonly #recheckNs = new Map<NodeId, number>();
  #lastOrderNs = -Infinity;
  #lastFailureNs = -Infinity;
  readonly #scan: HandlerId;
  readonly #arrive: HandlerId;

  /** @param groups those of `settings` whose nodes are of this cluster state */
  constructor(
    kernel: Kernel,
    world: World,
    state: ClusterState,
    settings: NodeAutoscaling,
    drains: Drains,
    orders: NodeOrders,
  ) {
    this.#kernel = kernel;
    this.#world = world;
    this.#state = state;
    this.#settings = settings;
    this.#drains = drains;
    this.#orders = orders;
    this.#groups = settings.groups.map((published) => ({
      published,
      provisioning: durationSampler(published.provisioning),
    }));
    for (const { nodes, initial } of settings.groups)
      for (const [index, node] of nodes.entries()) this.#phases.set(node, index < initial ? 'there' : 'absent');
    this.#scan = kernel.on('kubernetes.cluster-autoscaler', () => this.#look());
    this.#arrive = kernel.on('kubernetes.node-provisioned', (node) => this.#arrived(node as NodeId));
  }

  /** Looks for the first time after one interval. */
  start(): void {
    this.#kernel.after(this.#settings.scanIntervalNs, this.#scan);
  }

  #look(): void {
    this.#kernel.after(this.#settings.scanIntervalNs, this.#scan);
    const whatIf = new WhatIf(this.#state.cache);
    const outcome = this.#scaleUp(whatIf);
    if (outcome !== 'ordered' && this.#settings.scaleDown) this.#scaleDown(whatIf, outcome === 'waiting');
    whatIf.revert(0);
  }

  #nodesIn(phase: Phase, group: NodeGroup): NodeId[] {
    return group.nodes.filter((node) => this.#phases.get(node) === phase);
  }

  /** Nodes that a group has or will have. */
  #size(group: NodeGroup): number {
    return group.nodes.length - this.#nodesIn('absent', group).length;
  }

  /** @returns `waiting` where pods are so young that others may follow: then no node is removed either */
  #scaleUp(whatIf: WhatIf): 'ordered' | 'waiting' | undefined {
    const coming = this.#groups.flatMap(({ published }) => this.#nodesIn('coming', published));
    for (const node of coming) whatIf.addNode(this.#state.describe(node));
    const left = this.#waiting().filter(
      (pod) => whatIf.placeFirst(this.#state.schedulingPod(pod), whatIf.cache.nodes) === undefined,
    );
    if (left.length === 0) return undefined;
    const now = this.#kernel.now;
    if (left.every(({ createdNs }) => now - createdNs < YOUNG_NS)) return 'waiting';
    const pods = left.sort((a, b) => a.id - b.id).map((pod) => this.#state.schedulingPod(pod));
    const options: Option[] = [];
    for (const { published: group } of this.#groups) {
      const absent = this.#nodesIn('absent', group).map((node) => this.#state.describe(node));
      const estimate = estimateNodes(whatIf, pods, absent);
      if (estimate.nodes > 0) options.push({ ...estimate, group, allocatable: absent[0]!.allocatable });
    }
    const chosen = chooseOption(
      this.#settings.expander,
      options,
      this.#kernel.streams.get('cluster-autoscaler/expander'),
    );
    if (chosen === undefined) return undefined;
    for (const node of this.#nodesIn('absent', chosen.group).slice(0, chosen.nodes)) this.#order(node);
    this.#lastOrderNs = now;
    return 'ordered';
  }

  /** Pods that were tried in vain, those of the highest priority first. */
  #waiting(): Pod[] {
    const waiting: Pod[] = [];
    for (let service = 0; service < this.#world.services.length; service++) {
      for (const pod of this.#state.podsOf(service as Pod['service'])) {
        if (pod.phase !== 'pending' || pod.attempts === 0) continue;
        const { nominatedNode, kind } = this.#state.schedulingPod(pod);
        // of one that waits for the end of others on a node the room is there already
        if (nominatedNode === undefined && kind.priority >= PRIORITY_CUTOFF) waiting.push(pod);
      }
    }
    const priority = ({ service }: Pod): number => this.#state.kind(service).priority;
    return waiting.sort((a, b) => priority(b) - priority(a) || a.id - b.id);
  }

  #order(node: NodeId): void {
    const group = this.#groups.find(({ published }) => published.nodes.includes(node))!;
    const stream = this.#kernel.streams.get(`node/${this.#world.nodes[node]!.name}/provisioning`);
    this.#phases.set(node, 'coming');
    this.#orders.noted(node, 'ordered');
    this.#kernel.after(Math.ceil(group.provisioning(stream)) as Nanoseconds, this.#arrive, node);
  }

  #arrived(node: NodeId): void {
    this.#phases.set(node, 'there');
    this.#orders.setProvisioned(node, true);
  }

  #scaleDown(whatIf: WhatIf, isHeld: boolean): void {
    const { scaleDownDelayAfterAddNs, scaleDownUnneededNs } = this.#settings;
    const now = this.#kernel.now;
    const unneeded = this.#findUnneeded(whatIf);
    this.#unneededNs = new Map([...unneeded.keys()].map((node) => [node, this.#unneededNs.get(node) ?? now]));
    // what is removed from here on changes the cluster itself
    whatIf.revert(0);
    const isCooling =
      now < this.#lastOrderNs + scaleDownDelayAfterAddNs || now < this.#lastFailureNs + DELAY_AFTER_FAILURE_NS;
    if (isHeld || isCooling) return;
    const due = [...unneeded].filter(([node]) => now - this.#unneededNs.get(node)! > scaleDownUnneededNs);
    const leaving = this.#groups.flatMap(({ published }) => this.#nodesIn('leaving', published)).length;
    let room = MOST_REMOVALS - leaving;
    let drains = MOST_DRAINS - leaving;
    for (const [node] of [...due.filter(([, isEmpty]) => isEmpty), ...due.filter(([, isEmpty]) => !isEmpty)]) {
      const isEmpty = unneeded.get(node)!;
      if (room <= 0 || (!isEmpty && drains <= 0) || this.#isAtMinimum(node)) continue;
      room--;
      if (!isEmpty) drains--;
      this.#remove(node);
    }
  }

  #isAtMinimum(node: NodeId): boolean {
    const { published } = this.#groups.find(({ published: { nodes } }) => nodes.includes(node))!;
    return this.#size(published) - this.#nodesIn('leaving', published).length <= published.min;
  }

  /** Nodes that could go, one after the other with those before them, and whether each is empty. */
  #findUnneeded(whatIf: WhatIf): Map<NodeId, boolean> {
    const unneeded = new Map<NodeId, boolean>();
    const now = this.#kernel.now;
    const destinations = new Set<NodeInfo>();
    for (const { info, isThere, doomed, ready } of this.#state.nodes)
      if (isThere && !doomed && ready === 'True') destinations.add(info);
    for (const { published } of this.#groups) {
      for (const node of this.#nodesIn('there', published)) {
        const { info, isThere, ready, pods } = this.#state.nodes[node]!;
        if (!isThere || ready !== 'True' || this.#isAtMinimum(node) || (this.#recheckNs.get(node) ?? 0) > now) continue;
        if (this.#utilization(info) >= this.#settings.scaleDownUtilization) continue;
        const moving = [...pods].filter(({ phase }) => phase !== 'terminating');
        if (this.#canMove(whatIf, moving, info, destinations)) {
          destinations.delete(info);
          unneeded.set(node, pods.size === 0);
        } else this.#recheckNs.set(node, now + RECHECK_NS);
      }
    }
    return unneeded;
  }

  /** Whether the pods of a node have room elsewhere, where they then are. */
  #canMove(whatIf: WhatIf, pods: readonly Pod[], from: NodeInfo, destinations: ReadonlySet<NodeInfo>): boolean {
    if (pods.some(({ life }) => life !== undefined) || !this.#orders.mayAllEvict(pods)) return false;
    const others = [...destinations].filter((node) => node !== from);
    const mark = whatIf.mark();
    for (const pod of pods) {
      const known = this.#state.schedulingPod(pod);
      whatIf.take(known);
      if (whatIf.placeFirst(known, others) !== undefined) continue;
      whatIf.revert(mark);
      return false;
    }
    return true;
  }

  /** The greater of the requested shares of CPU and memory. Source: simulator/utilization/info.go. */
  #utilization({ slot }: NodeInfo): number {
    const { columns } = this.#state.cache;
    const share = (requested: number, allocatable: number): number => (allocatable === 0 ? 0 : requested / allocatable);
    return Math.max(
      share(columns.requestedCpuMillicores[slot]!, columns.allocatableCpuMillicores[slot]!),
      share(columns.requestedMemoryBytes[slot]!, columns.allocatableMemoryBytes[slot]!),
    );
  }

  #remove(node: NodeId): void {
    this.#phases.set(node, 'leaving');
    this.#unneededNs.delete(node);
    this.#orders.noted(node, 'removing');
    this.#orders.setDoomed(node, true);
    this.#drains.begin(node, DRAIN, (outcome) => {
      if (outcome === 'drained') {
        this.#phases.set(node, 'absent');
        this.#orders.leave(node);
        this.#orders.setProvisioned(node, false);
        return;
      }
      this.#phases.set(node, 'there');
      this.#lastFailureNs = this.#kernel.now;
      this.#orders.noted(node, 'removal-failed');
      this.#orders.setDoomed(node, false);
    });
  }
}
