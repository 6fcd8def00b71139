import { MAX_TIME_NS, NO_EVENT, type EventId, type HandlerId, type Kernel, type Nanoseconds } from '../kernel/index.ts';
import type { Millicores, Node, NodeId, PodId } from '../model/index.ts';

/** What the CPU scheduler of a node knows of a pod. */
export interface CpuShare {
  /** Relative weight when the node is contended, as cpu.shares: see `cpuWeight`. */
  readonly weight: number;
  /** CFS quota: the pod never runs on more than this. Infinity without a limit. */
  readonly limitMillicores: number;
}

/**
 * The weight that the kubelet gives a pod's cgroup: cpu.shares = max(2, requests in millicores × 1024 / 1000).
 * Source: Kubernetes, pkg/kubelet/cm/helpers_linux.go, MilliCPUToShares.
 */
export function cpuWeight(requestMillicores: number): number {
  return Math.max(2, Math.floor((requestMillicores * 1024) / 1000));
}

/** One pod on a node: its running tasks, all at the same speed. */
interface PodCpu {
  readonly pod: PodId;
  readonly node: number;
  readonly weight: number;
  readonly limitMillicores: number;
  /** Work that each task present since the start of time would have been given, in ns of a reference core. */
  virtualWorkNs: number;
  virtualSinceNs: number;
  /** What the node gives the pod now. */
  grantedMillicores: number;
  /** What the pod could use now: a core for each task, up to its limit. */
  demandMillicores: number;
  /** Integral of what it was granted, up to `virtualSinceNs`. */
  usedMillicoreNs: number;
  /** Tasks as a binary heap by the virtual work at which they finish; ties by arrival. */
  readonly finishAt: number[];
  readonly arrival: number[];
  readonly tag: number[];
  completion: EventId;
}

/** Accumulated use of one node, from the start of the run. */
export interface NodeUsage {
  /** Time that the node was up. */
  readonly upNs: number;
  /** Integral of the millicores in use over time. */
  readonly usedMillicoreNs: number;
}

/**
 * CPU of all nodes, shared as the Linux CFS does in the fluid limit: each task runs on at most one core; a pod is
 * granted CPU in proportion to its weight, at most its limit, and what one pod leaves the others take (work-conserving
 * weighted max-min). Inside a pod, tasks share equally (processor sharing). A core of a node of speed s does s ns of
 * reference work a nanosecond.
 *
 * Work is counted lazily: a pod is touched only when a task comes or goes, or when its grant changes.
 */
export class Compute {
  readonly #kernel: Kernel;
  readonly #finished: (tag: number) => void;
  readonly #complete: HandlerId;
  readonly #capacityMillicores: Float64Array;
  /** Of a core now: that of the node, and less while something slows it down. */
  readonly #speed: Float64Array;
  readonly #fullSpeed: readonly number[];
  readonly #up: Uint8Array;
  readonly #upSinceNs: Float64Array;
  readonly #upNs: Float64Array;
  /** Sum of the demands of the node's pods: whole millicores, so that the sum is exact. */
  readonly #demandMillicores: Float64Array;
  readonly #usedSinceNs: Float64Array;
  readonly #usedMillicoreNs: Float64Array;
  /** Per node, the pods that have tasks. */
  readonly #active: PodCpu[][];
  readonly #pods: (PodCpu | undefined)[] = [];
  /** By node: who is told of each change of the CPU in use. Undefined as long as nobody is. */
  #watchers: (() => void)[] | undefined;
  #arrivals = 0;

  /** @param finished called at the time at which a task has had all its work, with the tag it was started with */
  constructor(
    kernel: Kernel,
    nodes: readonly Pick<Node, 'cpuMillicores' | 'speed'>[],
    finished: (tag: number) => void,
  ) {
    this.#kernel = kernel;
    this.#finished = finished;
    this.#complete = kernel.on('compute.complete', (pod) => this.#completeHead(pod));
    this.#capacityMillicores = Float64Array.from(nodes, (node) => node.cpuMillicores);
    this.#fullSpeed = nodes.map(({ speed }) => speed);
    this.#speed = Float64Array.from(this.#fullSpeed);
    this.#up = new Uint8Array(nodes.length).fill(1);
    this.#upSinceNs = new Float64Array(nodes.length);
    this.#upNs = new Float64Array(nodes.length);
    this.#demandMillicores = new Float64Array(nodes.length);
    this.#usedSinceNs = new Float64Array(nodes.length);
    this.#usedMillicoreNs = new Float64Array(nodes.length);
    this.#active = nodes.map(() => []);
  }

