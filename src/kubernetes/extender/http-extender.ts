import type { PublishedExtender } from '../../model/index.ts';
import {
  ExtenderError,
  type ExtenderRefusal,
  type NodeInfo,
  type Nomination,
  type SchedulerExtender,
  type SchedulingPod,
} from '../scheduling/index.ts';
import type { SynchronousHttp } from './synchronous-http.ts';

/** Objects as the extender is sent them. */
export interface ExtenderObjects {
  pod(pod: SchedulingPod): {
    readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  };
  node(node: NodeInfo): object;
}

/** Source: pkg/scheduler/extender.go `DefaultExtenderTimeout`. */
const DEFAULT_TIMEOUT_MS = 5_000;
/** After so many calls in a row without any answer an extender is not asked again: own design, so that a run ends. */
const MAX_SILENCES = 3;

/**
 * An outside scheduler that is asked by kube-scheduler's extender protocol: JSON over HTTP, verbs filter, prioritize,
 * preempt and bind. Virtual time stands still meanwhile; it is told in the pod's annotation `codeco-sim/time-ns`. A run is as
 * deterministic as the answers.
 * Source: pkg/scheduler/extender.go, k8s.io/kube-scheduler/extender/v1/types.go.
 */
export class HttpExtender implements SchedulerExtender {
  readonly name: string;
  readonly ignorable: boolean;
  readonly weight: number;
  readonly #config: PublishedExtender;
  readonly #http: SynchronousHttp;
  readonly #objects: ExtenderObjects;
  readonly #managed: ReadonlySet<string>;
  readonly #timeoutMs: number;
  #silences = 0;

  constructor(config: PublishedExtender, http: SynchronousHttp, objects: ExtenderObjects) {
    this.name = config.urlPrefix;
    this.ignorable = config.ignorable === true;
    this.weight = config.weight ?? 0;
    this.#config = config;
    this.#http = http;
    this.#objects = objects;
    this.#managed = new Set((config.managedResources ?? []).map(({ name }) => name));
    this.#timeoutMs = goDurationMs(config.httpTimeout ?? '0') || DEFAULT_TIMEOUT_MS;
  }

