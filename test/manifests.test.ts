import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadScenario, type Problem } from '../src/scenario/index.ts';
import { simulateLoaded } from '../src/simulate.ts';
import { runSimulation } from '../src/simulation.ts';
import { Recorder } from '../src/results/index.ts';
import type { Pod } from '../src/kubernetes/index.ts';
import { DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP, type World } from '../src/model/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-manifests-'));
let count = 0;

/** A scenario of nodes with one core each that runs what `app` says; `manifest` is the file that it may refer to. */
function load(
  app: object,
  options: { manifest?: string; spec?: object; infrastructure?: object; nodes?: object[]; extra?: object[] } = {},
) {
  writeFileSync(join(folder, 'manifest.yaml'), options.manifest ?? '');
  const file = join(folder, `${count++}.json`);
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'manifests' },
    spec: {
      duration: '10m',
      infrastructure: {
        nodeClasses: {
          small: { cpu: 1, memory: '4Gi' },
          gpu: { cpu: 4, memory: '8Gi', resources: { 'example.org/gpu': 2 } },
        },
        clusters: [
          { name: 'a', at: { x: '0m', y: '0m' }, nodes: options.nodes ?? [{ class: 'small', name: 'n{i}', count: 2 }] },
        ],
        ...options.infrastructure,
      },
      apps: [app, ...(options.extra ?? [])],
      orchestration: { podStartup: '2s' },
      ...options.spec,
    },
  };
  writeFileSync(file, JSON.stringify(scenario));
  return loadScenario(file);
}

function run(world: World): readonly Pod[] {
  const recorder = new Recorder(undefined, { name: 'test', scenario: { file: '', hash: '' }, seed: 1, version: '0' });
  return runSimulation(world, recorder).pods;
}

const deployment = (name: string, replicas: number, spec = '', cpu = '400m'): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, annotations: { a: b } }
spec:
  replicas: ${replicas}
  revisionHistoryLimit: 2
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name}, tier: web } }
    spec:
      ${spec}
      containers:
        - { name: main, image: 'registry.example/main:1', env: [], resources: { requests: { cpu: ${cpu} } } }
`;
const pod = (name: string, spec = ''): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  ${spec}
  containers: [{ name: main, resources: { requests: { cpu: 400m } } }]
`;

test('Deployments are replicas that are made anew after an eviction, bare pods are not', () => {
  const manifest = [deployment('web', 2), pod('alone', 'nodeName: n1')].join('---');
  const crash = { faults: [{ at: '60s', crash: 'n1' }], duration: '15m' };
  const pods = run(load({ manifest: 'manifest.yaml' }, { manifest, spec: crash }).world);
  const alone = pods.filter(({ name }) => name === 'alone');
  expect(alone).toHaveLength(1);
  expect(alone[0]).toMatchObject({ phase: 'gone', reason: 'node-unreachable' });
  // its last lease was seen at 55 s or 60 s; silent for 50 s, tolerated for 300 s: Kubernetes' defaults
  expect([405e9, 410e9]).toContain(alone[0]!.goneNs);
  const web = pods.filter(({ name }) => name.startsWith('manifest-web-'));
  expect(web.filter(({ phase }) => phase === 'ready')).toHaveLength(2);
  expect(web.length).toBeGreaterThan(2);
});

test('a pod with activeDeadlineSeconds ends so long after it was bound (Kubernetes, syncActiveDeadline)', () => {
  const [only] = run(
    load({ manifest: 'manifest.yaml', at: '5s' }, { manifest: pod('batch', 'activeDeadlineSeconds: 30') }).world,
  );
  expect(only).toMatchObject({
    createdNs: 5e9,
    scheduledNs: 5e9,
    readyNs: 7e9,
    goneNs: 35e9,
    reason: 'deadline-exceeded',
  });
});

