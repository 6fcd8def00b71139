import { stringify } from 'yaml';
import type { Orchestration } from '../model/index.ts';
import { ClusterError } from './cluster-error.ts';
import type { PlannedCluster, PlannedWorker } from './cluster-plan.ts';

/** What the machine has that kind's containers run on: each of them sees all of it. */
export interface HostCapacity {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}

/** A file of the user in kind's format, as far as it is looked at; all else in it is taken over. */
export interface KindConfig {
  readonly networking?: {
    readonly disableDefaultCNI?: boolean;
    readonly kubeProxyMode?: string;
    readonly [field: string]: unknown;
  };
  readonly nodes?: readonly KindNode[];
  readonly kubeadmConfigPatches?: readonly string[];
  readonly kubeadmConfigPatchesJSON6902?: readonly object[];
  readonly [field: string]: unknown;
}

interface KindNode {
  readonly role?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly kubeadmConfigPatches?: readonly string[];
  readonly kubeadmConfigPatchesJSON6902?: readonly object[];
  readonly [field: string]: unknown;
}

/** Timers of the control plane that a scenario states. */
export type NodeTimers = Pick<Orchestration, 'nodeMonitorGracePeriodNs' | 'evictionTolerationNs'>;

/** The node image that is used unless another is asked for: that of kind v0.30.0, by its digest. Source: kind's release notes of v0.30.0. */
export const NODE_IMAGE =
  'kindest/node:v1.34.0@sha256:7416a61b42b1662ca6ca89f02028ac133a309a2a30ba309614e8ec94d976dc5a';

/** Pods that kind runs on each worker itself: kindnet and kube-proxy. */
const OWN_PODS = 2;
/** Labels of Kubernetes' own domains that a kubelet may give itself. Source: Kubernetes, staging/src/k8s.io/kubelet/pkg/apis/well_known_labels.go. */
const kubeletLabels = new Set([
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
]);
const kubeletNamespaces = /^([^/]+\.)?(kubelet|node)\.kubernetes\.io\//;
const kubernetesDomain = /^([^/]+\.)?(kubernetes|k8s)\.io\//;

/** Whether a node may be started with a label. Others, and those that the kubelet finds out itself, are set once the node is there. */
function isStartLabel(label: string): boolean {
  return !kubernetesDomain.test(label) || kubeletLabels.has(label) || kubeletNamespaces.test(label);
}

/** The labels of a worker that are set once it is there. */
export function laterLabels({ labels }: PlannedWorker): [string, string][] {
  return Object.entries(labels).filter(([label]) => !isStartLabel(label));
}

/**
 * YAML for kind and kubeadm, whose readers still take the words and numbers of YAML 1.1: what reads as `yes`, `0777` or `1:30` is quoted,
 * else a taint's value would be a bool. Source: sigs.k8s.io/yaml, goyaml.v2/resolve.go.
 */
export const kindYaml = (value: unknown): string => stringify(value, { version: '1.1', lineWidth: 0 });

/**
 * The configuration of a kind cluster (kind.x-k8s.io/v1alpha4): a control plane and a worker for each planned one. A
 * worker's allocatable CPU and memory are what the machine has less what the kubelet is told to reserve for the system; kind's
 * configuration sets no eviction threshold for memory, so that the difference is exact. Room is added for the two pods that kind runs itself.
 *
 * The flags of the kubelet are patched for both forms of kubeadm's configuration: v1beta3, where they are a map, and v1beta4, where they
 * are a list that a merge would replace. So are the timers of the control plane. kind ignores patches of a version that it does not use.
 * Source: kind, pkg/apis/config/v1alpha4/types.go, pkg/internal/patch and pkg/cluster/internal/kubeadm/config.go; kubeadm's reference of its configuration.
 * @param own the user's configuration: its fields stay; its control planes replace ours, its one worker is what ours are made from
 * @throws {ClusterError} if the machine has less than a worker is to offer, or the user's configuration cannot be merged
 */
