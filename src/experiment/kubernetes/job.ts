import { createHash } from 'node:crypto';
import type { V1ConfigMap, V1Container, V1Job, V1Volume } from '@kubernetes/client-node';
import { milliValue, wholeValue } from '../../model/index.ts';
import type { SweepPlan } from '../execution/index.ts';
import { layOut } from './experiment-files.ts';

/** How a sweep is run on a cluster. */
export interface JobOptions {
  /** Holds the program, and where its files are too large for a ConfigMap, tar and gzip. */
  readonly image: string;
  /** Left to whoever creates the objects where it is absent. */
  readonly namespace?: string;
  /** Completions: each index runs one shard. */
  readonly shards: number;
  /** Pods at a time. */
  readonly parallelism: number;
  /** Of each pod, Kubernetes quantities: what it asks for, and for memory also what it gets at most. */
  readonly cpu: string;
  readonly memory: string;
  /** How often an index is tried again. */
  readonly backoffLimitPerIndex: number;
  readonly keptOn: ResultsPlace;
  /** As the scenario was read here: `--seed`, `--set`, `--allow`. */
  readonly seed?: number;
  readonly set: readonly string[];
  readonly allow: readonly string[];
}

/** Where the pods keep the results. */
export type ResultsPlace =
  /** A PersistentVolumeClaim: all pods mount it, so it must be ReadWriteMany where they run on several nodes. */
  | { readonly claim: string }
  /** An S3-compatible store, `s3://BUCKET/PREFIX`, and the Secret whose entries are the variables by which the pods reach it. */
  | { readonly store: string; readonly secret: string };

/** The objects that run a sweep on a cluster. */
export interface SweepJob {
  readonly job: V1Job;
  readonly configMap: V1ConfigMap;
  /** Where the results lie on the volume or in the store: the shards' folders are `shard-INDEX-of-N` in it. */
  readonly results: string;
}

/** Annotation with a hash of the Job as it was asked for, by which a Job that runs already is known again. */
export const REQUEST = 'codeco-sim/request';
/** Name of the container that runs a shard. */
export const CONTAINER = 'sweep';
/** Where the pods find the volume, and the experiment. */
const RESULTS = '/results';
const EXPERIMENT = '/experiment';
const PACKED = 'experiment.tar.gz';
/** A finished Job is removed after a day, with what belongs to it; the results stay. Own design. */
const KEPT_S = 86_400;
/** Of a pod's memory, the heap of all its workers: the rest is for what lies outside it. */
const HEAP_SHARE = 0.75;
/** Exit status of the program by which trying again is known to end the same: the input is wrong, or runs have failed. */
const HOPELESS = [2, 3];

/**
 * The Job of a sweep: an Indexed Job, whose completion index is the shard, and a ConfigMap with the experiment's files. A pod that is evicted
 * does not count as a failure; a shard whose input is wrong, or with runs that fail, is not tried again, as it would fail alike. The pods
 * meet the "restricted" Pod Security Standard, under which they need no rights on the cluster.
 * Source: Kubernetes, Jobs ("Completion mode", "Backoff limit per index", "Pod failure policy").
 * @throws {InputError} if the experiment's files cannot be put into a ConfigMap
 * @throws {RangeError} if `cpu` or `memory` are no quantities
 */
export function jobOfSweep(plan: SweepPlan, options: JobOptions): SweepJob {
  const { namespace, shards, image } = options;
  const files = layOut(plan.file.files, options.allow);
  const identity = hashOf([plan.hash, shards]).slice(0, 8);
  // The index and a dash follow it in the pods' host names, which have 63 characters.
  const name = `sweep-${plan.name.slice(0, 40).replace(/-$/, '')}-${identity}`;
  const labels = {
    'app.kubernetes.io/name': 'codeco-sim',
    'app.kubernetes.io/component': 'sweep',
    'app.kubernetes.io/managed-by': 'codeco-sim',
    'app.kubernetes.io/instance': name,
  };
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), labels };
  const configMap: V1ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    ...(files.plain === undefined ? { binaryData: { [PACKED]: files.packed! } } : { data: { ...files.plain.data } }),
  };
  const security = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  const experiment = { name: 'experiment', mountPath: EXPERIMENT };
  const { keptOn } = options;
  const volumes: V1Volume[] = [
    { name: 'results', ...('claim' in keptOn ? { persistentVolumeClaim: { claimName: keptOn.claim } } : { emptyDir: {} }) }, // prettier-ignore
  ];
  const initContainers: V1Container[] = [];
  if (files.plain === undefined) {
    volumes.push({ name: 'packed', configMap: { name } }, { name: 'experiment', emptyDir: {} });
    initContainers.push({
      name: 'unpack',
      image,
      command: ['tar', '-xzf', `/packed/${PACKED}`, '-C', EXPERIMENT],
      securityContext: security,
      volumeMounts: [{ name: 'packed', mountPath: '/packed', readOnly: true }, experiment],
    });
  } else volumes.push({ name: 'experiment', configMap: { name, items: [...files.plain.items] } });

  const results = plan.name;
  const workers = Math.max(1, Math.floor(milliValue(options.cpu) / 1000));
  const workerMemory = Math.max(64, Math.floor((HEAP_SHARE * wholeValue(options.memory)) / 2 ** 20 / workers));
  const [, chosen] = /(#[^#/]+)$/.exec(plan.file.file) ?? [];
  const shard = `${results}/shard-$(JOB_COMPLETION_INDEX)-of-${shards}`;
  const args = [
    'sweep',
    `${EXPERIMENT}/${files.experiment}${chosen ?? ''}`,
    '--out',
    `${RESULTS}/${shard}`,
    '--shard',
    `index/${shards}`,
    '--workers',
    String(workers),
    '--worker-memory',
    String(workerMemory),
    ...('store' in keptOn ? ['--store', `${keptOn.store.replace(/\/+$/, '')}/${shard}`] : []),
  ];
  const more = [
    ...(options.seed === undefined ? [] : ['--seed', String(options.seed)]),
    ...options.set.flatMap((value) => ['--set', value]),
    ...files.allow.flatMap((folder) => ['--allow', `${EXPERIMENT}/${folder}`]),
  ].map((text) => text.replaceAll('$(', '$$$$('));
  const { cpu, memory } = options;
  const job: V1Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...metadata, annotations: { 'codeco-sim/experiment': plan.name } },
    spec: {
      completionMode: 'Indexed',
      completions: shards,
      parallelism: options.parallelism,
      backoffLimitPerIndex: options.backoffLimitPerIndex,
      ttlSecondsAfterFinished: KEPT_S,
      // rules are tried in order, the first that fits decides
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          { action: 'FailIndex', onExitCodes: { containerName: CONTAINER, operator: 'In', values: HOPELESS } },
        ],
      },
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          // of the image; the group may write to the volume
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            runAsGroup: 1000,
            fsGroup: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          ...(initContainers.length === 0 ? {} : { initContainers }),
          containers: [
            {
              name: CONTAINER,
              image,
              command: ['codeco-sim'],
              args: [...args, ...more],
              ...('store' in keptOn ? { envFrom: [{ secretRef: { name: keptOn.secret } }] } : {}),
              resources: { requests: { cpu, memory }, limits: { memory } },
              securityContext: security,
              volumeMounts: [
                { name: 'results', mountPath: RESULTS },
                { ...experiment, readOnly: true },
              ],
            },
          ],
          volumes,
        },
      },
    },
  };
  job.metadata!.annotations![REQUEST] = hashOf([job.spec, configMap]).slice(0, 16);
  return { job, configMap, results };
}

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
