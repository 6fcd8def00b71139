/**
 * Records what a real kube-scheduler decides on random clusters, one case a line, for `parity-scheduler.ts`.
 *
 *   npx tsx scripts/parity/record-decisions.ts FILE [--seed N] [--cases N] [--config KUBESCHEDULERCONFIGURATION]
 *
 * Needs the components that `scripts/kubernetes-components.mjs` builds. Cases that the API server refuses are passed over.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { RandomStream } from '../../src/kernel/index.ts';
import { startControlPlane, type ControlPlane } from '../../test/kubernetes/real-control-plane.ts';
import type { RecordedDecision } from '../parity-scheduler.ts';
import { RandomCases, type Undecided } from './random-case.ts';

/** What an object is reached by: the API, then the plural of its kind. */
const PLACES = {
  Node: ['api/v1', 'nodes'],
  Pod: ['api/v1', 'pods'],
  Namespace: ['api/v1', 'namespaces'],
  Service: ['api/v1', 'services'],
  ReplicaSet: ['apis/apps/v1', 'replicasets'],
  PodDisruptionBudget: ['apis/policy/v1', 'poddisruptionbudgets'],
} as const;
type Kind = keyof typeof PLACES;

interface Published {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly deletionTimestamp?: string };
  readonly status?: { readonly nominatedNodeName?: string; readonly [field: string]: unknown };
  readonly spec?: { readonly nodeName?: string };
}

interface LogLine {
  readonly msg: string;
  readonly pod?: { readonly name: string };
  readonly node?: string | { readonly name: string };
  readonly plugin?: string;
  readonly score?: number;
  readonly err?: string;
}

/** How long an event may take to reach the scheduler, or a decision to be made. */
const PATIENCE_MS = 20_000;

class Refused extends Error {}

class Recorder {
  readonly #plane: ControlPlane;
  readonly #log: string;
  readonly #agent = new Agent({ keepAlive: true });
  #logAt = 0;

  constructor(plane: ControlPlane, log: string) {
    this.#plane = plane;
    this.#log = log;
  }

  async record(undecided: Undecided): Promise<RecordedDecision | undefined> {
    try {
      await this.#build(undecided);
      return await this.#decide(undecided);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      console.error(`${undecided.id}: ${error.message}`);
      return undefined;
    } finally {
      await this.#clear();
    }
  }

