import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';

type Component = 'etcd' | 'kube-apiserver' | 'kube-scheduler' | 'kube-controller-manager';

/** What it takes at most until the API server answers, on a busy machine. */
const START_MS = 90_000;

/** A control plane of real components on loopback, with an etcd of its own that is empty. */
export interface ControlPlane {
  /** Address of the API server. */
  readonly server: string;
  /** A kubeconfig with the contexts `administrator` (the current one) and `stranger`, who has no rights. */
  readonly kubeconfig: string;
  /** Bearer token of the administrator. */
  readonly token: string;
  /** The API server's certificate authority, PEM. */
  readonly authority: string;
  /** Ends all processes and removes all files. */
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  readonly scheduler?: boolean;
  /** File that the scheduler's log is written to, as JSON lines with every score. */
  readonly schedulerLog?: string;
  /** KubeSchedulerConfiguration. */
  readonly schedulerConfiguration?: object;
  readonly controllerManager?: boolean;
  /** Until a node that falls silent is NotReady; 50 s by default. */
  readonly nodeGraceSeconds?: number;
  /** Admission plugins of the API server that are off. */
  readonly unadmitted?: readonly string[];
}

/**
 * The folder of the real components, found as envtest finds them (KUBEBUILDER_ASSETS), or where `scripts/kubernetes-components.mjs` puts them.
 * @returns the newest that has all of the components
 */
function assets(components: readonly Component[]): string | undefined {
  const built = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'codeco-sim', 'kubernetes');
  const versions = existsSync(built) ? readdirSync(built).toSorted().toReversed() : [];
  const folders = [process.env['KUBEBUILDER_ASSETS'] ?? '', ...versions.map((version) => join(built, version))];
  return folders.find(
    (folder) => folder !== '' && components.every((component) => existsSync(join(folder, component))),
  );
}

/** Why no control plane can be started here, for the name of a test that is skipped; undefined where one can. */
export function whyNoControlPlane(components: readonly Component[] = []): string | undefined {
  const needed: Component[] = ['etcd', 'kube-apiserver', ...components];
  if (assets(needed) !== undefined) return undefined;
  return `skipped: KUBEBUILDER_ASSETS names no folder with ${needed.join(', ')}; \`node scripts/kubernetes-components.mjs\` builds them`;
}

const realComponent = (component: Component): string => join(assets(['etcd', 'kube-apiserver', component])!, component);