test('pods of a table come, run from their start and leave; who finds no room waits for it', () => {
  const table = 'name,arrival_s,duration_s,cpu\nfirst,0,10,1\nsecond,1.5,10,1\nthird,3,,500m\n';
  const { world } = load({ pods: table, at: '1s' }, { nodes: [{ class: 'small' }] });
  const pods = run(world);
  expect(pods.map(({ name }) => name)).toEqual(['first', 'second', 'third']);
  expect(pods[0]).toMatchObject({ createdNs: 1e9, scheduledNs: 1e9, readyNs: 3e9, goneNs: 13e9, reason: 'completed' });
  // tried at 2.5 s, and again when the first one has gone: its back-off of 1 s is over by then
  expect(pods[1]).toMatchObject({ createdNs: 2.5e9, scheduledNs: 13e9, readyNs: 15e9, goneNs: 25e9 });
  expect(pods[2]).toMatchObject({ createdNs: 4e9, scheduledNs: 25e9, phase: 'ready' });
});

test('extended resources of nodes bound what pods get, and node columns choose among them', () => {
  const table =
    'name,arrival_s,cpu,example.org/gpu,node:node.kubernetes.io/instance-type\n' +
    'a,0,100m,1,\nb,0,100m,1,gpu\nc,0,100m,1,\nd,0,100m,,small|none\n';
  const nodes = [
    { class: 'small', name: 'plain' },
    { class: 'gpu', name: 'fast' },
  ];
  const { world } = load({ pods: table }, { nodes });
  const pods = run(world);
  expect(pods.map(({ node }) => (node === undefined ? undefined : world.nodes[node]!.name))).toEqual([
    'fast',
    'fast',
    undefined,
    'plain',
  ]);
  expect(pods[2]!.message).toContain('Insufficient example.org/gpu');
  expect(world.services).toHaveLength(3);
});

test('what manifests say of pods in general is kept, and what has no effect is told in one warning', () => {
  const manifest = [
    deployment('web', 2, 'priorityClassName: high'),
    deployment('plain', 1),
    'apiVersion: v1\nkind: Service\nmetadata: { name: front }\nspec: { selector: { app: web }, ports: [{ port: 80 }] }\n',
    'apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: high }\nvalue: 1000\npreemptionPolicy: Never\n',
    'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: some }\nspec: { minAvailable: 50%, selector: { matchLabels: { app: web } } }\n',
    'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: web }\nspec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, maxReplicas: 5 }\n',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n',
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n',
  ].join('---\n');
  const { world, warnings } = load({ name: 'shop', manifest: 'manifest.yaml' }, { manifest });
  expect(world.objects).toEqual({
    priorityClasses: [{ name: 'high', value: 1000, globalDefault: false, preemptionPolicy: 'Never' }],
    disruptionBudgets: [
      { name: 'some', namespace: 'default', minAvailable: '50%', selector: { matchLabels: { app: 'web' } } },
    ],
    autoscalers: [
      {
        name: 'web',
        namespace: 'default',
        minReplicas: 1,
        maxReplicas: 5,
        metrics: [{ kind: 'resource', resource: 'cpu', target: { type: 'Utilization', percent: 80 } }],
        scaleUp: DEFAULT_SCALE_UP,
        scaleDown: DEFAULT_SCALE_DOWN,
        target: 0,
      },
    ],
  });
  expect(world.services[0]!.podSpec).toMatchObject({ priority: 1000, preemptionPolicy: 'Never' });
  expect(world.services[1]!.podSpec.priority).toBeUndefined();
  const told = warnings.map(({ found }: Problem) => found);
  expect(told).toEqual([
    'without effect here: Deployment.spec.revisionHistoryLimit, Pod.spec.containers.env, Service.spec.ports, ConfigMap',
  ]);
});

