import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeKubeconfig } from '../kubernetes-client/kubeconfig.ts';

export interface Stored {
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
}

/** Answers in place of the server: a status and what it says; undefined leaves the request to it. */
export type Refusal = (asked: Asked) => { readonly status: number; readonly message: string } | undefined;

const resources = {
  v1: [
    ['namespaces', 'Namespace', false],
    ['nodes', 'Node', false],
    ['pods', 'Pod', true],
    ['services', 'Service', true],
    ['configmaps', 'ConfigMap', true],
  ],
  'apps/v1': [['deployments', 'Deployment', true]],
} as const;

/**
 * A small API server for tests where no real one can be built: it stores what it is given, plays the controllers of Deployments (pods by number,
 * deletion with their owner), and tells watches. It checks nothing: what a real server refuses, a test says by `refuse`.
 */
export class FakeApiServer {
  /** Every request but those of discovery, as `POST /api/v1/namespaces/x/pods`. */
  readonly asked: string[] = [];
  refuse: Refusal = () => undefined;
  /** Rights that whoever asks does not have. */
  deny: (right: { readonly resource: string; readonly verb: string }) => boolean = () => false;
  /** Its address. */
  url = '';
  readonly #objects = new Map<string, Stored>();
  readonly #watches = new Set<{
    readonly path: string;
    readonly selector: string;
    readonly response: ServerResponse;
  }>();
  #version = 1;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FakeApiServer> {
    const server = createServer(
      (request, response) => void read(request).then((body) => fake.#answer(request, body, response)),
    );
    const fake = new FakeApiServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return fake;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Writes a kubeconfig for it. @returns its path */
  writeKubeconfig(folder: string, context = 'fake', server = this.url): string {
    return writeKubeconfig(folder, server, context);
  }

  /** A node that is Ready, or says why it is not. */
  addNode(
    name: string,
    cpu: string,
    memory: string,
    more: { labels?: Record<string, string>; notReady?: string } = {},
  ): void {
    const ready =
      more.notReady === undefined
        ? { type: 'Ready', status: 'True', reason: 'KubeletReady' }
        : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: more.notReady };
    this.put(`/api/v1/nodes/${name}`, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: more.labels ?? {} },
      spec: {},
      status: {
        allocatable: { cpu, memory, pods: '110' },
        conditions: [ready],
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
      },
    });
  }

  /** What lies at a path, or all below it. */
  get(path: string): Stored | undefined {
    return this.#objects.get(path);
  }
  all(part: string): Stored[] {
    return [...this.#objects].filter(([path]) => path.includes(part)).map(([, object]) => object);
  }

  put(path: string, object: Stored): Stored {
    const before = this.#objects.get(path);
    const metadata = {
      uid: `uid-${this.#version}`,
      creationTimestamp: new Date().toISOString(),
      ...before?.metadata,
      ...object.metadata,
      resourceVersion: String(++this.#version),
    };
    const stored = { ...object, metadata };
    this.#objects.set(path, stored);
    this.#tell(path, before === undefined ? 'ADDED' : 'MODIFIED', stored);
    return stored;
  }

  delete(path: string): void {
    const object = this.#objects.get(path);
    if (object === undefined) return;
    this.#objects.delete(path);
    this.#tell(path, 'DELETED', {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(++this.#version) },
    });
    for (const [other, { metadata }] of this.#objects) if (metadata['owner'] === path) this.delete(other);
  }

  #tell(path: string, type: string, object: Stored): void {
    for (const watch of this.#watches) {
      if (isBelow(path, watch.path) && matches(object, watch.selector))
        watch.response.write(`${JSON.stringify({ type, object })}\n`);
    }
  }

  #answer(request: IncomingMessage, body: Record<string, unknown>, response: ServerResponse): void {
    const { pathname: path, searchParams: query } = new URL(request.url!, 'http://x');
    const say = (status: number, value: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const group = Object.keys(resources).find((name) => path === (name === 'v1' ? '/api/v1' : `/apis/${name}`));
    if (group !== undefined) {
      const list = resources[group as keyof typeof resources].map(([name, kind, namespaced]) => ({
        name,
        kind,
        namespaced,
        singularName: '',
        verbs: [],
      }));
      return say(200, { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: group, resources: list });
    }
    const method = request.method!;
    if (!query.has('watch')) this.asked.push(`${method} ${path}`);
    const refusal = this.refuse({ method, path, query, body });
    if (refusal !== undefined) return say(refusal.status, { kind: 'Status', apiVersion: 'v1', ...refusal });
    if (path.endsWith('/selfsubjectaccessreviews')) {
      const { resourceAttributes } = body['spec'] as { resourceAttributes: { resource: string; verb: string } };
      return say(201, { ...body, status: { allowed: !this.deny(resourceAttributes) } });
    }
    const selector = query.get('labelSelector') ?? '';
    if (query.has('watch')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      const watch = { path, selector, response };
      this.#watches.add(watch);
      response.on('close', () => this.#watches.delete(watch));
      return;
    }
    const there = this.#objects.get(path);
    if (method === 'POST' && path.endsWith('/binding')) return this.#bind(path, body, say);
    if (method === 'PATCH') {
      const isApply = request.headers['content-type']!.includes('apply-patch');
      if (there === undefined && !isApply) return say(404, { kind: 'Status', message: 'not found' });
      const stored = this.put(path, isApply ? (body as unknown as Stored) : merged(there!, body));
      if (isApply) this.#control(path, stored);
      return say(isApply && there === undefined ? 201 : 200, stored);
    }
    const isList = ['namespaces', 'nodes', 'pods', 'services', 'deployments', 'events'].includes(
      path.split('/').at(-1)!,
    );
    if (method === 'GET' && isList) {
      const items = [...this.#objects]
        .filter(([other, object]) => isBelow(other, path) && matches(object, selector))
        .map(([, object]) => object);
      return say(200, { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: String(this.#version) }, items });
    }
    if (there === undefined) return say(404, { kind: 'Status', message: `${path} not found` });
    if (method === 'DELETE') this.delete(path);
    say(200, there);
  }

  #bind(path: string, body: Record<string, unknown>, say: (status: number, value: unknown) => void): void {
    const of = path.slice(0, -'/binding'.length);
    const pod = this.#objects.get(of);
    if (pod === undefined) return say(404, { kind: 'Status', message: 'no such pod' });
    const { nodeName } = (pod['spec'] ?? {}) as { nodeName?: string };
    if (nodeName !== undefined)
      return say(409, { kind: 'Status', message: `pod is already assigned to node "${nodeName}"` });
    const { name } = body['target'] as { name: string };
    this.put(of, { ...pod, spec: { ...(pod['spec'] as object), nodeName: name }, status: { phase: 'Running' } });
    say(201, { kind: 'Status', apiVersion: 'v1', status: 'Success' });
  }

  /** Makes the pods of a Deployment. */
  #control(path: string, { kind, metadata, spec }: Stored): void {
    if (kind !== 'Deployment') return;
    const { replicas, template } = spec as { replicas: number; template: { metadata: object; spec: object } };
    for (let index = 0; index < replicas; index++) {
      const name = `${metadata.name}-${index}`;
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        ...template,
        metadata: { ...template.metadata, name, namespace: metadata.namespace!, owner: path },
        status: { phase: 'Pending' },
      };
      this.put(path.replace('/apis/apps/v1', '/api/v1').replace(/deployments\/.*/, `pods/${name}`), pod);
    }
  }
}

async function read(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** Whether an object's path is of a resource's: `/api/v1/pods` holds those of all namespaces. */
function isBelow(path: string, of: string): boolean {
  const [, group, resource] = /^(\/api\/v1|\/apis\/[^/]+\/v1)\/([a-z]+)$/.exec(of) ?? [];
  if (group !== undefined && path.startsWith(`${group}/namespaces/`)) return path.split('/').at(-2) === resource;
  return path.startsWith(`${of}/`) && !path.slice(of.length + 1).includes('/');
}

function matches({ metadata }: Stored, selector: string): boolean {
  if (selector === '') return true;
  const [label, value] = selector.split('=') as [string, string];
  return metadata.labels?.[label] === value;
}

/** As a strategic merge of a node does it, as far as replays use it: taints by their key, null takes away. */
function merged(object: Stored, patch: Record<string, unknown>): Stored {
  const spec = { ...(object['spec'] as object) } as Record<string, unknown>;
  for (const [field, value] of Object.entries((patch['spec'] ?? {}) as Record<string, unknown>)) {
    if (value === null) delete spec[field];
    else if (field === 'taints') {
      const given = value as { key: string; $patch?: string }[];
      const others = ((spec['taints'] ?? []) as { key: string }[]).filter(
        ({ key }) => !given.some((one) => one.key === key),
      );
      spec['taints'] = [...others, ...given.filter(({ $patch }) => $patch !== 'delete')];
    } else spec[field] = value;
  }
  return { ...object, spec };
}
