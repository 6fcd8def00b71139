import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { ClusterError, followObjects, type AccessRule, type Cluster } from '../../kubernetes-client/index.ts';
import { parseIndexes } from './indexes.ts';
import { CONTAINER, REQUEST, type SweepJob } from './job.ts';

/** All rights that running a sweep on a cluster needs, in its namespace. */
export const sweepRights: readonly AccessRule[] = [
  ...(['get', 'list', 'watch', 'create', 'delete'] as const).map((verb): AccessRule => ({
    apiGroup: 'batch',
    resource: 'jobs',
    verb,
  })),
  ...(['create', 'patch', 'delete'] as const).map((verb): AccessRule => ({
    apiGroup: '',
    resource: 'configmaps',
    verb,
  })),
  ...(['list', 'watch'] as const).map((verb): AccessRule => ({ apiGroup: '', resource: 'pods', verb })),
  { apiGroup: '', resource: 'pods/log', verb: 'get' },
];

/** Told while a Job runs. */
export interface JobListener {
  /** Whether the Job was begun, or one was found that runs already. */
  readonly begun?: (name: string, how: 'begun' | 'found running') => void;
  readonly progress?: (progress: JobProgress) => void;
  /** An index that is given up, with the end of its last pod's log. */
  readonly failed?: (index: number, log: string) => void;
  /** A pod that cannot start, and why; once for each reason. */
  readonly stuck?: (pod: string, reason: string) => void;
}

/** How far a Job is, in indexes. */
export interface JobProgress {
  readonly completed: number;
  readonly failed: number;
  /** Pods that run. */
  readonly active: number;
  readonly total: number;
}

/** How a Job has ended. */
export type JobEnd =
  | { readonly state: 'complete' }
  | { readonly state: 'failed'; readonly reason: string; readonly failed: readonly number[] }
  | { readonly state: 'interrupted' };

/** Lines of a failed pod's log that are shown. */
const LOG_LINES = 5;

/**
 * Begins a sweep's Job, or finds it where it runs already, and follows it to its end. One that has ended before is replaced: its pods find on
 * the volume what was finished, and go on from there.
 * @param signal stops following; the Job goes on
 * @throws {ClusterError} if the cluster refuses, or runs the same sweep with other settings
 */
export async function runJob(
  cluster: Cluster,
  sweep: SweepJob,
  listener: JobListener,
  signal: AbortSignal,
): Promise<JobEnd> {
  const { name } = sweep.job.metadata!;
  const present = await readJob(cluster, sweep.job);
  const isRunning = present !== undefined && endOf(present) === undefined && present.metadata!.deletionTimestamp === undefined; // prettier-ignore
  if (isRunning && present.metadata?.annotations?.[REQUEST] !== sweep.job.metadata!.annotations![REQUEST]) {
    throw new ClusterError(
      `the Job ${name} runs this sweep already, with other settings: wait for it, or cancel it with\n  ${kubectl(cluster, sweep)} delete job ${name}`,
    );
  }
  if (!isRunning) {
    if (present !== undefined) await removeJob(cluster, sweep, signal);
    if (signal.aborted) return { state: 'interrupted' };
    await createJob(cluster, sweep);
  }
  listener.begun?.(name!, isRunning ? 'found running' : 'begun');
  return followJob(cluster, sweep, listener, signal);
}

/** Creates the objects, the ConfigMap as a part of the Job, so that whatever removes the Job removes it as well. */
async function createJob(cluster: Cluster, { job, configMap }: SweepJob): Promise<void> {
  const { name, namespace } = job.metadata as { name: string; namespace: string };
  const batch = cluster.api(cluster.library.BatchV1Api);
  const core = cluster.api(cluster.library.CoreV1Api);
  const removeConfigMap = () =>
    cluster.find(`delete the ConfigMap ${name}`, 'delete', () => core.deleteNamespacedConfigMap({ name, namespace }));
  // one may be left over from a command that was ended between the two calls
  await removeConfigMap();
  await cluster.call(`create the ConfigMap ${name}`, 'create', () =>
    core.createNamespacedConfigMap({ namespace, body: configMap, fieldValidation: 'Strict' }),
  );
  const created = await cluster
    .call(`create the Job ${name}`, 'create', () =>
      batch.createNamespacedJob({ namespace, body: job, fieldValidation: 'Strict' }),
    )
    .catch(async (error: unknown) => {
      await removeConfigMap().catch(() => undefined);
      throw error;
    });
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name, uid: created.metadata!.uid! };
  await cluster.call(`patch the ConfigMap ${name}`, 'patch', () =>
    core.patchNamespacedConfigMap(
      { name, namespace, body: { metadata: { ownerReferences: [owner] } } },
      cluster.library.setHeaderOptions('Content-Type', cluster.library.PatchStrategy.MergePatch),
    ),
  );
}