  async #build({ nodes, pods, services = [], replicaSets = [], budgets = [] }: Undecided): Promise<void> {
    for (const service of services) await this.#create('Service', service);
    for (const replicaSet of replicaSets) await this.#create('ReplicaSet', replicaSet);
    for (const budget of budgets) {
      await this.#create('PodDisruptionBudget', budget);
      await this.#setStatus('PodDisruptionBudget', budget);
    }
    const from = this.#logAt;
    for (const node of nodes) await this.#create('Node', node);
    await this.#until(() => this.#count(from, 'Add event for node') >= nodes.length);
    for (const pod of pods as readonly Published[]) {
      const { deletionTimestamp, ...metadata } = pod.metadata;
      await this.#create('Pod', { ...pod, metadata });
      await this.#setStatus('Pod', pod);
      if (deletionTimestamp !== undefined) await this.#send('DELETE', this.#path('Pod', pod));
    }
    await this.#until(() => this.#count(from, 'Add event for scheduled pod') >= pods.length);
    await sleep(150);
  }

  async #decide(undecided: Undecided): Promise<RecordedDecision> {
    const from = this.#logAt;
    await this.#create('Pod', undecided.pod);
    const path = this.#path('Pod', undecided.pod);
    const decided = (): LogLine | undefined =>
      this.#lines(from).find(
        ({ msg }) =>
          msg.startsWith('Unable to schedule pod') ||
          msg === 'Attempting to bind pod to node' ||
          msg === 'Error scheduling pod; retrying',
      );
    await this.#until(() => decided() !== undefined);
    const outcome = decided()!;
    if (outcome.msg.startsWith('Error')) throw new Refused(outcome.err ?? outcome.msg);
    const isPlaced = outcome.msg === 'Attempting to bind pod to node';
    const scores: Record<string, Record<string, number>> = {};
    const final: Record<string, number> = {};
    for (const { msg, plugin, node, score } of this.#linesUpTo(from, outcome)) {
      if (msg === 'Plugin scored node for pod') (scores[node as string] ??= {})[plugin!] = score!;
      if (msg === "Calculated node's final score for pod") final[node as string] = score!;
    }
    let nominated: string | undefined;
    let victims: string[] = [];
    if (!isPlaced && undecided.pod.spec['priority'] !== undefined) {
      await sleep(400);
      nominated = ((await this.#send('GET', path)) as Published).status?.nominatedNodeName;
      const { items } = (await this.#send('GET', '/api/v1/pods')) as { items: Published[] };
      victims = items
        .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
        .map(({ metadata }) => metadata.name);
    }
    const node = isPlaced ? (typeof outcome.node === 'string' ? outcome.node : outcome.node!.name) : null;
    return {
      ...undecided,
      result: {
        node,
        message: isPlaced ? null : outcome.err!,
        scores,
        final,
        ...(nominated === undefined ? {} : { nominated, victims }),
      },
    };
  }

  /** Back to an empty cluster that the scheduler knows as empty. */
  async #clear(): Promise<void> {
    const { items: pods } = (await this.#send('GET', '/api/v1/pods')) as { items: Published[] };
    const { items: nodes } = (await this.#send('GET', '/api/v1/nodes')) as { items: Published[] };
    const from = this.#logAt;
    for (const pod of pods) await this.#send('DELETE', `${this.#path('Pod', pod)}?gracePeriodSeconds=0`);
    const assigned = pods.filter(({ spec }) => spec?.nodeName !== undefined).length;
    await this.#until(() => this.#count(from, 'Delete event for scheduled pod') >= assigned);
    for (const node of nodes) await this.#send('DELETE', this.#path('Node', node));
    await this.#until(() => this.#count(from, 'Delete event for node') >= nodes.length);
    for (const kind of ['Service', 'ReplicaSet', 'PodDisruptionBudget'] as const) {
      const [api, plural] = PLACES[kind];
      const { items } = (await this.#send('GET', `/${api}/${plural}`)) as { items: Published[] };
      for (const item of items)
        if (item.metadata.name !== 'kubernetes') await this.#send('DELETE', this.#path(kind, item));
    }
  }

  create(kind: Kind, object: object): Promise<unknown> {
    return this.#create(kind, object);
  }

  #create(kind: Kind, object: object): Promise<unknown> {
    return this.#send('POST', this.#collection(kind, object as Published), object);
  }

  async #setStatus(kind: Kind, object: object): Promise<void> {
    const { status } = object as Published;
    await this.#send('PATCH', `${this.#path(kind, object as Published)}/status`, { status });
  }

  #collection(kind: Kind, { metadata: { namespace } }: Published): string {
    const [api, plural] = PLACES[kind];
    return kind === 'Node' || kind === 'Namespace'
      ? `/${api}/${plural}`
      : `/${api}/namespaces/${namespace ?? 'default'}/${plural}`;
  }

  #path(kind: Kind, object: object): string {
    return `${this.#collection(kind, object as Published)}/${(object as Published).metadata.name}`;
  }

  #send(method: string, path: string, body?: object): Promise<unknown> {
    const { server, token, authority } = this.#plane;
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    return new Promise((resolve, reject) => {
      const sent = request(
        `${server}${path}`,
        {
          method,
          agent: this.#agent,
          ca: authority,
          headers: { authorization: `Bearer ${token}`, 'content-type': type },
        },
        (response) => {
          let text = '';
          response
            .setEncoding('utf8')
            .on('data', (chunk: string) => (text += chunk))
            .on('end', () => {
              if (response.statusCode! < 300) resolve(JSON.parse(text));
              else reject(new Refused(`${method} ${path}: ${(JSON.parse(text) as { message?: string }).message}`));
            });
        },
      );
      sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  #text = '';
  #lines(from: number): LogLine[] {
    this.#text = readFileSync(this.#log, 'utf8');
    this.#logAt = this.#text.lastIndexOf('\n') + 1;
    return this.#text
      .slice(from, this.#logAt)
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine);
  }

  #linesUpTo(from: number, last: LogLine): LogLine[] {
    const lines = this.#lines(from);
    return lines.slice(
      0,
      lines.findIndex(({ msg }) => msg === last.msg),
    );
  }

  #count(from: number, message: string): number {
    return this.#lines(from).filter(({ msg }) => msg === message).length;
  }

  async #until(isDone: () => boolean): Promise<void> {
    for (let waited = 0; !isDone(); waited += 30) {
      if (waited > PATIENCE_MS) throw new Error(`the scheduler's log does not go on:\n${this.#text.slice(-2000)}`);
      await sleep(30);
    }
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    cases: { type: 'string', default: '100' },
    config: { type: 'string' },
  },
});
const file = positionals[0];
if (file === undefined)
  throw new Error('usage: npx tsx scripts/parity/record-decisions.ts FILE [--seed N] [--cases N] [--config FILE]');
const configuration = values.config === undefined ? undefined : (parse(readFileSync(values.config, 'utf8')) as object);
const folder = mkdtempSync(join(tmpdir(), 'record-decisions-'));
const log = join(folder, 'scheduler.log');
// priorities, overhead and taints are given as they are to be
const unadmitted = ['Priority', 'RuntimeClass', 'TaintNodesByCondition', 'DefaultTolerationSeconds'];
const plane = await startControlPlane({
  scheduler: true,
  unadmitted,
  schedulerLog: log,
  ...(configuration && { schedulerConfiguration: configuration }),
});
try {
  writeFileSync(file, '');
  const recorder = new Recorder(plane, log);
  const cases = new RandomCases(new RandomStream(Number(values.seed), 'record-decisions'));
  await recorder.create('Namespace', { metadata: { name: 'other', labels: { team: 'x' } } });
  let count = 0;
  for (let index = 0; index < Number(values.cases); index++) {
    const recorded = await recorder.record(cases.next(`s${values.seed}-${index}`));
    if (recorded === undefined) continue;
    count++;
    appendFileSync(file, `${JSON.stringify(configuration ? { ...recorded, configuration } : recorded)}\n`);
  }
  console.log(`${count} decisions in ${file}`);
} finally {
  await plane.stop();
  rmSync(folder, { recursive: true, force: true });
}
