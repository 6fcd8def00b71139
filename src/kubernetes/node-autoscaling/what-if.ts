import {
  groupFilter,
  type NodeDescription,
  type NodeInfo,
  type SchedulerCache,
  type SchedulingPod,
} from '../scheduling/index.ts';

/**
 * The cluster as it would be with other nodes and with pods elsewhere, by kube-scheduler's filters. What is tried changes
 * the scheduler's cache itself, and is taken back to a mark: nothing else may look at the cache meanwhile.
 */
export class WhatIf {
  readonly cache: SchedulerCache;
  readonly #filter = groupFilter('cluster-autoscaler');
  readonly #undo: (() => void)[] = [];

  constructor(cache: SchedulerCache) {
    this.cache = cache;
  }

  /** Whether a pod could run on a node, as things are tried now. */
  fits(pod: SchedulingPod, node: NodeInfo): boolean {
    return this.#filter.refusal(pod, this.cache, node) === undefined;
  }

  /** The first of the nodes that could take the pod, which is then there. */
  placeFirst(pod: SchedulingPod, nodes: Iterable<NodeInfo>): NodeInfo | undefined {
    for (const node of nodes) {
      if (!this.fits(pod, node)) continue;
      this.place(pod, node);
      return node;
    }
    return undefined;
  }

  place(pod: SchedulingPod, node: NodeInfo): void {
    this.cache.assumePod(pod, node);
    this.#undo.push(() => this.cache.forgetPod(pod));
  }

  /** Takes a pod off its node. */
  take(pod: SchedulingPod): void {
    const node = pod.node!;
    this.cache.forgetPod(pod);
    this.#undo.push(() => this.cache.assumePod(pod, node));
  }

  addNode(description: NodeDescription): NodeInfo {
    const node = this.cache.addNode(description);
    this.#undo.push(() => this.cache.removeNode(node));
    return node;
  }

  /** How much has been tried so far: `revert` goes back to there. */
  mark(): number {
    return this.#undo.length;
  }

  revert(mark: number): void {
    while (this.#undo.length > mark) this.#undo.pop()!();
  }
}