  /** A pod's containers run on the node from now on. */
  addPod(pod: PodId, node: NodeId, share: CpuShare): void {
    this.#pods[pod] = {
      pod,
      node,
      weight: share.weight,
      limitMillicores: share.limitMillicores,
      virtualWorkNs: 0,
      virtualSinceNs: this.#kernel.now,
      grantedMillicores: 0,
      demandMillicores: 0,
      usedMillicoreNs: 0,
      finishAt: [],
      arrival: [],
      tag: [],
      completion: NO_EVENT,
    };
  }

  /** The pod is gone; its tasks are dropped without a word: who started them knows whom to tell. */
  removePod(pod: PodId): void {
    const entry = this.#pods[pod];
    if (entry === undefined) return;
    entry.finishAt.length = entry.arrival.length = entry.tag.length = 0;
    this.#tasksChanged(entry);
    this.#pods[pod] = undefined;
  }

  /** Starts a task of `workNs` (CPU time on one reference core) in a pod that runs. */
  start(pod: PodId, workNs: number, tag: number): void {
    const entry = this.#pods[pod];
    if (entry === undefined) throw new Error(`pod ${pod} does not run on any node`);
    this.#advance(entry);
    push(entry, entry.virtualWorkNs + workNs, this.#arrivals++, tag);
    this.#tasksChanged(entry);
  }

  /** A node that is down uses no power and counts no time; its pods must have been removed. */
  setNodeUp(node: NodeId, up: boolean): void {
    if ((this.#up[node] === 1) === up) return;
    const now = this.#kernel.now;
    if (up) this.#upSinceNs[node] = now;
    else this.#upNs[node]! += now - this.#upSinceNs[node]!;
    this.#up[node] = up ? 1 : 0;
    this.#watchers?.[node]?.();
  }

  /** Calls `changed` whenever the CPU in use on the node has changed, or the node went down or came back. */
  watch(node: NodeId, changed: () => void): void {
    (this.#watchers ??= [])[node] = changed;
  }

  isUp(node: NodeId): boolean {
    return this.#up[node] === 1;
  }

  /** Integral of the millicores that a pod which runs has used so far, millicore-ns. */
  podUsage(pod: PodId): number {
    const entry = this.#pods[pod];
    if (entry === undefined) return 0;
    return entry.usedMillicoreNs + entry.grantedMillicores * (this.#kernel.now - entry.virtualSinceNs);
  }

  /**
   * How long a task of `workNs` that a pod starts now takes, if nothing changes from then on, ns: it shares what its pod
   * is granted with the tasks that the pod has; a pod that has none gets a core, or its limit. Infinity where the node
   * stands still, or the pod does not run.
   */
  taskNs(pod: PodId, workNs: number): number {
    const entry = this.#pods[pod];
    if (entry === undefined) return Infinity;
    const tasks = entry.tag.length;
    const millicores = tasks === 0 ? Math.min(1000, entry.limitMillicores) : entry.grantedMillicores / (tasks + 1);
    const rate = (millicores / 1000) * this.#speed[entry.node]!;
    return rate === 0 ? Infinity : workNs / rate;
  }

  /**
   * The node's cores do this share of their work a nanosecond from now on; with 0 its tasks stand still. Tasks keep the work
   * that they have been given, and cores that have tasks count as used as before.
   */
  setSpeedShare(node: NodeId, share: number): void {
    const active = this.#active[node]!;
    for (const pod of active) this.#advance(pod);
    this.#speed[node] = this.#fullSpeed[node]! * share;
    for (const pod of active) this.#schedule(pod);
  }

  /** What the node has used up to now, exactly. */
  usage(node: NodeId): NodeUsage {
    const now = this.#kernel.now;
    const upNs = this.#upNs[node]! + (this.#up[node] === 1 ? now - this.#upSinceNs[node]! : 0);
    const usedMillicoreNs = this.#usedMillicoreNs[node]! + this.usedMillicores(node) * (now - this.#usedSinceNs[node]!);
    return { upNs, usedMillicoreNs };
  }

  /** Millicores in use now: all that is asked for, up to what there is. */
  usedMillicores(node: NodeId): Millicores {
    return Math.min(this.#demandMillicores[node]!, this.#capacityMillicores[node]!) as Millicores;
  }

  #completeHead(pod: number): void {
    const entry = this.#pods[pod]!;
    entry.completion = NO_EVENT;
    this.#advance(entry);
    // the head's time has come: rounding must not leave a crumb of its work
    const finishAt = entry.finishAt[0]!;
    if (entry.virtualWorkNs < finishAt) entry.virtualWorkNs = finishAt;
    const tag = entry.tag[0]!;
    pop(entry);
    this.#tasksChanged(entry);
    this.#finished(tag);
  }

  /** Gives the pod's tasks the work of the time since the last change. */
  #advance(entry: PodCpu): void {
    const now = this.#kernel.now;
    const tasks = entry.tag.length;
    if (tasks > 0) {
      const elapsedNs = now - entry.virtualSinceNs;
      entry.virtualWorkNs += elapsedNs * this.#taskRate(entry, tasks);
      entry.usedMillicoreNs += elapsedNs * entry.grantedMillicores;
    } else entry.virtualWorkNs = 0;
    entry.virtualSinceNs = now;
  }

  /** Reference work that each of the pod's tasks gets in a nanosecond. */
  #taskRate(entry: PodCpu, tasks: number): number {
    return (entry.grantedMillicores / (1000 * tasks)) * this.#speed[entry.node]!;
  }

  /** A task came or went: new demand, new grants where they differ, new completion times where they moved. */
  #tasksChanged(entry: PodCpu): void {
    const { node } = entry;
    const capacity = this.#capacityMillicores[node]!;
    const demand = Math.min(entry.limitMillicores, entry.tag.length * 1000);
    const before = this.#demandMillicores[node]!;
    const after = before + demand - entry.demandMillicores;
    if (after !== before) {
      const now = this.#kernel.now;
      this.#usedMillicoreNs[node]! += Math.min(before, capacity) * (now - this.#usedSinceNs[node]!);
      this.#usedSinceNs[node] = now;
      this.#demandMillicores[node] = after;
      this.#watchers?.[node]?.();
    }
    const active = this.#active[node]!;
    if (entry.demandMillicores === 0) {
      if (demand > 0) active.push(entry);
    } else if (demand === 0) active.splice(active.indexOf(entry), 1);
    entry.demandMillicores = demand;

    if (before <= capacity && after <= capacity) entry.grantedMillicores = demand;
    else this.#share(node, entry);
    this.#schedule(entry);
  }

  /** Weighted max-min over the node's active pods; re-times every pod but `changed` whose grant moved. */
  #share(node: number, changed: PodCpu): void {
    const active = this.#active[node]!;
    changed.grantedMillicores = 0;
    let left = this.#capacityMillicores[node]!;
    let weightLeft = 0;
    for (const pod of active) weightLeft += pod.weight;
    const open = active.slice();
    for (;;) {
      // pods that want no more than their share are served in full; what they leave raises the others' share
      let kept = 0;
      let servedMillicores = 0;
      let servedWeight = 0;
      for (const pod of open) {
        if (pod.demandMillicores * weightLeft <= pod.weight * left) {
          servedMillicores += pod.demandMillicores;
          servedWeight += pod.weight;
          this.#grant(pod, pod.demandMillicores, changed);
        } else open[kept++] = pod;
      }
      open.length = kept;
      if (servedWeight === 0) break;
      left -= servedMillicores;
      weightLeft -= servedWeight;
    }
    for (const pod of open) this.#grant(pod, (left * pod.weight) / weightLeft, changed);
  }

  #grant(entry: PodCpu, millicores: number, changed: PodCpu): void {
    if (entry.grantedMillicores === millicores) return;
    if (entry !== changed) this.#advance(entry);
    entry.grantedMillicores = millicores;
    if (entry !== changed) this.#schedule(entry);
  }

  /** Sets the pod's next completion. */
  #schedule(entry: PodCpu): void {
    if (entry.completion !== NO_EVENT) this.#kernel.cancel(entry.completion);
    const tasks = entry.tag.length;
    if (tasks === 0) {
      entry.completion = NO_EVENT;
      return;
    }
    const workLeftNs = Math.max(0, entry.finishAt[0]! - entry.virtualWorkNs);
    const rate = this.#taskRate(entry, tasks);
    const time = rate === 0 ? Infinity : this.#kernel.now + Math.ceil(workLeftNs / rate);
    // what would end beyond the end of time does not
    entry.completion = time > MAX_TIME_NS ? NO_EVENT : this.#kernel.at(time as Nanoseconds, this.#complete, entry.pod);
  }
}

