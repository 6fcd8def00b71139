import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { kindConfig, kindYaml } from '../../src/kind/kind-config.ts';
import { planClusters } from '../../src/kind/cluster-plan.ts';
import { shellText } from '../../src/kind/shell-command.ts';
import { scenarioFromObject } from '../../src/scenario/index.ts';
import { builtProgram, callProgram } from '../cli/call-program.ts';
import { FakePrograms } from './fake-programs.ts';

const host = { cpuMillicores: 8000, memoryBytes: 32 * 1024 ** 3 };
const scenario = {
  apiVersion: 'codeco-sim/v1',
  kind: 'Scenario',
  metadata: { name: 'port' },
  spec: {
    duration: '1m',
    infrastructure: {
      nodeClasses: {
        server: { cpu: 4, memory: '16Gi', pods: 50 },
        gpu: {
          cpu: '1500m',
          memory: '4Gi',
          arch: 'arm64',
          resources: { 'nvidia.com/gpu': 2 },
          labels: { 'example.com/tier': 'edge', 'node-role.kubernetes.io/edge': 'true' },
          taints: [{ key: 'reserved', value: 'ai', effect: 'NoExecute' }],
        },
      },
      clusters: [
        { name: 'hub', role: 'hub', nodes: [{ class: 'server', count: 3 }] },
        { name: 'quay', nodes: [{ class: 'gpu', count: 2 }] },
      ],
      links: [{ from: 'quay', to: 'hub', bandwidth: '1Gbit/s', latency: '5ms' }],
    },
  },
};
const { world } = scenarioFromObject(scenario);
const timers = world.orchestration;
const plan = (options: Partial<Parameters<typeof planClusters>[1]> = {}) =>
  planClusters(world, { clusters: 'one', name: 'port', scale: 1, shrink: 1, ...options });

let fakes: FakePrograms | undefined;
afterEach(() => {
  fakes?.remove();
  fakes = undefined;
});

const capacity = 'info*) echo "8 34359738368" ;;';
const containers = 'ps*) echo "id1 port-control-plane"; echo "id2 port-worker" ;;';
function fake(rules: Readonly<Record<string, readonly string[]>> = {}): FakePrograms {
  fakes = new FakePrograms({ kind: [], kubectl: [], docker: [capacity, containers], ...rules });
  writeFileSync(join(fakes.folder, 'port.json'), JSON.stringify(scenario));
  return fakes;
}
const cli = ({ env, folder }: FakePrograms, ...args: readonly string[]) => callProgram(folder, ['kind', ...args], env);

test('a dry run prints the configuration of kind and every command', async () => {
  const { status, stdout } = await cli(fake(), 'up', 'port.json', '--dry-run');
  expect(status).toBe(0);
  await expect(stdout).toMatchFileSnapshot('golden/port.txt');
});

test('with each, every simulated cluster is a kind cluster of its own', () => {
  const clusters = plan({ clusters: 'each' });
  expect(clusters.map(({ name, workers }) => [name, workers.map((worker) => worker.name)])).toEqual([
    ['port-hub', ['port-hub-worker', 'port-hub-worker2', 'port-hub-worker3']],
    ['port-quay', ['port-quay-worker', 'port-quay-worker2']],
  ]);
});

test('with a scale, one worker stands for several nodes alike and offers what they have together', () => {
  const [{ workers }] = plan({ scale: 2, shrink: 2 }) as [ReturnType<typeof plan>[number]];
  expect(
    workers.map(({ name, nodes, cpuMillicores, maxPods, resources }) => [
      name,
      nodes,
      cpuMillicores,
      maxPods,
      resources,
    ]),
  ).toEqual([
    ['port-worker', [0, 1], 4000, 100, {}],
    ['port-worker2', [2], 2000, 50, {}],
    ['port-worker3', [3, 4], 1500, 220, { 'nvidia.com/gpu': '4' }],
  ]);
});

