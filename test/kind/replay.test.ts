import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeApiServer } from './fake-api-server.ts';

const program = join(process.cwd(), 'dist/cli/main.js');
let server: FakeApiServer;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-replay-'));
  server = await FakeApiServer.start();
  server.addNode('big', '8', '16Gi');
  server.addNode('small', '2', '4Gi');
});
afterEach(() => {
  server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const pod = (cpu: string) => ({
  containers: [{ name: 'main', image: 'example/own:1', resources: { requests: { cpu } } }],
});
const scenario = (more: object = {}) => ({
  apiVersion: 'codeco-sim/v1',
  kind: 'Scenario',
  metadata: { name: 'quay' },
  spec: {
    duration: '20s',
    infrastructure: {
      nodeClasses: { server: { cpu: 4, memory: '8Gi' }, box: { cpu: 1, memory: '2Gi' } },
      clusters: [
        {
          name: 'hub',
          nodes: [
            { class: 'box', name: 'edge' },
            { class: 'server', name: 'cloud' },
          ],
        },
      ],
    },
    apps: [
      { codecoApp: 'shop', at: '5s' },
      { codecoApp: 'late', at: '10s' },
    ],
    ...more,
  },
});
const app = (name: string, cpu: string) => ({
  apiVersion: 'codeco.he-codeco.eu/v1alpha1',
  kind: 'CodecoApp',
  metadata: { name },
  spec: { appName: name, 'codecoapp-msspec': [{ serviceName: `${name}-web`, podspec: pod(cpu), serviceChannels: [] }] },
});

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], more: object = {}): { child: ChildProcess; ended: Promise<Ran> } {
  const documents = [scenario(more), app('shop', '2'), app('late', '500m')];
  writeFileSync(join(folder, 'quay.yaml'), documents.map((document) => JSON.stringify(document)).join('\n---\n'));
  const child = spawn(process.execPath, [program, 'kind', 'replay', 'quay.yaml', ...args], { cwd: folder });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const ended = new Promise<Ran>((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })));
  return { child, ended };
}
const on = (...args: readonly string[]): string[] => ['--kubeconfig', server.writeKubeconfig(folder), ...args];
const isFree = (): boolean =>
  server.all('/pods/').length + server.all('/deployments/').length + server.all('/services/').length === 0;

