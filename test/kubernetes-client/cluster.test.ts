import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1ConfigMap, V1ConfigMapList } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectCluster, followObjects, type Cluster, type Followed } from '../../src/kubernetes-client/index.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { startControlPlane, whyNoControlPlane, type ControlPlane } from '../kubernetes/real-control-plane.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-client-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const configMaps = (cluster: Cluster, more: Partial<Followed<V1ConfigMap>> = {}): Followed<V1ConfigMap> => ({
  what: 'the ConfigMaps',
  path: '/api/v1/namespaces/default/configmaps',
  list: () => cluster.api(cluster.library.CoreV1Api).listNamespacedConfigMap({ namespace: 'default' }),
  ...more,
});

describe('which cluster is used', () => {
  const connect = (server: string, options: { context?: string; yesTo?: string } = {}, name = 'here') =>
    connectCluster({ kubeconfig: writeKubeconfig(folder, server, name), needs: [], ...options });

  test('one on this machine, and one of kind or KWOK, is used without a question', async () => {
    for (const server of ['https://127.0.0.1:6443', 'https://[::1]:6443', 'https://localhost', 'https://127.8.9.10'])
      expect((await connect(server)).server).toBe(server);
    for (const name of ['kind-test', 'kwok-test'])
      expect((await connect('https://10.0.0.1', {}, name)).context).toBe(name);
  });

  test('any other one wants to be named, so that no command reaches production by mistake', async () => {
    const server = 'https://127.example.org:6443';
    await expect(connect(server, {}, 'prod')).rejects.toThrow('pass --yes-to prod');
    await expect(connect(server, { yesTo: 'production' }, 'prod')).rejects.toThrow('may be one of production');
    expect((await connect(server, { yesTo: 'prod' }, 'prod')).context).toBe('prod');
  });

  test('a context or a file that is not there is named, with those that are', async () => {
    await expect(connect('https://127.0.0.1', { context: 'there' })).rejects.toThrow(
      "has no context 'there': expected one of here",
    );
    await expect(connectCluster({ kubeconfig: join(folder, 'none'), needs: [] })).rejects.toThrow('no such file');
  });
});

/** Plays an API server that misbehaves as real ones do once in a while. */
describe('a server that turns away, forgets and hangs up', () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let cluster: Cluster;
  const asked: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url!, 'http://x');
      const version = url.searchParams.get('resourceVersion');
      asked.push(url.searchParams.has('watch') ? `watch ${version}` : 'list');
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    cluster = await connectCluster({
      kubeconfig: writeKubeconfig(folder, `http://127.0.0.1:${port}`, 'here'),
      needs: [],
    });
  });
  afterEach(() => asked.splice(0));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  const configMap = (name: string, resourceVersion: string): V1ConfigMap => ({ metadata: { name, resourceVersion } });
  const list = (version: string, ...names: string[]): V1ConfigMapList => ({
    apiVersion: 'v1',
    kind: 'ConfigMapList',
    metadata: { resourceVersion: version },
    items: names.map((name) => configMap(name, version)),
  });
  const event = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;
  /** Plays what is written for each request, in order. */
  const play = (...answers: ((response: ServerResponse) => void)[]): void => {
    answer = (_, response) => answers.shift()!(response);
  };
  const follow = async (until: string): Promise<string[]> => {
    const states: string[] = [];
    const seen = (objects: ReadonlyMap<string, V1ConfigMap>): boolean => {
      const names = [...objects.keys()].toSorted().join(' ');
      states.push(names);
      return names === until;
    };
    expect(await followObjects(cluster, configMaps(cluster), seen, new AbortController().signal)).toBe(true);
    return states;
  };

  test('a watch that the server closes goes on from the last version seen, bookmarks among them', async () => {
    play(
      (response) => json(response, 200, list('10', 'a')),
      (response) =>
        response.end(event('ADDED', configMap('b', '11')) + event('BOOKMARK', { metadata: { resourceVersion: '15' } })),
      (response) => response.end(event('DELETED', configMap('a', '16'))),
    );
    expect(await follow('b')).toEqual(['a', 'a b', 'b']);
    expect(asked).toEqual(['list', 'watch 10', 'watch 15']);
  });

  test('a connection that breaks in the middle of an event loses none', async () => {
    play(
      (response) => json(response, 200, list('10', 'a')),
      (response) => {
        response.write(event('ADDED', configMap('b', '11')) + event('ADDED', configMap('c', '12')).slice(0, 20));
        setTimeout(() => response.destroy(), 50);
      },
      (response) => response.end(event('ADDED', configMap('c', '12'))),
    );
    expect(await follow('a b c')).toEqual(['a', 'a b', 'a b c']);
    expect(asked).toEqual(['list', 'watch 10', 'watch 11']);
  });

  test('a version that the server has forgotten means a new list, whether it says so by its status or in the stream', async () => {
    const gone = { kind: 'Status', code: 410, message: 'too old resource version: 10 (20)' };
    play(
      (response) => json(response, 200, list('10', 'a')),
      (response) => response.end(event('ERROR', gone)),
      (response) => json(response, 200, list('20', 'b')),
      (response) => json(response, 410, gone),
      (response) => json(response, 200, list('30', 'c')),
    );
    expect(await follow('c')).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual(['list', 'watch 10', 'list', 'watch 20', 'list']);
  });

  test('a call that is turned away for the moment is made again; one that is refused tells why', async () => {
    const api = cluster.api(cluster.library.CoreV1Api);
    const read = () =>
      cluster.call('read the ConfigMap a', 'get', () =>
        api.readNamespacedConfigMap({ namespace: 'default', name: 'a' }),
      );
    play(
      (response) => json(response, 429, { message: 'slow down' }, { 'retry-after': '0' }),
      (response) => json(response, 503, { message: 'starting' }),
      (response) => json(response, 200, configMap('a', '1')),
    );
    expect((await read()).metadata?.name).toBe('a');
    play((response) => json(response, 422, { kind: 'Status', message: 'it is wrong' }));
    await expect(read()).rejects.toThrow(/^cannot read the ConfigMap a \(context here, .*\): 422 it is wrong$/);
  });

  test('a signal ends it while the list is under way', async () => {
    const ending = new AbortController();
    play((response) => {
      ending.abort();
      json(response, 200, list('10', 'a'));
    });
    expect(await followObjects(cluster, configMaps(cluster), () => false, ending.signal)).toBe(false);
    expect(asked).toEqual(['list']);
  });

  test('a signal ends a watch that says nothing', async () => {
    const ending = new AbortController();
    play(
      (response) => json(response, 200, list('10', 'a')),
      (response) => {
        response.flushHeaders();
        setTimeout(() => ending.abort(), 50);
      },
    );
    expect(await followObjects(cluster, configMaps(cluster), () => false, ending.signal)).toBe(false);
  });
});