test('what the system is told to reserve is what the machine has beyond the node', () => {
  const config = kindConfig(plan()[0]!, host, 'node:1', timers);
  const [, server] = config.nodes as {
    kubeadmConfigPatches: string[];
    kubeadmConfigPatchesJSON6902: { patch: string }[];
  }[];
  const flags = { 'max-pods': '52', 'system-reserved': `cpu=4000m,memory=${16 * 1024 ** 3}` };
  expect(parse(server!.kubeadmConfigPatches[0]!)).toEqual({
    apiVersion: 'kubeadm.k8s.io/v1beta3',
    kind: 'JoinConfiguration',
    nodeRegistration: { kubeletExtraArgs: flags },
  });
  expect(
    (parse(server!.kubeadmConfigPatchesJSON6902[0]!.patch) as { value: unknown }[]).map(({ value }) => value),
  ).toEqual(Object.entries(flags).map(([name, value]) => ({ name, value })));
});

test("the user's own configuration is kept: his control planes, and his worker under each of ours", () => {
  const own = {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name: 'other',
    networking: { podSubnet: '10.10.0.0/16' },
    nodes: [
      { role: 'control-plane', image: 'own:2' },
      {
        role: 'worker',
        labels: { mine: 'yes' },
        kubeadmConfigPatches: ['kind: JoinConfiguration\n'],
        extraMounts: [{ hostPath: '/a', containerPath: '/b' }],
      },
    ],
  };
  const {
    nodes,
    kubeadmConfigPatches,
    kubeadmConfigPatchesJSON6902: _,
    ...rest
  } = kindConfig(plan()[0]!, host, 'node:1', timers, own);
  expect(rest).toEqual({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name: 'port',
    networking: { podSubnet: '10.10.0.0/16' },
  });
  expect(parse(kubeadmConfigPatches![0]!)).toMatchObject({
    apiServer: { extraArgs: { 'default-unreachable-toleration-seconds': '300' } },
    controllerManager: { extraArgs: { 'node-monitor-grace-period': '50000ms' } },
  });
  expect(nodes).toHaveLength(6);
  expect(nodes![0]).toEqual({ role: 'control-plane', image: 'own:2' });
  expect(nodes![1]).toMatchObject({
    role: 'worker',
    image: 'node:1',
    labels: { mine: 'yes', 'topology.kubernetes.io/zone': 'hub' },
    extraMounts: [{ hostPath: '/a', containerPath: '/b' }],
  });
  expect(nodes![1]!.kubeadmConfigPatches![0]).toBe('kind: JoinConfiguration\n');
});

test('a node that is larger than the machine is an error that tells by how much to divide', async () => {
  const { status, stderr } = await cli(
    fake(),
    'up',
    'port.json',
    '--dry-run',
    '--host-cpu',
    '2',
    '--host-memory',
    '8Gi',
  );
  expect(status).toBe(3);
  expect(stderr).toContain('offer up to 4 cores and 16.0 GiB; this machine has 2 cores and 8.0 GiB');
  expect(stderr).toContain('here by 2 times what --shrink says');
  expect(
    (await cli(fakes!, 'up', 'port.json', '--dry-run', '--host-cpu', '2', '--host-memory', '8Gi', '--shrink', '2'))
      .status,
  ).toBe(0);
});

test('up makes what down takes away, and nothing is left', async () => {
  const there = fake();
  const made = await cli(there, 'up', 'port.json', '--load-image', 'shop:1');
  expect(made).toMatchObject({ status: 0 });
  expect(there.calls.filter((call) => call.startsWith('kind'))).toEqual([
    'kind version',
    'kind get clusters',
    'kind create cluster --name port --config .codeco-sim/kind/port/kind-port.yaml --kubeconfig .codeco-sim/kind/port/kubeconfig',
    'kind load docker-image shop:1 --name port',
  ]);
  expect(await cli(there, 'up', 'port.json')).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('kind down --state .codeco-sim/kind/port') as string,
  });
  expect(await cli(there, 'down', 'port.json')).toMatchObject({ status: 0 });
  expect(there.calls.at(-1)).toBe('kind delete cluster --name port --kubeconfig .codeco-sim/kind/port/kubeconfig');
  expect(existsSync(join(there.folder, '.codeco-sim/kind/port'))).toBe(false);
  expect(await cli(there, 'down', 'port.json')).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('holds no clusters') as string,
  });
});

test('down leaves alone a cluster of the same name that another has made since', async () => {
  const there = fake();
  expect((await cli(there, 'up', 'port.json')).status).toBe(0);
  writeFileSync(join(there.folder, 'bin/docker'), '#!/bin/sh\necho "id9 port-control-plane"\n');
  const { status, stderr } = await cli(there, 'down', 'port.json');
  expect(status).toBe(3);
  expect(stderr).toContain('its container port-control-plane is another');
  expect(there.calls.some((call) => call.includes('delete'))).toBe(false);
});