describe('a replay', () => {
  test('it applies what there is at its times, binds each decision, and takes all away again', async () => {
    const nodes: string[] = [];
    server.refuse = ({ method, path, body }) => {
      if (method === 'POST' && path.endsWith('/binding'))
        nodes.push(`${path.split('/').at(-2)} ${(body['target'] as { name: string }).name}`);
      return undefined;
    };
    const { ended } = start(on('--placement', 'simulated', '--speed-up', '5', '-o', 'json'));
    const { status, stdout, stderr } = await ended;
    expect(stderr).toContain('edge: node small');
    expect(stderr).toContain('cloud: node big');
    expect(status).toBe(0);
    const { steps, latenessNs, leftOver, outcome, callsPerSecond } = JSON.parse(stdout) as {
      steps: {
        does: string;
        plannedNs: number;
        begunNs: number;
        endedNs: number;
        failure?: string;
        node?: string;
        pod?: string;
      }[];
      latenessNs: { median: number; max: number };
      leftOver: string[];
      outcome: string;
      callsPerSecond: number;
    };
    expect({ leftOver, outcome, callsPerSecond }).toEqual({ leftOver: [], outcome: 'done', callsPerSecond: 20 });
    // requests of 2 cores fit the larger node alone; both are bound where the scenario's scheduler has put them
    expect(nodes.toSorted()).toEqual([expect.stringContaining('late-late-web-0 '), 'shop-shop-web-0 big']);
    expect(steps.map(({ does, failure }) => [does, failure]).toSorted()).toEqual([
      ['apply', undefined],
      ['apply', undefined],
      ['bind', undefined],
      ['bind', undefined],
    ]);
    // never early, and in the scenario's time: 5 s and 10 s
    for (const { begunNs, plannedNs, endedNs } of steps) {
      expect(begunNs).toBeGreaterThanOrEqual(plannedNs);
      expect(endedNs).toBeGreaterThanOrEqual(begunNs);
    }
    const late = steps.map(({ begunNs, plannedNs }) => (begunNs - plannedNs) / 5).toSorted((a, b) => a - b);
    expect(latenessNs.max).toBe(Math.round(late.at(-1)!));
    expect(isFree()).toBe(true);
  });

  test('an interrupt takes away what was made', async () => {
    const { child, ended } = start(on());
    while (server.all('/deployments/').length === 0) await new Promise((wait) => setTimeout(wait, 20));
    child.kill('SIGINT');
    const { status, stdout } = await ended;
    expect(status).toBe(130);
    expect(stdout).toContain('quay: interrupted');
    expect(stdout).toContain('all that was made is taken away');
    expect(isFree()).toBe(true);
  });

  test('what cannot be taken away is listed', async () => {
    const { child, ended } = start(on());
    while (server.all('/deployments/').length === 0) await new Promise((wait) => setTimeout(wait, 20));
    server.refuse = ({ method, path }) =>
      method === 'DELETE' && path.includes('/services/') ? { status: 500, message: 'the store is broken' } : undefined;
    child.kill('SIGTERM');
    const { status, stdout } = await ended;
    expect(status).toBe(130);
    expect(stdout).toContain('left over: Service default/shop-web: cannot delete');
    expect(stdout).toContain('the store is broken');
  });

  test('a node that fails is cordoned, and tainted once the node controller would have missed it, and is given back', async () => {
    const states: string[] = [];
    server.refuse = ({ method, path, body }) => {
      if (method === 'PATCH' && path.includes('/nodes/'))
        states.push(`${path.split('/').at(-1)} ${JSON.stringify(body['spec'])}`);
      return undefined;
    };
    const more = {
      duration: '6s',
      orchestration: { nodeMonitorGracePeriod: '2s', evictionToleration: '1s' },
      faults: [{ at: '1s', for: '4s', crash: 'cloud' }],
      apps: [{ codecoApp: 'shop', at: '0s' }],
    };
    const { ended } = start(on('-o', 'json'), more);
    const { status, stdout } = await ended;
    expect(status).toBe(0);
    expect(states).toEqual([
      'big {"unschedulable":true}',
      'big {"taints":[{"key":"codeco-sim.io/down","effect":"NoExecute"}]}',
      'big {"unschedulable":null,"taints":[{"key":"codeco-sim.io/down","effect":"NoExecute","$patch":"delete"}]}',
    ]);
    const { steps } = JSON.parse(stdout) as { steps: { does: string; plannedNs: number }[] };
    expect(steps.map(({ does, plannedNs }) => [does, plannedNs / 1e9])).toEqual([
      ['apply', 0],
      ['cordon', 1],
      ['taint', 3],
      ['return', 5],
    ]);
    expect(server.get('/api/v1/nodes/big')!['spec']).toEqual({ taints: [] });
  });
});

describe('before anything is made', () => {
  const refused = async (...args: readonly string[]): Promise<string> => {
    const { status, stderr } = await start(on(...args)).ended;
    expect(status).toBe(3);
    expect(server.asked.filter((call) => /^(PATCH|DELETE)/.test(call))).toEqual([]);
    return stderr;
  };

  test('rights that are missing are listed', async () => {
    server.refuse = ({ path, body }) => {
      const { resource, verb } =
        ((body['spec'] ?? {}) as { resourceAttributes?: { resource: string; verb: string } }).resourceAttributes ?? {};
      return path.endsWith('reviews') && resource === 'deployments' && verb === 'patch'
        ? { status: 201, message: 'denied' }
        : undefined;
    };
    expect(await refused()).toContain(
      'lacks rights that the replay needs:\n  patch deployments.apps\nnothing was made',
    );
  });

  test('a name that is taken is left alone, and what an earlier replay has left is told how to remove', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments/shop-shop-web';
    server.put(path, { kind: 'Deployment', metadata: { name: 'shop-shop-web', namespace: 'default' } });
    expect(await refused()).toContain('Deployment default/shop-shop-web is there already');
    server.put(path, {
      kind: 'Deployment',
      metadata: { name: 'shop-shop-web', namespace: 'default', labels: { 'codeco-sim.io/replay': 'quay' } },
    });
    expect(await refused()).toContain(
      'kubectl --context fake delete deployment,service --all-namespaces --selector codeco-sim.io/replay=quay',
    );
  });

  test('a node that does not become Ready is told with its reason', async () => {
    server.addNode('small', '2', '4Gi', { notReady: 'cni plugin not initialized' });
    expect(await refused('--ready-within', '1')).toContain(
      'small: Ready is False KubeletNotReady, cni plugin not initialized',
    );
  });

  test('a node that is too small for all is told with the way out', async () => {
    server.delete('/api/v1/nodes/big');
    expect(await refused()).toContain('no node of the cluster is left for cloud, which offers 4 cores and 8.0 GiB');
  });

  test('a server that cannot be reached is told', async () => {
    const { url } = server;
    server.stop();
    const { status, stderr } = await start(on()).ended;
    expect(status).toBe(3);
    expect(stderr).toContain(`cannot list the nodes (context fake, ${url})`);
    expect(stderr).toContain('ECONNREFUSED');
    expect(stderr).not.toContain(' at ');
  });

  test('a context that looks like production wants to be named', async () => {
    const kubeconfig = server.writeKubeconfig(folder, 'prod', 'https://10.1.2.3:6443');
    const { status, stderr } = await start(['--kubeconfig', kubeconfig]).ended;
    expect(status).toBe(3);
    expect(stderr).toContain('pass --yes-to prod');
  });
});