test('requests reach a Deployment by the Service that stands for it, with the behaviour that the scenario states', () => {
  const manifest = `${deployment('web', 2)}---\napiVersion: v1\nkind: Service\nmetadata: { name: front }\nspec: { selector: { app: web } }\n`;
  const loaded = load(
    { name: 'shop', manifest: 'manifest.yaml', behaviour: { web: { cpu: '4ms' } } },
    {
      manifest,
      infrastructure: { access: { at: { x: '0m', y: '0m' }, uplink: { to: 'a', bandwidth: '1Gbit/s' } } },
      spec: {
        warmup: '10s',
        users: [{ count: 3, at: { x: '1m', y: '0m' }, requests: { app: 'shop', to: 'front', rate: '1/s' } }],
      },
    },
  );
  const { measures } = simulateLoaded(loaded, '');
  expect(measures.requests_sent).toBeGreaterThan(1_500);
  expect(measures.requests_failed).toBe(0);
  expect(measures.latency_p50_ns).toBeGreaterThan(4e6);
});

test('a List is read as its items, and a pod that no node can take is warned of', () => {
  const item = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'picky' },
    spec: { nodeSelector: { disk: 'ssd' }, containers: [{ name: 'main' }] },
  });
  const { world, warnings } = load(
    { manifest: 'manifest.yaml' },
    { manifest: `apiVersion: v1\nkind: List\nitems: [${item}]\n` },
  );
  expect(world.services.map(({ name }) => name)).toEqual(['picky']);
  expect(warnings.map(({ found }) => found)).toEqual([
    'no node of the scenario has what these pods require: they stay pending',
  ]);
  expect(run(world)[0]).toMatchObject({ phase: 'pending' });
});

test('a PriorityClass is known to manifests that come before its own, and a manifest serves several applications', () => {
  const classes = 'apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: high }\nvalue: 7\n';
  writeFileSync(join(folder, 'with-class.yaml'), `${classes}---${pod('late')}`);
  const extra = [
    { name: 'again', manifest: 'manifest.yaml' },
    { name: 'last', manifest: 'with-class.yaml' },
  ];
  const manifest = pod('early', 'priorityClassName: high');
  const { world } = load({ name: 'first', manifest: 'manifest.yaml' }, { manifest, extra });
  expect(world.services.map(({ name, podSpec }) => [name, podSpec.priority])).toEqual([
    ['early', 7],
    ['early', 7],
    ['late', undefined],
  ]);
});

test('a field that is null is as if it were not there, and a prefix in place of a name is made one', () => {
  const pod =
    'apiVersion: v1\nkind: Pod\nmetadata: { generateName: load-, labels: null }\nspec: { nodeSelector: null, containers: [{ name: c, command: [a, null] }] }\n';
  const { world, warnings } = load({ name: 'load', manifest: 'manifest.yaml' }, { manifest: `${pod}---\n${pod}` });
  expect(world.services.map(({ name }) => name)).toEqual(['load-1', 'load-2']);
  expect(world.services[0]!.workload!.labels).toEqual({});
  expect(warnings.map(({ found }: Problem) => found)).toEqual(['without effect here: Pod.spec.containers.command']);
});

test('probes, pull policies, grace periods and images of volumes have an effect; hooks without a length have none', () => {
  const manifest = `
apiVersion: v1
kind: Pod
metadata: { name: p }
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 5
  volumes: [{ name: model, image: { reference: example.org/model:1 } }]
  containers:
    - name: c
      image: example.org/c:1
      imagePullPolicy: Always
      readinessProbe: { periodSeconds: 5, httpGet: { path: /, port: 80 } }
      lifecycle: { postStart: { exec: { command: [date] } }, preStop: { sleep: { seconds: 3 } } }
      tty: true
`;
  const { warnings } = load({ name: 'p', manifest: 'manifest.yaml' }, { manifest });
  expect(warnings.map(({ found }: Problem) => found)).toEqual([
    'without effect here: Pod.spec.containers.tty, Pod.spec.containers.lifecycle.postStart',
  ]);
});