/**
 * Starts etcd and kube-apiserver, and what else is asked for, and waits until they are ready.
 * @throws {Error} with the end of a component's log, if it ends
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'control-plane-'));
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    for (const component of running.toReversed()) await component.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const start = (component: Component, flags: readonly string[], log?: string): Running => {
      const started = new Running(realComponent(component), flags, log);
      running.push(started);
      return started;
    };
    const [client, peer, secure] = (await freePorts(3)) as [number, number, number];
    const etcd = `http://127.0.0.1:${client}`;
    const toPeers = `http://127.0.0.1:${peer}`;
    start('etcd', [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${toPeers}`,
      `--initial-advertise-peer-urls=${toPeers}`,
      `--initial-cluster=default=${toPeers}`,
      '--unsafe-no-fsync',
    ]);

    const tokens = { administrator: randomBytes(16).toString('hex'), stranger: randomBytes(16).toString('hex') };
    const tokenFile = join(folder, 'tokens.csv');
    writeFileSync(
      tokenFile,
      `${tokens.administrator},administrator,1,system:masters\n${tokens.stranger},stranger,2\n`,
      { mode: 0o600 },
    );
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const signing = join(folder, 'service-accounts.key');
    const verifying = join(folder, 'service-accounts.pub');
    writeFileSync(signing, privateKey, { mode: 0o600 });
    writeFileSync(verifying, publicKey);
    // The server makes its certificate itself, with its authority's behind it in the same file.
    const certificates = join(folder, 'certificates');
    const server = `https://127.0.0.1:${secure}`;
    const apiServer = start('kube-apiserver', [
      `--etcd-servers=${etcd}`,
      `--cert-dir=${certificates}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${secure}`,
      '--endpoint-reconciler-type=none',
      `--token-auth-file=${tokenFile}`,
      '--authorization-mode=RBAC',
      `--service-account-issuer=${server}`,
      `--service-account-key-file=${verifying}`,
      `--service-account-signing-key-file=${signing}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      `--disable-admission-plugins=${[
        ...(options.unadmitted ?? []),
        // without the controllers that make them there are no service accounts
        ...(options.controllerManager === true ? [] : ['ServiceAccount']),
      ].join(',')}`,
    ]);
    const certificate = join(certificates, 'apiserver.crt');
    await until(apiServer, async () => {
      if (!existsSync(certificate)) return false;
      return (await statusOf(`${server}/readyz`, tokens.administrator, readFileSync(certificate, 'utf8'))) === 200;
    });

    const authority = readFileSync(certificate, 'utf8');
    const kubeconfig = join(folder, 'kubeconfig');
    const users = Object.keys(tokens) as (keyof typeof tokens)[];
    writeFileSync(
      kubeconfig,
      stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          {
            name: 'loopback',
            cluster: { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') },
          },
        ],
        users: users.map((name) => ({ name, user: { token: tokens[name] } })),
        contexts: users.map((name) => ({ name, context: { cluster: 'loopback', user: name } })),
        'current-context': 'administrator',
      }),
      { mode: 0o600 },
    );
    const [schedulerPort, controllerPort] = (await freePorts(2)) as [number, number];
    const common = ['--bind-address=127.0.0.1', '--leader-elect=false', `--kubeconfig=${kubeconfig}`];
    const configuration = join(folder, 'scheduler.yaml');
    const clientConnection = { kubeconfig };
    writeFileSync(
      configuration,
      stringify({ ...options.schedulerConfiguration, clientConnection, leaderElection: { leaderElect: false } }),
    );
    const schedulerFlags = [
      ...(options.schedulerConfiguration === undefined
        ? common
        : ['--bind-address=127.0.0.1', `--config=${configuration}`]),
      ...(options.schedulerLog === undefined ? [] : ['--v=10', '--logging-format=json']),
    ];
    const others: [Running, number][] = [];
    if (options.scheduler === true)
      others.push([
        start('kube-scheduler', [...schedulerFlags, `--secure-port=${schedulerPort}`], options.schedulerLog),
        schedulerPort,
      ]);
    if (options.controllerManager === true) {
      const flags = [
        ...common,
        `--secure-port=${controllerPort}`,
        `--service-account-private-key-file=${signing}`,
        '--use-service-account-credentials=false',
        ...(options.nodeGraceSeconds === undefined ? [] : [`--node-monitor-grace-period=${options.nodeGraceSeconds}s`]),
      ];
      others.push([start('kube-controller-manager', flags), controllerPort]);
    }
    for (const [component, port] of others) {
      await until(component, async () => (await statusOf(`https://127.0.0.1:${port}/healthz`)) === 200);
    }
    return { server, kubeconfig, token: tokens.administrator, authority, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A component that runs; the end of its log is kept for the error that says why it does not. */
class Running {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  #log = '';
  hasEnded = false;

  constructor(path: string, flags: readonly string[], log?: string) {
    this.name = path;
    const output = log === undefined ? 'pipe' : openSync(log, 'a');
    this.#process = spawn(path, flags, { stdio: ['ignore', output, output] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#log = (this.#log + chunk.toString()).slice(-4000)));
    }
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        this.hasEnded = true;
        resolve();
      };
      this.#process.on('exit', end).on('error', end);
    });
  }

  get log(): string {
    return this.#log;
  }

  /** Nothing that it holds is to last. */
  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}

async function until(component: Running, isReady: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!(await isReady().catch(() => false))) {
    if (component.hasEnded) throw new Error(`${component.name} has ended:\n${component.log}`);
    if (Date.now() > deadline) throw new Error(`${component.name} is not ready:\n${component.log}`);
    await sleep(100);
  }
}

/** @param authority whose certificates are trusted; any on loopback where it is absent, as components make their own */
function statusOf(url: string, token?: string, authority?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const trust = authority === undefined ? { rejectUnauthorized: false } : { ca: authority };
    request(url, { headers, agent: false, ...trust }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}

/** Held together, so that they differ, and given up for the components to take. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