/**
 * Asks the API server whether it would take the objects, without keeping them.
 * @throws {ClusterError} if it would not
 */
export async function tryJob(cluster: Cluster, { job, configMap }: SweepJob): Promise<void> {
  const { name, namespace } = job.metadata as { name: string; namespace: string };
  const options = { namespace, dryRun: 'All', fieldValidation: 'Strict' } as const;
  await cluster.call(`create the ConfigMap ${name}`, 'create', () =>
    cluster.api(cluster.library.CoreV1Api).createNamespacedConfigMap({ ...options, body: configMap }),
  );
  await cluster.call(`create the Job ${name}`, 'create', () =>
    cluster.api(cluster.library.BatchV1Api).createNamespacedJob({ ...options, body: job }),
  );
}

/**
 * Cancels a sweep's Job: its pods are told to end, and keep what is finished.
 * @throws {ClusterError} if the cluster refuses
 */
export async function cancelJob(cluster: Cluster, { job }: SweepJob): Promise<void> {
  const { name, namespace } = job.metadata as { name: string; namespace: string };
  await cluster.find(`delete the Job ${name}`, 'delete', () =>
    cluster.api(cluster.library.BatchV1Api).deleteNamespacedJob({ name, namespace, propagationPolicy: 'Foreground' }),
  );
}

/** Removes a Job and waits until it is gone, with its pods: two must never write to one shard's folder. */
async function removeJob(cluster: Cluster, sweep: SweepJob, signal: AbortSignal): Promise<void> {
  await cancelJob(cluster, sweep);
  await followObjects(cluster, jobs(cluster, sweep.job), (present) => present.size === 0, signal);
}

async function followJob(
  cluster: Cluster,
  { job }: SweepJob,
  listener: JobListener,
  signal: AbortSignal,
): Promise<JobEnd> {
  const { name } = job.metadata as { name: string };
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const told = new Set<number>();
  const logs: Promise<void>[] = [];
  let last: V1Job | undefined;
  const seen = (present: ReadonlyMap<string, V1Job>): boolean => {
    last = present.get(name);
    if (last === undefined) return true;
    const { completedIndexes, active = 0 } = last.status ?? {};
    const failed = failedIndexes(last);
    for (const index of failed) {
      if (told.has(index)) continue;
      told.add(index);
      if (listener.failed !== undefined) logs.push(tellFailure(cluster, job, index, listener.failed));
    }
    const completed = parseIndexes(completedIndexes).length;
    listener.progress?.({ completed, failed: failed.length, active, total: job.spec!.completions! });
    return endOf(last) !== undefined;
  };
  const pods = followPods(cluster, job, listener, either);
  try {
    const isOver = await Promise.race([
      followObjects(cluster, jobs(cluster, job), seen, either),
      // the pods never end it, but an error of theirs does
      pods.then(() => new Promise<never>(() => undefined)),
    ]);
    if (!isOver) return { state: 'interrupted' };
    if (last === undefined)
      return { state: 'failed', reason: `the Job ${name} was deleted by somebody else`, failed: [] };
    return endOf(last)!;
  } finally {
    ended.abort();
    await Promise.allSettled([pods, ...logs]);
  }
}