  get filters(): boolean {
    return (this.#config.filterVerb ?? '') !== '';
  }

  get scores(): boolean {
    return (this.#config.prioritizeVerb ?? '') !== '';
  }

  get binds(): boolean {
    return (this.#config.bindVerb ?? '') !== '';
  }

  get preempts(): boolean {
    return (this.#config.preemptVerb ?? '') !== '';
  }

  isInterested(pod: SchedulingPod): boolean {
    if (this.#managed.size === 0) return true;
    return [...pod.kind.requests.declared.scalars.keys()].some((resource) => this.#managed.has(resource));
  }

  filter(pod: SchedulingPod, nodes: readonly NodeInfo[]): { kept: NodeInfo[]; refused: ExtenderRefusal[] } {
    const verb = this.#config.filterVerb!;
    const result = this.#ask(verb, this.#arguments(pod, nodes));
    const error = field(result, 'Error');
    if (typeof error === 'string' && error !== '') throw this.#error(error);
    const byName = new Map(nodes.map((node) => [node.name, node]));
    const kept = this.#keptNames(verb, result).map((name) => {
      const node = byName.get(name);
      if (node !== undefined) return node;
      throw this.#error(`it keeps the node ${JSON.stringify(name)}, which it was not asked about`);
    });
    const passed = new Set(kept);
    const failed = this.#reasons(verb, result, 'FailedNodes');
    const unresolvable = this.#reasons(verb, result, 'FailedAndUnresolvableNodes');
    const refused = nodes
      .filter((node) => !passed.has(node))
      .map((node) => {
        const reason = unresolvable.get(node.name) ?? failed.get(node.name);
        return { node, resolvable: !unresolvable.has(node.name), reasons: reason === undefined ? [] : [reason] };
      });
    return { kept, refused };
  }

  prioritize(pod: SchedulingPod, nodes: readonly NodeInfo[]): ReadonlyMap<string, number> {
    const verb = this.#config.prioritizeVerb!;
    const result = this.#ask(verb, this.#arguments(pod, nodes));
    if (!Array.isArray(result)) throw this.#error(`${verb}: a list of { Host, Score } was expected`);
    return new Map(
      result.map((entry) => {
        const [host, score] = [field(entry, 'Host'), field(entry, 'Score')];
        if (typeof host === 'string' && Number.isSafeInteger(score)) return [host, score as number];
        throw this.#error(`${verb}: ${JSON.stringify(entry)?.slice(0, 100)} is no { Host, Score } with a whole score`);
      }),
    );
  }

  bind(pod: SchedulingPod, node: NodeInfo): void {
    const { name, namespace, uid } = this.#objects.pod(pod).metadata;
    const args = { PodName: name, PodNamespace: namespace, PodUID: uid, Node: node.name };
    const error = field(this.#ask(this.#config.bindVerb!, args), 'Error');
    if (typeof error === 'string' && error !== '') throw this.#error(error);
  }

  preempt(pod: SchedulingPod, candidates: readonly Nomination[]): Nomination[] {
    const verb = this.#config.preemptVerb!;
    const asUids = this.#config.nodeCacheCapable === true;
    const victimsOf = (pods: (pod: SchedulingPod) => object): object =>
      Object.fromEntries(
        candidates.map(({ node, victims, violations }) => [
          node.name,
          { Pods: victims.map(pods), NumPDBViolations: violations },
        ]),
      );
    const uidOf = (victim: SchedulingPod): string => this.#objects.pod(victim).metadata.uid;
    const result = this.#ask(verb, {
      Pod: this.#objects.pod(pod),
      NodeNameToVictims: asUids ? null : victimsOf((victim) => this.#objects.pod(victim)),
      NodeNameToMetaVictims: asUids ? victimsOf((victim) => ({ UID: uidOf(victim) })) : null,
    });
    const answered = field(result, 'NodeNameToMetaVictims') ?? {};
    if (typeof answered !== 'object' || Array.isArray(answered))
      throw this.#error(`${verb}: NodeNameToMetaVictims is not a map`);
    const byName = new Map(candidates.map(({ node }) => [node.name, node]));
    return Object.entries(answered as object).map(([name, meta]) => {
      const node = byName.get(name);
      if (node === undefined)
        throw this.#error(`${verb}: it names the node ${JSON.stringify(name)}, which it was not asked about`);
      const [listed, violations] = [field(meta, 'Pods') ?? [], field(meta, 'NumPDBViolations') ?? 0];
      if (!Array.isArray(listed) || !Number.isSafeInteger(violations))
        throw this.#error(`${verb}: { Pods, NumPDBViolations } was expected for node ${name}`);
      const byUid = new Map([...node.pods].map((each) => [uidOf(each), each]));
      const victims = listed.map((each) => {
        const victim = byUid.get(String(field(each, 'UID')));
        if (victim !== undefined) return victim;
        throw this.#error(`${verb}: no pod of the UID ${JSON.stringify(field(each, 'UID'))} is on node ${name}`);
      });
      return { node, victims, violations: violations as number };
    });
  }

  #arguments(pod: SchedulingPod, nodes: readonly NodeInfo[]): object {
    const asNames = this.#config.nodeCacheCapable === true;
    return {
      Pod: this.#objects.pod(pod),
      Nodes: asNames
        ? null
        : { apiVersion: 'v1', kind: 'NodeList', metadata: {}, items: nodes.map((node) => this.#objects.node(node)) },
      NodeNames: asNames ? nodes.map(({ name }) => name) : null,
    };
  }

  /** Where it says nothing of nodes, none is kept. */
  #keptNames(verb: string, result: unknown): string[] {
    const names = this.#config.nodeCacheCapable === true ? field(result, 'NodeNames') : undefined;
    const items = field(field(result, 'Nodes'), 'Items');
    const kept = names ?? (Array.isArray(items) ? items.map((item) => field(field(item, 'metadata'), 'name')) : items);
    if (kept === undefined || kept === null) return [];
    if (Array.isArray(kept) && kept.every((name) => typeof name === 'string')) return kept;
    throw this.#error(`${verb}: a list of nodes was expected`);
  }

  #reasons(verb: string, result: unknown, of: string): ReadonlyMap<string, string> {
    const reasons = field(result, of) ?? {};
    if (typeof reasons !== 'object' || Array.isArray(reasons)) throw this.#error(`${verb}: ${of} is not a map`);
    return new Map(Object.entries(reasons as object).map(([name, reason]) => [name, String(reason)]));
  }

  /** @throws {ExtenderError} if there is no answer, or none that can be read */
  #ask(verb: string, args: object): unknown {
    if (this.#silences >= MAX_SILENCES)
      throw this.#error(`not asked again after ${MAX_SILENCES} calls without an answer`);
    const url = `${this.#config.urlPrefix.replace(/\/+$/, '')}/${verb}`;
    const verified = this.#config.tlsConfig?.insecure === false;
    const answer = this.#http.post(url, JSON.stringify(args), { timeoutMs: this.#timeoutMs, verified });
    if ('failure' in answer) {
      this.#silences++;
      throw this.#error(`${verb}: ${answer.failure}`);
    }
    this.#silences = 0;
    if (answer.status !== 200) throw this.#error(`${verb}: it answered with HTTP status ${answer.status}`);
    try {
      return JSON.parse(answer.text) as unknown;
    } catch {
      throw this.#error(`${verb}: it answered with what is not JSON: ${JSON.stringify(answer.text.slice(0, 60))}`);
    }
  }

  #error(what: string): ExtenderError {
    return new ExtenderError(`extender ${this.name}: ${what}`);
  }
}

/** A field of an answer; capitals do not matter, as in Go's JSON. */
function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const key = Object.keys(value).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : (value as Record<string, unknown>)[key];
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** A duration as Go writes it, such as 1m30s, in whole milliseconds, rounded up. */
function goDurationMs(text: string): number {
  let ms = 0;
  for (const [, number, unit] of text.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h)/g)) ms += Number(number) * UNIT_MS[unit!]!;
  return Math.ceil(ms);
}