const why = whyNoControlPlane();
describe.skipIf(why !== undefined)(`a real API server (${why ?? 'run'})`, () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await startControlPlane();
  }, 180_000);
  afterAll(() => plane.stop());

  test('its objects are followed from the list on, through each change', async () => {
    const cluster = await connectCluster({ kubeconfig: plane.kubeconfig, needs: [] });
    const api = cluster.api(cluster.library.CoreV1Api);
    const namespace = 'default';
    const create = (name: string) => api.createNamespacedConfigMap({ namespace, body: { metadata: { name } } });
    await create('one');
    const states: string[] = [];
    const steps = [() => create('two'), () => api.deleteNamespacedConfigMap({ namespace, name: 'one' })];
    const seen = (objects: ReadonlyMap<string, V1ConfigMap>): boolean => {
      const names = [...objects.keys()].toSorted().join(' ');
      states.push(names);
      void steps.shift()?.();
      return names === 'two';
    };
    expect(await followObjects(cluster, configMaps(cluster), seen, new AbortController().signal)).toBe(true);
    expect(states).toEqual(['one', 'one two', 'two']);
  });

  test('whoever lacks a right is told all rules of the Role that is needed', async () => {
    const needs = (['get', 'list'] as const).map((verb) => ({ apiGroup: '', resource: 'configmaps', verb }));
    const cluster = await connectCluster({ kubeconfig: plane.kubeconfig, context: 'stranger', needs });
    const api = cluster.api(cluster.library.CoreV1Api);
    const read = cluster.find('read the ConfigMap x', 'get', () =>
      api.readNamespacedConfigMap({ namespace: 'default', name: 'x' }),
    );
    await expect(read).rejects.toThrow(/403 configmaps "x" is forbidden: User "stranger" cannot get resource/);
    await expect(read).rejects.toThrow('{ apiGroups: [""], resources: ["configmaps"], verbs: [get, list] }');
  });

  test('what is not there is found to be missing', async () => {
    const cluster = await connectCluster({ kubeconfig: plane.kubeconfig, needs: [] });
    const api = cluster.api(cluster.library.CoreV1Api);
    const found = await cluster.find('read the ConfigMap x', 'get', () =>
      api.readNamespacedConfigMap({ namespace: 'default', name: 'x' }),
    );
    expect(found).toBeUndefined();
  });
});