/** Tells of pods that cannot start, from which a Job alone never shows: no image, no volume, no room. */
async function followPods(cluster: Cluster, job: V1Job, { stuck }: JobListener, signal: AbortSignal): Promise<void> {
  const told = new Set<string>();
  const seen = (pods: ReadonlyMap<string, V1Pod>): boolean => {
    for (const [name, pod] of pods) {
      const reason = whyStuck(pod);
      if (reason === undefined || told.has(reason)) continue;
      told.add(reason);
      stuck?.(name, reason);
    }
    return false;
  };
  const { namespace } = job.metadata as { namespace: string };
  const labelSelector = ofJob(job);
  await followObjects<V1Pod>(
    cluster,
    {
      what: `the Pods of ${job.metadata!.name}`,
      path: `/api/v1/namespaces/${namespace}/pods`,
      labelSelector,
      list: () => cluster.api(cluster.library.CoreV1Api).listNamespacedPod({ namespace, labelSelector }),
    },
    seen,
    signal,
  );
}

/** Reasons for which a container waits and does not get out of by itself soon. */
const STUCK = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']; // prettier-ignore

function whyStuck({ status }: V1Pod): string | undefined {
  const unscheduled = status?.conditions?.find(
    ({ type, status: holds, reason }) => type === 'PodScheduled' && holds === 'False' && reason === 'Unschedulable',
  );
  if (unscheduled !== undefined) return `no node takes it: ${unscheduled.message ?? 'no reason given'}`;
  for (const { state } of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const waiting = state?.waiting;
    if (waiting?.reason !== undefined && STUCK.includes(waiting.reason)) {
      return `${waiting.reason}${waiting.message === undefined ? '' : `: ${waiting.message}`}`;
    }
  }
  return undefined;
}

async function tellFailure(
  cluster: Cluster,
  job: V1Job,
  index: number,
  failed: (index: number, log: string) => void,
): Promise<void> {
  const { namespace } = job.metadata as { namespace: string };
  const core = cluster.api(cluster.library.CoreV1Api);
  const labelSelector = `${ofJob(job)},batch.kubernetes.io/job-completion-index=${index}`;
  let log: string;
  try {
    const { items } = await cluster.call('list the Pods', 'list', () =>
      core.listNamespacedPod({ namespace, labelSelector }),
    );
    const began = ({ metadata }: V1Pod): number => Number(metadata?.creationTimestamp ?? 0);
    const newest = items.toSorted((a, b) => began(b) - began(a))[0]?.metadata?.name;
    log =
      newest === undefined
        ? 'its pods are gone'
        : await cluster.call(`read the log of the Pod ${newest}`, 'get', () =>
            core.readNamespacedPodLog({ name: newest, namespace, container: CONTAINER, tailLines: LOG_LINES }),
          );
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    log = error.message;
  }
  failed(index, log.trim());
}

/** How a Job has ended, by its conditions; undefined while it runs. */
function endOf(job: V1Job): JobEnd | undefined {
  for (const { type, status, reason, message } of job.status?.conditions ?? []) {
    if (status !== 'True') continue;
    if (type === 'Complete') return { state: 'complete' };
    if (type === 'Failed')
      return {
        state: 'failed',
        reason: message ?? reason ?? 'no reason given',
        failed: failedIndexes(job),
      };
  }
  return undefined;
}

const failedIndexes = (job: V1Job): number[] => parseIndexes(job.status?.failedIndexes);

const ofJob = (job: V1Job): string => `batch.kubernetes.io/job-name=${job.metadata!.name}`;

/** The one Job, to be followed. */
function jobs(cluster: Cluster, job: V1Job) {
  const { name, namespace } = job.metadata as { name: string; namespace: string };
  const fieldSelector = `metadata.name=${name}`;
  return {
    what: `the Job ${name}`,
    path: `/apis/batch/v1/namespaces/${namespace}/jobs`,
    fieldSelector,
    list: () => cluster.api(cluster.library.BatchV1Api).listNamespacedJob({ namespace, fieldSelector }),
  };
}

function readJob(cluster: Cluster, job: V1Job): Promise<V1Job | undefined> {
  const { name, namespace } = job.metadata as { name: string; namespace: string };
  return cluster.find(`read the Job ${name}`, 'get', () =>
    cluster.api(cluster.library.BatchV1Api).readNamespacedJob({ name, namespace }),
  );
}

/** The command that reaches the same namespace of the same cluster. */
export const kubectl = (cluster: Cluster, { job }: Pick<SweepJob, 'job'>): string =>
  `kubectl --context ${cluster.context} -n ${job.metadata!.namespace}`;
