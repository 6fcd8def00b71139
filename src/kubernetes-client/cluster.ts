import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as clientLibrary from '@kubernetes/client-node';
import type { ApiConstructor, ApiType, KubeConfig } from '@kubernetes/client-node';
import { roleRules, type AccessRule } from './access-rule.ts';
import { ClusterError } from './cluster-error.ts';
import { RateLimit } from './rate-limit.ts';

/** The client library, which is loaded only where a cluster is used: it takes a second and 100 MB. */
export type ClientLibrary = typeof clientLibrary;

export interface ClusterOptions {
  /** File with clusters and users; where it is absent, $KUBECONFIG, ~/.kube/config, or the service account of a pod. */
  readonly kubeconfig?: string;
  /** Which of the file's contexts, in place of the current one. */
  readonly context?: string;
  /** The context that may be written to though it does not look like one for tests. */
  readonly yesTo?: string;
  /** All rights that the caller will need, told together where one of them is missing. */
  readonly needs: readonly AccessRule[];
  /** Calls a second on average, and at once; `defaultLimits` where they are absent. */
  readonly limits?: CallLimits;
}

/** How many calls a client makes a second on average, and at once. */
export interface CallLimits {
  readonly perSecond: number;
  readonly atOnce: number;
}

/** Four times what kubectl's library allows itself by default. Own design. */
export const defaultLimits: CallLimits = { perSecond: 20, atOnce: 40 };
/** Attempts of a call that the server turns away for the moment, or that does not reach it. Own design. */
const MOST_ATTEMPTS = 5;
/** Verbs that change nothing. */
const READING: ReadonlySet<AccessRule['verb']> = new Set(['get', 'list', 'watch']);

/** A connection to a cluster's API server. */
export class Cluster {
  readonly library: ClientLibrary;
  readonly config: KubeConfig;
  /** Name of the context. */
  readonly context: string;
  /** Address of the API server. */
  readonly server: string;
  /** The context's namespace. */
  readonly namespace: string;
  readonly #needs: readonly AccessRule[];
  readonly #limit: RateLimit;

  /** @param needs all rights that will be needed */
  constructor(library: ClientLibrary, config: KubeConfig, needs: readonly AccessRule[], limits = defaultLimits) {
    this.#needs = needs;
    this.#limit = new RateLimit(limits.perSecond, limits.atOnce);
    this.library = library;
    this.config = config;
    this.context = config.getCurrentContext();
    this.server = config.getCurrentCluster()!.server;
    this.namespace = config.getContextObject(this.context)?.namespace ?? 'default';
  }

  /** A group of the API, such as `cluster.api(cluster.library.BatchV1Api)`. */
  api<T extends ApiType>(group: ApiConstructor<T>): T {
    return this.config.makeApiClient(group);
  }

  /**
   * Makes a call of the API, at the rate that is allowed; what the server turns away for the moment (429, 503), and a read that
   * does not reach it, is tried again.
   * @param what it does, as an error names it: `create the Job sweep-1`
   * @throws {ClusterError} with what the server says, and with the Role that is needed where a right is missing
   */
  async call<T>(what: string, verb: AccessRule['verb'], action: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      await this.#limit.take();
      try {
        return await action();
      } catch (error) {
        const status = statusOf(error);
        // A write that got no answer may have been done.
        const isRead = READING.has(verb);
        const isPassing = status === 429 || status === 503 || (status === undefined && isRead && isUnreachable(error));
        if (isPassing && attempt < MOST_ATTEMPTS) {
          await sleep(retryAfterMs(error) ?? 250 * 2 ** attempt);
          continue;
        }
        throw this.refusal(what, error);
      }
    }
  }

  /** As `call`, where what is not there is no error. */
  async find<T>(what: string, verb: AccessRule['verb'], action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.call(what, verb, action);
    } catch (error) {
      if (error instanceof ClusterError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** What a failed call tells to people. Errors that are not of the cluster are given back as they are. */
  refusal(what: string, error: unknown): Error {
    const status = statusOf(error);
    const to = `cannot ${what} (context ${this.context}, ${this.server})`;
    if (status === undefined) {
      if (!isOfNetwork(error) && !(error instanceof ClusterError)) return error as Error;
      const hint =
        (error as { code?: unknown }).code === 'CERT_HAS_EXPIRED' ? ": the API server's own, to be renewed there" : '';
      return new ClusterError(`${to}: ${(error as Error).message}${hint}`, { cause: error });
    }
    const said = messageOf(error);
    return new ClusterError(`${to}: ${status} ${said}${this.#hint(status, said)}`, { status, cause: error });
  }

  #hint(status: number, said: string): string {
    // a server that knows nobody by these credentials may take the call for one without any
    if (status === 401 || (status === 403 && said.includes('"system:anonymous"'))) {
      const expired = expiryOf(this.config);
      return expired === undefined
        ? '\n  the credentials of the kubeconfig are not accepted: log in again'
        : `\n  the client certificate of the kubeconfig has expired (${expired.toISOString()}): renew it`;
    }
    if (status !== 403 || said.includes('exceeded quota')) return '';
    const role = this.#needs.some(({ resource }) => resource === 'nodes') ? 'ClusterRole' : 'Role';
    return `\n  expected a ${role}, bound to this user, with\n${roleRules(this.#needs)}`;
  }
}