export function kindConfig(
  plan: PlannedCluster,
  host: HostCapacity,
  image: string,
  timers: NodeTimers,
  own: KindConfig = {},
): KindConfig {
  const { nodes: ownNodes = [], name: _, kubeadmConfigPatches = [], kubeadmConfigPatchesJSON6902 = [], ...rest } = own;
  const ownWorkers = ownNodes.filter(({ role }) => role === 'worker');
  const controlPlanes = ownNodes.filter(({ role }) => role !== 'worker');
  if (ownWorkers.length > 1) {
    throw new ClusterError(
      `the kind configuration has ${ownWorkers.length} workers: expected at most one, which every worker of the scenario is made from`,
    );
  }
  const tooSmall = plan.workers.filter(
    ({ cpuMillicores, memoryBytes }) => cpuMillicores > host.cpuMillicores || memoryBytes > host.memoryBytes,
  );
  if (tooSmall.length > 0) throw new ClusterError(describeTooSmall(tooSmall, host));
  const base = controlPlanes.length > 0 ? controlPlanes : [{ role: 'control-plane' }];
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name: plan.name,
    ...Object.fromEntries(Object.entries(rest).filter(([field]) => field !== 'kind' && field !== 'apiVersion')),
    kubeadmConfigPatches: [...kubeadmConfigPatches, timerPatch(timers)],
    kubeadmConfigPatchesJSON6902: [
      ...kubeadmConfigPatchesJSON6902,
      { group: 'kubeadm.k8s.io', version: 'v1beta4', kind: 'ClusterConfiguration', patch: timerOperations(timers) },
    ],
    nodes: [
      ...base.map((node) => ({ role: 'control-plane', image, ...node })),
      ...plan.workers.map((worker) => workerNode(worker, host, { role: 'worker', image, ...ownWorkers[0] })),
    ],
  };
}

/** The flags of the control plane that a scenario's timers are, by component. Tolerations are whole seconds, rounded up. */
function timerFlags({ nodeMonitorGracePeriodNs, evictionTolerationNs }: NodeTimers) {
  const tolerationSeconds = String(Math.ceil(evictionTolerationNs / 1e9));
  return {
    apiServer: {
      'default-not-ready-toleration-seconds': tolerationSeconds,
      'default-unreachable-toleration-seconds': tolerationSeconds,
    },
    controllerManager: { 'node-monitor-grace-period': `${Math.round(nodeMonitorGracePeriodNs / 1e6)}ms` },
  };
}

function timerPatch(timers: NodeTimers): string {
  const { apiServer, controllerManager } = timerFlags(timers);
  return kindYaml({
    apiVersion: 'kubeadm.k8s.io/v1beta3',
    kind: 'ClusterConfiguration',
    apiServer: { extraArgs: apiServer },
    controllerManager: { extraArgs: controllerManager },
  });
}

/** The same for v1beta4, whose lists a merge would replace. */
function timerOperations(timers: NodeTimers): string {
  return kindYaml(
    Object.entries(timerFlags(timers)).flatMap(([component, flags]) =>
      Object.entries(flags).map(([name, value]) => ({
        op: 'add',
        path: `/${component}/extraArgs/-`,
        value: { name, value },
      })),
    ),
  );
}

function workerNode(worker: PlannedWorker, host: HostCapacity, own: KindNode): KindNode {
  const flags = {
    'max-pods': String(worker.maxPods + OWN_PODS),
    'system-reserved': `cpu=${host.cpuMillicores - worker.cpuMillicores}m,memory=${host.memoryBytes - worker.memoryBytes}`,
  };
  const patches = [
    ...(worker.taints.length === 0
      ? []
      : [kindYaml({ kind: 'JoinConfiguration', nodeRegistration: { taints: worker.taints } })]),
    kindYaml({
      apiVersion: 'kubeadm.k8s.io/v1beta3',
      kind: 'JoinConfiguration',
      nodeRegistration: { kubeletExtraArgs: flags },
    }),
  ];
  const operations = Object.entries(flags).map(([name, value]) => ({
    op: 'add',
    path: '/nodeRegistration/kubeletExtraArgs/-',
    value: { name, value },
  }));
  return {
    ...own,
    labels: {
      ...own.labels,
      ...Object.fromEntries(Object.entries(worker.labels).filter(([label]) => isStartLabel(label))),
    },
    kubeadmConfigPatches: [...(own.kubeadmConfigPatches ?? []), ...patches],
    kubeadmConfigPatchesJSON6902: [
      ...(own.kubeadmConfigPatchesJSON6902 ?? []),
      { group: 'kubeadm.k8s.io', version: 'v1beta4', kind: 'JoinConfiguration', patch: kindYaml(operations) },
    ],
  };
}

const GIB = 1024 ** 3;

function describeTooSmall(workers: readonly PlannedWorker[], host: HostCapacity): string {
  const cpu = Math.max(...workers.map(({ cpuMillicores }) => cpuMillicores));
  const memory = Math.max(...workers.map(({ memoryBytes }) => memoryBytes));
  const factor = Math.ceil(Math.max(cpu / host.cpuMillicores, memory / host.memoryBytes));
  return (
    `${workers.length === 1 ? `worker ${workers[0]!.name} is` : `${workers.length} workers are`} to offer up to ${cpu / 1000} cores and ` +
    `${(memory / GIB).toFixed(1)} GiB; this machine has ${host.cpuMillicores / 1000} cores and ${(host.memoryBytes / GIB).toFixed(1)} GiB.\n` +
    `A kubelet offers no more than its machine has: divide CPU and memory of nodes and pods alike, here by ${factor} times what --shrink says now`
  );
}