describe('trouble on the way', () => {
  test('an image that cannot be pulled ends it, and all is taken away', async () => {
    const { ended } = start(on('--workload', 'published'));
    while (server.all('/pods/').length === 0) await new Promise((wait) => setTimeout(wait, 20));
    const made = server.get('/api/v1/namespaces/default/pods/shop-shop-web-0')!;
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "example/own:1"' };
    server.put('/api/v1/namespaces/default/pods/shop-shop-web-0', {
      ...made,
      spec: { ...(made['spec'] as object), nodeName: 'big' },
      status: { phase: 'Pending', containerStatuses: [{ name: 'main', image: 'example/own:1', state: { waiting } }] },
    });
    const { status, stderr, stdout } = await ended;
    expect(status).toBe(3);
    expect(stderr).toContain(
      'the image example/own:1 of pod default/shop-shop-web-0 (container main) cannot be pulled on big: ImagePullBackOff',
    );
    expect(stdout).toContain('quay: failed');
    expect(isFree()).toBe(true);
  });

  test('a quota that is exceeded ends it, whether at once or by the controller of a Deployment', async () => {
    const message = 'pods "shop" is forbidden: exceeded quota: small, requested: cpu=2, used: 0, limited: cpu=1';
    const { ended } = start(on());
    while (server.all('/deployments/').length === 0) await new Promise((wait) => setTimeout(wait, 20));
    const path = '/apis/apps/v1/namespaces/default/deployments/shop-shop-web';
    const condition = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message };
    server.put(path, { ...server.get(path)!, status: { conditions: [condition] } });
    const byController = await ended;
    expect(byController.status).toBe(3);
    expect(byController.stderr).toContain(
      `the pods of the Deployment default/shop-shop-web cannot be made: ${message}`,
    );

    server.refuse = ({ method, path: at }) =>
      method === 'PATCH' && at.includes('/deployments/') ? { status: 403, message } : undefined;
    const atOnce = await start(on()).ended;
    expect(atOnce.status).toBe(3);
    expect(atOnce.stderr).toContain(`403 ${message}`);
    expect(atOnce.stderr).not.toContain('expected a Role');
    expect(isFree()).toBe(true);
  });
});

test('the rights are printed as a ClusterRole, without a cluster', async () => {
  const { status, stdout } = await start([
    '--kubeconfig',
    'none',
    '--print-rbac',
    '--placement',
    'simulated',
    '-o',
    'json',
  ]).ended;
  expect(status).toBe(0);
  const { kind, rules } = JSON.parse(stdout) as { kind: string; rules: { resources: string[]; verbs: string[] }[] };
  expect(kind).toBe('ClusterRole');
  expect(rules.map(({ resources: [resource], verbs }) => `${resource}: ${verbs.join(' ')}`)).toEqual([
    'nodes: get list watch',
    'pods: get list watch delete',
    'events: list watch',
    'deployments: list watch get create patch delete',
    'services: get create patch delete',
    'pods/binding: create',
  ]);
});
