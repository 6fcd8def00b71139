import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeKubeconfig } from '../kubernetes-client/kubeconfig.ts';

interface Stored {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    resourceVersion?: string;
  };
}

/**
 * Plays an API server: lists and watches of whatever collections are put into it, with resource versions as etcd gives them. It knows
 * no rules of Kubernetes.
 */
export class PlayedApiServer {
  readonly kubeconfig: string;
  /** Every request, as `GET /path`. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #collections = new Map<string, Map<string, Stored>>();
  readonly #watches = new Set<{ readonly path: string; readonly response: ServerResponse }>();
  readonly #log: { readonly path: string; readonly version: number; readonly line: string }[] = [];
  #version = 100;

  private constructor(server: Server, kubeconfig: string) {
    this.#server = server;
    this.kubeconfig = kubeconfig;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response));
  }

  /** @param folder for the kubeconfig */
  static async start(folder: string): Promise<PlayedApiServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return new PlayedApiServer(server, writeKubeconfig(folder, `http://127.0.0.1:${port}`, 'played'));
  }

  /** Creates or replaces an object of a collection such as `/api/v1/pods`. */
  put(path: string, object: object): void {
    const stored = structuredClone(object) as Stored;
    const key = `${stored.metadata.namespace}/${stored.metadata.name}`;
    const collection = this.#collections.get(path) ?? new Map<string, Stored>();
    this.#collections.set(path, collection);
    stored.metadata.resourceVersion = String(++this.#version);
    const type = collection.has(key) ? 'MODIFIED' : 'ADDED';
    collection.set(key, stored);
    this.#tell(path, type, stored);
  }

  remove(path: string, name: string, namespace?: string): void {
    const key = `${namespace}/${name}`;
    const stored = this.#collections.get(path)!.get(key)!;
    this.#collections.get(path)!.delete(key);
    stored.metadata.resourceVersion = String(++this.#version);
    this.#tell(path, 'DELETED', stored);
  }

  /** Ends all watches; `gone` as if what they ask to go on from were forgotten. */
  hangUp(how: 'gone' | 'closed'): void {
    for (const { response } of this.#watches) {
      if (how === 'gone')
        response.write(
          `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old' } })}\n`,
        );
      response.end();
    }
    this.#watches.clear();
  }

  /** Whether a watch of the collection is open. */
  isWatched(path: string): boolean {
    return [...this.#watches].some((watch) => watch.path === path);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #tell(path: string, type: string, object: Stored): void {
    const line = `${JSON.stringify({ type, object })}\n`;
    this.#log.push({ path, version: this.#version, line });
    for (const watch of this.#watches) if (watch.path === path) watch.response.write(line);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url!, 'http://x');
    this.asked.push(`${request.method} ${pathname}`);
    const json = (status: number, body: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const collection = this.#collections.get(pathname);
    if (pathname.includes('metrics.k8s.io') && collection === undefined)
      return json(404, { kind: 'Status', code: 404, message: 'the server could not find the requested resource' });
    if (!searchParams.has('watch'))
      return json(200, {
        metadata: { resourceVersion: String(this.#version) },
        items: [...(collection?.values() ?? [])],
      });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watch = { path: pathname, response };
    this.#watches.add(watch);
    response.on('close', () => this.#watches.delete(watch));
    // what has happened between the list and this
    const from = Number(searchParams.get('resourceVersion'));
    for (const told of this.#log) if (told.path === pathname && told.version > from) response.write(told.line);
  }
}