test('a name that is taken is left alone', async () => {
  const there = fake({ kind: ['"get clusters") echo port ;;'] });
  const { status, stderr } = await cli(there, 'up', 'port.json');
  expect(status).toBe(3);
  expect(stderr).toContain("a kind cluster called 'port' is there already");
  expect(there.calls.some((call) => /create|delete/.test(call))).toBe(false);
});

test('what fails is told in words, and what was begun is taken away', async () => {
  const failure =
    'create*) echo "ERROR: failed to create cluster: failed to pull image \\"kindest/node\\"" >&2; exit 1 ;;';
  const there = fake({ kind: [failure] });
  const { status, stderr } = await cli(there, 'up', 'port.json');
  expect(status).toBe(3);
  expect(stderr).toContain('the node image cannot be pulled');
  expect(stderr).not.toContain(' at ');
  expect(there.calls.at(-1)).toMatch(/^kind delete cluster --name port /);
  expect(existsSync(join(there.folder, '.codeco-sim/kind/port'))).toBe(false);
});

test('what nodes that do not become Ready say of it is told before they are taken away', async () => {
  const there = fake({
    kubectl: [
      '*" wait "*) echo "error: timed out waiting for the condition on nodes/port-worker" >&2; exit 1 ;;',
      '*" get nodes "*) echo "port-worker: Ready is False, cni plugin not initialized" ;;',
    ],
  });
  const { status, stderr } = await cli(there, 'up', 'port.json');
  expect(status).toBe(3);
  expect(stderr).toContain('port-worker: Ready is False, cni plugin not initialized');
  expect(stderr).toContain('a node did not become Ready in time');
  expect(there.calls.at(-1)).toMatch(/^kind delete cluster --name port /);
});

// a real kubeadm read the taint's value `yes` as a bool, and did not join the node
test('words that YAML 1.1 takes for something else are quoted for kind and kubeadm', () => {
  expect(kindYaml({ value: 'yes', off: 'off', octal: '0777', minutes: '1:30', plain: 'left' })).toBe(
    'value: "yes"\n"off": "off"\noctal: "0777"\nminutes: "1:30"\nplain: left\n',
  );
});

test('a network of pods that the user installs himself is not waited for', async () => {
  const there = fake();
  writeFileSync(
    join(there.folder, 'bare.yaml'),
    'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking: { disableDefaultCNI: true }\n',
  );
  expect((await cli(there, 'up', 'port.json', '--kind-config', 'bare.yaml')).status).toBe(0);
  expect(there.calls.filter((call) => /kindnet|condition=Ready/.test(call))).toEqual([]);
  expect(there.calls.some((call) => call.includes('set resources daemonset/kube-proxy'))).toBe(true);
});

test('a program that is missing is named', async () => {
  fakes = new FakePrograms({ docker: [capacity] });
  writeFileSync(join(fakes.folder, 'port.json'), JSON.stringify(scenario));
  const { status, stderr } = await cli(fakes, 'up', 'port.json');
  expect(status).toBe(3);
  expect(stderr).toContain('kind is not installed, or not on PATH');
});

test('an interrupt takes away what has been begun', async () => {
  const there = fake({ kind: ['create*) exec sleep 30 ;;'] });
  const child = spawn(process.execPath, [builtProgram, 'kind', 'up', 'port.json'], {
    cwd: there.folder,
    env: there.env,
  });
  const ended = new Promise((end) => child.on('close', end));
  while (!there.calls.some((call) => call.startsWith('kind create'))) await new Promise((wait) => setTimeout(wait, 20));
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(there.calls.at(-1)).toMatch(/^kind delete cluster --name port /);
  expect(existsSync(join(there.folder, '.codeco-sim/kind/port'))).toBe(false);
});

test('commands are shown as a shell reads them', () => {
  const text = shellText({ program: 'a', args: ["it's", '$x', 'plain=1'], env: { E: '1 2' }, stdin: 'x\n' });
  expect(text).toBe("E='1 2' a 'it'\\''s' '$x' plain=1 <<'EOF'\nx\nEOF");
});