/** When the client certificate of the current user has expired; undefined where there is none, or it has not. */
function expiryOf(config: KubeConfig): Date | undefined {
  const { certData, certFile } = config.getCurrentUser() ?? {};
  try {
    if (certData === undefined && certFile === undefined) return undefined;
    const pem = certData === undefined ? readFileSync(certFile!) : Buffer.from(certData, 'base64');
    const until = new Date(new X509Certificate(pem).validTo);
    return until < new Date() ? until : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Connects to the cluster of a kubeconfig's context; nothing is asked of the server yet.
 * @throws {ClusterError} if the library, the file or the context is missing, or if the context looks like one of production,
 * more than reading is needed, and `yesTo` does not name it
 */
export async function connectCluster(options: ClusterOptions): Promise<Cluster> {
  const library = await loadLibrary();
  const config = readConfig(library, options);
  const cluster = new Cluster(library, config, options.needs, options.limits);
  const isReading = options.needs.length > 0 && options.needs.every(({ verb }) => READING.has(verb));
  if (!isReading && !isForTests(cluster) && options.yesTo !== cluster.context) {
    throw new ClusterError(
      `the context ${cluster.context} (${cluster.server}) may be one of production: it is neither of kind or KWOK nor on this machine; ` +
        `to use it all the same, pass --yes-to ${cluster.context}`,
    );
  }
  return cluster;
}

async function loadLibrary(): Promise<ClientLibrary> {
  try {
    return await import('@kubernetes/client-node');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ClusterError('the library for clusters is not installed: npm install @kubernetes/client-node@1.4.0', {
      cause: error,
    });
  }
}

function readConfig(library: ClientLibrary, { kubeconfig, context }: ClusterOptions): KubeConfig {
  const config = new library.KubeConfig();
  const named = kubeconfig ?? 'the kubeconfig ($KUBECONFIG or ~/.kube/config)';
  if (kubeconfig !== undefined && !existsSync(kubeconfig)) {
    throw new ClusterError(`--kubeconfig ${kubeconfig}: no such file`);
  }
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new ClusterError(`${named} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const contexts = config.getContexts().map(({ name }) => name);
  const chosen = context ?? config.getCurrentContext();
  // This is what the library falls back to where it finds nothing at all.
  const isMadeUp = kubeconfig === undefined && config.getCurrentCluster()?.server === 'http://localhost:8080';
  if (isMadeUp || contexts.length === 0) {
    throw new ClusterError('there is no kubeconfig: pass --kubeconfig FILE, or set KUBECONFIG');
  }
  if (!contexts.includes(chosen)) {
    throw new ClusterError(
      `${named} has no context '${chosen}': expected one of ${contexts.join(', ')}, with --context NAME`,
    );
  }
  config.setCurrentContext(chosen);
  if (config.getCurrentCluster() === null) {
    throw new ClusterError(`${named}: the context ${chosen} names a cluster that is not in it`);
  }
  return config;
}

/** Clusters of kind and KWOK name their contexts so; others on this machine are told by their address. */
function isForTests({ context, server }: Cluster): boolean {
  if (context.startsWith('kind-') || context.startsWith('kwok-')) return true;
  try {
    const { hostname } = new URL(server);
    return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  } catch {
    return false;
  }
}

/** Status of a call's answer, of the generated client (`code`) or of its watch (`statusCode`). */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof ClusterError) return error.status;
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  return typeof code === 'number' ? code : typeof statusCode === 'number' ? statusCode : undefined;
}

/** Whether a call has failed on its way: system errors of the network have a code, such as ECONNREFUSED. */
function isOfNetwork(error: unknown): boolean {
  const { code, type } = (error ?? {}) as { code?: unknown; type?: unknown };
  return error instanceof Error && (typeof code === 'string' || type === 'system');
}

/** Whether a call did not reach the server, as may pass; that its certificate is not trusted does not. */
const isUnreachable = (error: unknown): boolean =>
  isOfNetwork(error) && !/^(CERT_|DEPTH_|SELF_|UNABLE_|ERR_)/.test(String((error as { code?: unknown }).code));

/** The `message` of the Status that the server has answered with. */
function messageOf(error: unknown): string {
  const { body, message } = error as { body?: unknown; message?: string };
  const value: unknown = typeof body === 'string' ? parsed(body) : body;
  const said = (value as { message?: unknown } | undefined)?.message;
  return typeof said === 'string' ? said : (message ?? 'no reason given');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the server asks to wait for (RFC 9110, 10.2.3), in seconds. */
function retryAfterMs(error: unknown): number | undefined {
  const seconds = Number((error as { headers?: Record<string, string> }).headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 30) * 1000 : undefined;
}