/** Heap order: by finish, ties by arrival, so that the order of completions never depends on the shape of the heap. */
function before(finishA: number, arrivalA: number, finishB: number, arrivalB: number): boolean {
  return finishA < finishB || (finishA === finishB && arrivalA < arrivalB);
}

function push(entry: PodCpu, finish: number, arrival: number, tag: number): void {
  const { finishAt, arrival: arrivals, tag: tags } = entry;
  let index = finishAt.length;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!before(finish, arrival, finishAt[parent]!, arrivals[parent]!)) break;
    finishAt[index] = finishAt[parent]!;
    arrivals[index] = arrivals[parent]!;
    tags[index] = tags[parent]!;
    index = parent;
  }
  finishAt[index] = finish;
  arrivals[index] = arrival;
  tags[index] = tag;
}

/** Removes the head. */
function pop(entry: PodCpu): void {
  const { finishAt, arrival: arrivals, tag: tags } = entry;
  const finish = finishAt.pop()!;
  const arrival = arrivals.pop()!;
  const tag = tags.pop()!;
  const length = finishAt.length;
  if (length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= length) break;
    const right = child + 1;
    if (right < length && before(finishAt[right]!, arrivals[right]!, finishAt[child]!, arrivals[child]!)) child = right;
    if (!before(finishAt[child]!, arrivals[child]!, finish, arrival)) break;
    finishAt[index] = finishAt[child]!;
    arrivals[index] = arrivals[child]!;
    tags[index] = tags[child]!;
    index = child;
  }
  finishAt[index] = finish;
  arrivals[index] = arrival;
  tags[index] = tag;
}
