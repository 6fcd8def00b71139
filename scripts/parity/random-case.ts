/** Random clusters and pods that use all that kube-scheduler's default plugins read, for `record-decisions.ts`. */
import type { RandomStream } from '../../src/kernel/index.ts';
import type { RecordedDecision } from '../parity-scheduler.ts';

/** A case before anybody has decided it. */
export type Undecided = Omit<RecordedDecision, 'result'>;

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const APPS = ['a', 'b', 'c'];
const TIERS = ['front', 'back'];
const NAMESPACES = ['default', 'default', 'default', 'other'];
const MIB = 1024 * 1024;
// one size an image: kube-scheduler takes that of the first node to report it, and events have an order of their own
const IMAGES = { 'a:1': 20 * MIB, 'b:1': 300 * MIB, 'c:latest': 1500 * MIB, 'reg.example:5000/d:2': 700 * MIB };

/** Draws cases one after the other; the same stream gives the same cases. */
export class RandomCases {
  readonly #draws: RandomStream;
  /** Factor of how often a pod demands something, so that some cases leave nodes to score. */
  #strictness = 1;
  constructor(draws: RandomStream) {
    this.#draws = draws;
  }

  /** @param id prefix of the names of nodes */
  next(id: string): Undecided {
    this.#strictness = this.#one([0.1, 0.3, 1]);
    const preempts = this.#chance(0.4);
    const nodes = Array.from({ length: 2 + this.#below(10) }, (_, i) => this.#node(`${id}-n${i}`, preempts ? 6 : 30));
    const names = nodes.map(({ metadata }) => metadata.name);

    const pods = Array.from({ length: this.#below(18) }, (_, i) => {
      const pod = this.#pod(`p${i}`, preempts, names);
      const startTime = new Date(Date.UTC(2026, 0, 1, 0, i % 7, i)).toISOString().replace('.000', '');
      const placed = { ...pod, spec: { ...pod.spec, nodeName: this.#one(names) }, status: { startTime } };
      const deletionTimestamp = '2030-01-01T00:00:00Z';
      return this.#chance(0.08) ? { ...placed, metadata: { ...placed.metadata, deletionTimestamp } } : placed;
    });
    const services = this.#some(0.4, () => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: this.#one(NAMESPACES) },
      spec: { selector: { app: this.#one(APPS) }, ports: [{ port: 80 }] },
    }));
    const drawn = this.#pod('incoming', preempts, names);
    const pod = preempts ? { ...drawn, spec: { ...drawn.spec, priority: this.#one([5, 500, 500]) } } : drawn;
    const replicaSets = this.#some(0.25, () => ({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'owner', namespace: pod.metadata.namespace },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: pod.metadata.labels.app } },
        template: {
          metadata: { labels: { app: pod.metadata.labels.app } },
          spec: { containers: [{ name: 'c', image: 'a:1' }] },
        },
      },
    }));
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'owner', uid: 'u', controller: true }];
    const budgets = this.#some(preempts ? 0.5 : 0, () => ({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'budget', namespace: 'default' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: this.#one(APPS) } } },
      status: { disruptionsAllowed: this.#below(3), currentHealthy: 3, desiredHealthy: 1, expectedPods: 3 },
    }));
    return {
      id,
      nodes,
      pods,
      pod: replicaSets.length === 0 ? pod : { ...pod, metadata: { ...pod.metadata, ownerReferences } },
      namespaces: [{ metadata: { name: 'other', labels: { team: 'x' } } }],
      services,
      replicaSets,
      budgets,
    } as unknown as Undecided;
  }

  readonly #below = (count: number): number => Math.floor(this.#draws.uniform() * count);
  readonly #one = <Item>(items: readonly Item[]): Item => items[this.#below(items.length)]!;
  readonly #chance = (probability: number): boolean => this.#draws.uniform() < probability;
  readonly #some = <Item>(probability: number, make: () => Item): Item[] => (this.#chance(probability) ? [make()] : []);

  #node(name: string, sizes: number) {
    const allocatable = {
      cpu: `${500 + 250 * this.#below(sizes)}m`,
      memory: `${512 + 256 * this.#below(40)}Mi`,
      pods: `${2 + this.#below(20)}`,
      ...(this.#chance(0.7) && { 'ephemeral-storage': `${1 + this.#below(20)}Gi` }),
      ...(this.#chance(0.3) && { 'example.org/gpu': `${this.#below(5)}` }),
      ...(this.#chance(0.2) && { 'hugepages-2Mi': '64Mi' }),
    };
    const taint = () => ({
      key: this.#one(['team', 'gpu', 'edge']),
      ...(this.#chance(0.7) && { value: this.#one(APPS) }),
      effect: this.#one(['NoSchedule', 'PreferNoSchedule', 'PreferNoSchedule', 'NoExecute']),
    });
    const taints = new Map(
      [...this.#some(0.3, taint), ...this.#some(0.2, taint)].map((each) => [`${each.key}/${each.effect}`, each]),
    );
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          ...(this.#chance(0.95) && { [HOST]: name }),
          ...(this.#chance(0.85) && { [ZONE]: `z${this.#below(3)}` }),
          disk: this.#one(['ssd', 'hdd']),
          rank: this.#one(['0', '1', '2', '3', '12', '007', 'high']),
        },
      },
      spec: { taints: [...taints.values()], ...(this.#chance(0.08) && { unschedulable: true }) },
      status: {
        allocatable,
        capacity: allocatable,
        images: Object.entries(IMAGES).flatMap(([image, sizeBytes]) =>
          this.#some(0.4, () => ({ names: [image], sizeBytes })),
        ),
      },
    };
  }

  #requirement(keys: readonly string[], values: readonly string[], numeric: boolean) {
    const operator = this.#one(['In', 'NotIn', 'Exists', 'DoesNotExist', ...(numeric ? ['Gt', 'Lt'] : [])]);
    if (operator === 'Gt' || operator === 'Lt') return { key: 'rank', operator, values: [this.#one(['0', '1', '2'])] };
    const listed = this.#chance(0.5) ? [this.#one(values)] : [...values].slice(0, 2);
    return { key: this.#one(keys), operator, ...(operator.endsWith('In') && { values: listed }) };
  }

  #nodeTerm(names: readonly string[]) {
    const byName = () => ({
      key: 'metadata.name',
      operator: this.#one(['In', 'In', 'NotIn']),
      values: [this.#one(names)],
    });
    const matchFields = this.#some(0.2, byName);
    const requirement = () => this.#requirement(['disk', ZONE, 'rank', 'absent'], ['ssd', 'z1', 'hdd', '2'], true);
    const matchExpressions = [
      ...this.#some(matchFields.length > 0 ? 0.4 : 1, requirement),
      ...this.#some(0.2, requirement),
    ];
    return { ...(matchFields.length > 0 && { matchFields }), ...(matchExpressions.length > 0 && { matchExpressions }) };
  }

  #labelSelector() {
    if (this.#chance(0.07)) return {};
    if (this.#chance(0.7)) return { matchLabels: { app: this.#one(APPS) } };
    return { matchExpressions: [this.#requirement(['app', 'tier'], [...APPS, ...TIERS], false)] };
  }

  #podTerm() {
    return {
      ...(this.#chance(0.95) && { labelSelector: this.#labelSelector() }),
      topologyKey: this.#one([ZONE, HOST, 'disk', 'absent']),
      ...(this.#chance(0.15) && { namespaces: [this.#one(NAMESPACES)] }),
      ...(this.#chance(0.15) && {
        namespaceSelector: this.#one([
          {},
          { matchLabels: { team: 'x' } },
          { matchLabels: { 'kubernetes.io/metadata.name': 'other' } },
        ]),
      }),
    };
  }

  /** With keys of labels that the API server joins to the selector; they need one. */
  #keyedPodTerm() {
    const term = this.#podTerm();
    if (term.labelSelector === undefined || !this.#chance(0.2)) return term;
    // a key must not be in the selector already
    return { ...term, [this.#one(['matchLabelKeys', 'mismatchLabelKeys'])]: ['release'] };
  }

  #affinity(names: readonly string[]) {
    const found: Record<string, unknown> = {};
    const preferred = () => ({ weight: 1 + this.#below(100), preference: this.#nodeTerm(names) });
    if (this.#chance(0.35)) {
      found['nodeAffinity'] = {
        ...(this.#chance(0.45 * this.#strictness) && {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [this.#nodeTerm(names), ...this.#some(0.3, () => this.#nodeTerm(names))],
          },
        }),
        ...(this.#chance(0.7) && {
          preferredDuringSchedulingIgnoredDuringExecution: [preferred(), ...this.#some(0.5, preferred)],
        }),
      };
    }
    const weighted = () => ({ weight: 1 + this.#below(100), podAffinityTerm: this.#keyedPodTerm() });
    for (const kind of ['podAffinity', 'podAntiAffinity']) {
      if (!this.#chance(0.25)) continue;
      found[kind] = {
        ...(this.#chance(0.4 * this.#strictness) && {
          requiredDuringSchedulingIgnoredDuringExecution: [
            this.#keyedPodTerm(),
            ...this.#some(0.2, () => this.#keyedPodTerm()),
          ],
        }),
        ...(this.#chance(0.7) && {
          preferredDuringSchedulingIgnoredDuringExecution: [weighted(), ...this.#some(0.4, weighted)],
        }),
      };
    }
    return Object.keys(found).length === 0 ? undefined : found;
  }

  #spread() {
    const constraints = new Map<string, object>();
    while (this.#chance(0.3)) {
      const whenUnsatisfiable = this.#chance(0.5 * this.#strictness) ? 'DoNotSchedule' : 'ScheduleAnyway';
      const topologyKey = this.#one([ZONE, HOST, 'disk', 'absent']);
      const labelSelector = this.#chance(0.9) ? this.#labelSelector() : undefined;
      constraints.set(`${topologyKey}/${whenUnsatisfiable}`, {
        maxSkew: 1 + this.#below(3),
        topologyKey,
        whenUnsatisfiable,
        ...(labelSelector !== undefined && { labelSelector }),
        ...(whenUnsatisfiable === 'DoNotSchedule' && this.#chance(0.3) && { minDomains: 1 + this.#below(4) }),
        ...(this.#chance(0.25) && { nodeAffinityPolicy: this.#one(['Honor', 'Ignore']) }),
        ...(this.#chance(0.25) && { nodeTaintsPolicy: this.#one(['Honor', 'Ignore']) }),
        ...(labelSelector !== undefined && this.#chance(0.2) && { matchLabelKeys: ['release'] }),
      });
    }
    return constraints.size === 0 ? undefined : [...constraints.values()];
  }

  #toleration() {
    const effect = this.#one(['NoSchedule', 'PreferNoSchedule', 'NoExecute', undefined]);
    const ofEffect = effect === undefined ? {} : { effect };
    if (this.#chance(0.1)) return { operator: 'Exists', ...ofEffect };
    const key = this.#one(['team', 'gpu', 'edge']);
    if (this.#chance(0.4)) return { key, operator: 'Exists', ...ofEffect };
    return {
      key,
      ...(this.#chance(0.7) && { operator: 'Equal' }),
      ...(this.#chance(0.7) && { value: this.#one(APPS) }),
      ...ofEffect,
    };
  }

  #amounts(scale: number): Record<string, string> {
    return {
      ...(this.#chance(0.75) && {
        cpu: this.#one([`${Math.ceil(scale * 50 * (1 + this.#below(20)))}m`, '0.25', '33m']),
      }),
      ...(this.#chance(0.75) && { memory: `${Math.ceil(scale * 64 * (1 + this.#below(20)))}Mi` }),
    };
  }

  #resources(scale: number) {
    const requests = this.#amounts(scale);
    if (this.#chance(0.1)) requests['ephemeral-storage'] = `${1 + this.#below(3)}Gi`;
    const limits: Record<string, string> = {};
    if (this.#chance(0.1 * this.#strictness)) limits['example.org/gpu'] = '1';
    if (this.#chance(0.1) && requests['memory'] === undefined) limits['memory'] = '128Mi';
    return { requests, limits };
  }

  #container(name: string, scale: number) {
    const port = () => ({
      containerPort: 80,
      hostPort: 8000 + this.#below(2),
      ...(this.#chance(0.4) && { hostIP: this.#one(['127.0.0.1', '10.1.1.1', '0.0.0.0']) }),
      ...(this.#chance(0.3) && { protocol: this.#one(['TCP', 'UDP']) }),
    });
    const ports = this.#some(0.12 * this.#strictness, port);
    const image = this.#one([...Object.keys(IMAGES), 'c', 'reg.example:5000/e']);
    return { name, image, resources: this.#resources(scale), ...(ports.length > 0 && { ports }) };
  }

  #pod(name: string, preempts: boolean, names: readonly string[]) {
    const affinity = this.#affinity(names);
    const topologySpreadConstraints = this.#spread();
    const containers = [this.#container('c0', 1), ...this.#some(0.25, () => this.#container('c1', 1))];
    const initContainers = [
      ...this.#some(0.15, () => this.#container('i0', 1.5)),
      ...this.#some(0.12, () => ({ ...this.#container('i1', 0.5), restartPolicy: 'Always' })),
      ...this.#some(0.1, () => this.#container('i2', 1.5)),
    ];
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: this.#one(NAMESPACES),
        labels: {
          app: this.#one(APPS),
          ...(this.#chance(0.5) && { tier: this.#one(TIERS) }),
          ...(this.#chance(0.6) && { release: this.#one(['1', '2']) }),
        },
      },
      spec: {
        terminationGracePeriodSeconds: 3600,
        containers,
        ...(initContainers.length > 0 && { initContainers }),
        ...(affinity !== undefined && { affinity }),
        ...(topologySpreadConstraints !== undefined && { topologySpreadConstraints }),
        ...(this.#chance(0.15 * this.#strictness) && { nodeSelector: { disk: this.#one(['ssd', 'hdd']) } }),
        ...(this.#chance(0.4) && { tolerations: [this.#toleration(), ...this.#some(0.3, () => this.#toleration())] }),
        ...(this.#chance(0.1) && { overhead: { cpu: '120m', memory: '90Mi' } }),
        ...(this.#chance(0.1) && {
          resources: { requests: { cpu: '3', ...(this.#chance(0.5) && { memory: '6Gi' }) } },
        }),
        ...(preempts && { priority: this.#one([0, 0, 10, 500]) }),
        ...(preempts && this.#chance(0.1) && { preemptionPolicy: 'Never' }),
      },
    };
  }
}
