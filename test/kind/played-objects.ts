/** Kubernetes objects as an API server has them, with what an import must never take. */

export const SECRET = 'hunter2';

/** Where collections of each kind are listed. */
export const paths = {
  nodes: '/api/v1/nodes',
  pods: '/api/v1/pods',
  events: '/api/v1/events',
  services: '/api/v1/services',
  deployments: '/apis/apps/v1/deployments',
  replicaSets: '/apis/apps/v1/replicasets',
  statefulSets: '/apis/apps/v1/statefulsets',
  budgets: '/apis/policy/v1/poddisruptionbudgets',
  autoscalers: '/apis/autoscaling/v2/horizontalpodautoscalers',
  priorityClasses: '/apis/scheduling.k8s.io/v1/priorityclasses',
} as const;

export const node = (
  name: string,
  more: { zone?: string; spec?: object; ready?: boolean; cpu?: string } = {},
): object => ({
  metadata: {
    name,
    uid: `node-${name}`,
    labels: {
      'kubernetes.io/hostname': name,
      'kubernetes.io/arch': 'amd64',
      ...(more.zone === undefined ? {} : { 'topology.kubernetes.io/zone': more.zone }),
    },
  },
  spec: more.spec ?? {},
  status: {
    allocatable: { cpu: more.cpu ?? '3920m', memory: '16Gi', pods: '110', 'hugepages-1Gi': '0' },
    conditions: [{ type: 'Ready', status: more.ready === false ? 'Unknown' : 'True' }],
  },
});

export const podSpec = (more: object = {}): Record<string, unknown> => ({
  schedulerName: 'default-scheduler',
  containers: [
    {
      name: 'main',
      image: 'registry.example/web:1',
      command: ['serve', SECRET],
      env: [{ name: 'PASSWORD', value: SECRET }],
      resources: { requests: { cpu: '100m', memory: '64Mi' } },
      volumeMounts: [{ name: 'token', mountPath: '/run/token' }],
    },
  ],
  volumes: [{ name: 'token', secret: { secretName: SECRET } }],
  ...more,
});

export const owner = (kind: string, name: string): object => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `${kind}-${name}`, controller: true }],
});

export const pod = (name: string, more: { metadata?: object; spec?: object; status?: object } = {}): object => ({
  metadata: { name, namespace: 'shop', uid: `pod-${name}`, labels: { app: 'web' }, ...more.metadata },
  spec: podSpec(more.spec),
  status: { phase: 'Running', ...more.status },
});

export const controller = (
  kind: string,
  name: string,
  replicas: number,
  more: { metadata?: object; spec?: object } = {},
): object => ({
  metadata: {
    name,
    namespace: 'shop',
    uid: `${kind}-${name}`,
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': SECRET },
    ...more.metadata,
  },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name }, annotations: { note: SECRET } }, spec: podSpec(more.spec) },
  },
});
