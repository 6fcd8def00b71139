import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/** When something was seen, in the observation's own time, ns; what comes from a list may have been so for a while. */
export interface Seen {
  readonly nowNs: number;
  readonly isListed: boolean;
}

/** Time of the observation for a moment of the cluster's clock, ms since 1970. */
export type ClusterTime = (wallMs: number) => number;

/** A time stamp: as the client's lists have it, or as its watches do. */
export type Stamp = Date | string;

/** Kubernetes cuts its time stamps to whole seconds: the middle of the second is least wrong. */
const MID_SECOND_MS = 500;
/** What a container waits for on its way, and is no trouble. */
const STARTING = new Set(['ContainerCreating', 'PodInitializing']);

/** How Kubernetes names why a pod was disrupted, and how results do. Source: core/v1, pod condition DisruptionTarget. */
const disruptions: Readonly<Record<string, string>> = {
  PreemptionByScheduler: 'preempted',
  DeletionByTaintManager: 'node-unreachable',
  EvictionByEvictionAPI: 'drained',
  DeletionByPodGC: 'node-removed',
  TerminationByKubelet: 'evicted',
};

/**
 * The life of one real pod as a row of `pods` has it. What was so before the observation began is so at 0. What a watch tells is
 * timed when it arrives, which is finer than the whole seconds of Kubernetes' time stamps; what a list tells after a watch was
 * lost, by its time stamps. Own design.
 */
export class PodLife {
  pod: V1Pod;
  node: string | undefined;
  readonly createdNs: number;
  scheduledNs: number | undefined;
  sandboxNs: number | undefined;
  pulledNs: number | undefined;
  startedNs: number | undefined;
  readyNs: number | undefined;
  goneNs: number | undefined;
  reason: string | undefined;
  waiting: string | undefined;
  restarts = 0;
  /** Attempts to schedule it that are known to have failed. */
  failedAttempts = 0;
  readonly #time: ClusterTime;
  readonly #pulled = new Set<string>();

  constructor(pod: V1Pod, seen: Seen, time: ClusterTime) {
    this.#time = time;
    this.pod = pod;
    this.createdNs = this.#moment(pod.metadata?.creationTimestamp, seen, 0);
    this.update(pod, seen);
  }

  /** Whether it holds its place on its node. */
  get isBound(): boolean {
    return this.node !== undefined && this.goneNs === undefined;
  }

  /** It was seen again. */
  update(pod: V1Pod, seen: Seen): void {
    this.pod = pod;
    const { spec, status } = pod;
    const condition = (type: string) =>
      status?.conditions?.find((each) => each.type === type && each.status === 'True');
    if (spec?.nodeName !== undefined && this.node === undefined) {
      this.node = spec.nodeName;
      this.scheduledNs = this.#moment(condition('PodScheduled')?.lastTransitionTime, seen, this.createdNs);
    }
    const since = this.scheduledNs ?? this.createdNs;
    const sandbox = condition('PodReadyToStartContainers');
    if (sandbox !== undefined) this.sandboxNs ??= this.#moment(sandbox.lastTransitionTime, seen, since);
    const containers = status?.containerStatuses ?? [];
    const starts = containers.map(startOf);
    if (containers.length > 0 && starts.every((start) => start !== undefined)) {
      const last = starts.map((start) => new Date(start)).toSorted((a, b) => b.getTime() - a.getTime())[0];
      this.startedNs ??= this.#moment(last, seen, since);
    }
    const ready = condition('Ready');
    if (ready !== undefined) this.readyNs ??= this.#moment(ready.lastTransitionTime, seen, this.startedNs ?? since);
    this.restarts = containers.reduce((sum, { restartCount }) => sum + restartCount, 0);
    const waits = [...(status?.initContainerStatuses ?? []), ...containers].map(({ state }) => state?.waiting?.reason);
    this.waiting = waits.find((reason) => reason !== undefined && !STARTING.has(reason));
    if (status?.phase === 'Succeeded' || status?.phase === 'Failed') this.end(seen);
  }

  /** An image of one of its containers is there. */
  pulled(container: string, nowNs: number): void {
    this.#pulled.add(container);
    if (this.#pulled.size === (this.pod.spec?.containers.length ?? 0)) this.pulledNs ??= Math.max(0, nowNs);
  }

  /** It has ended, or nobody will ever hear of it again. */
  end(seen: Seen): void {
    if (this.goneNs !== undefined) return;
    this.goneNs = this.#moment(this.pod.metadata?.deletionTimestamp, seen, this.createdNs);
    this.reason = reasonOf(this.pod);
  }

  #moment(stamp: Stamp | undefined, { nowNs, isListed }: Seen, earliestNs: number): number {
    if (!isListed || stamp === undefined) return Math.max(0, nowNs);
    const stampNs = this.#time(new Date(stamp).getTime() + MID_SECOND_MS);
    return Math.max(0, Math.min(nowNs, Math.max(earliestNs, stampNs)));
  }
}

/** When a container first started, as far as its status still tells. */
function startOf({ state, lastState }: V1ContainerStatus): Stamp | undefined {
  return lastState?.terminated?.startedAt ?? state?.running?.startedAt ?? state?.terminated?.startedAt;
}

function reasonOf({ status }: V1Pod): string {
  const disruption = status?.conditions?.find(({ type, status: is }) => type === 'DisruptionTarget' && is === 'True');
  const named = disruptions[disruption?.reason ?? ''];
  if (named !== undefined) return named;
  if (status?.reason === 'DeadlineExceeded') return 'deadline-exceeded';
  if (status?.reason === 'Evicted') return 'evicted';
  if (status?.phase === 'Succeeded') return 'completed';
  return status?.phase === 'Failed' ? 'failed' : 'deleted';
}
