import { Attachments } from './attachments.ts';
import { firstAbove, indicesOf, nameAt, type TableColumns } from './columns.ts';
import { keyOf, readEvents, type ReplayEvent, type Subject, type Tables } from './events.ts';
import {
  faultSpans,
  indexOf,
  networkAt,
  Routes,
  type FaultSpan,
  type NetworkState,
  type SceneIndex,
} from './network.ts';
import { phaseChanges, phaseOf, readPods, type PodLifeSpan } from './pods.ts';
import { readRequests, type RequestColumns } from './requests.ts';
import { Samples } from './samples.ts';
import type { Scene } from './scene.ts';
import { Ways } from './ways.ts';

/** What holds at a time and for a while. */
export interface Snapshot {
  readonly network: NetworkState;
  readonly routes: Routes;
  /** By node: its pods that are there, as indices. */
  readonly podsOf: readonly (readonly number[])[];
  /** Pods without a node. */
  readonly waiting: readonly number[];
}

/** Which pod moves from where to where, and when. */
export interface MoveSpan {
  readonly from: number;
  readonly to: number;
  readonly fromNs: number;
  readonly toNs: number;
}

/** A run to be looked at, at any time. */
export class Replay {
  readonly scene: Scene;
  readonly index: SceneIndex;
  readonly pods: readonly PodLifeSpan[];
  readonly faults: readonly FaultSpan[];
  readonly moves: readonly MoveSpan[];
  readonly events: readonly ReplayEvent[];
  readonly ways: Ways;
  readonly requests: RequestColumns | undefined;
  readonly attachments: Attachments | undefined;
  /** Share of the CPU in use by node, of the capacity by link (of the busier direction). */
  readonly nodeUse: Samples | undefined;
  readonly linkUse: Samples | undefined;
  readonly decisions: TableColumns | undefined;
  readonly #nodeState: { readonly samples: Samples; readonly names: readonly string[] } | undefined;
  /** Vertices of nodes that move: their links are not wires. */
  readonly moverVertices: ReadonlySet<number>;
  /** Of those that were answered. */
  readonly longestRequestNs: number;
  readonly #eventTimes: Float64Array;
  readonly #apps: ReadonlyMap<string, number>;
  readonly #eventsOf = new Map<string, number[]>();
  /** Times at which the snapshot changes. */
  readonly #changes: readonly number[];
  #snapshot: Snapshot | undefined;
  #snapshotAt = NaN;

  /** @param tables what the run recorded @throws {RangeError} if a table has not the columns of this version */
  constructor(scene: Scene, tables: Tables) {
    this.scene = scene;
    const index = (this.index = indexOf(scene));
    const podTable = tables('pods');
    this.pods = podTable === undefined ? [] : readPods(podTable, index.nodes);
    this.faults = readFaults(tables('faults'));
    this.moves = readMoves(tables('migrations'), index);
    this.events = readEvents(scene, index, this.faults, this.pods, tables);
    this.#eventTimes = Float64Array.from(this.events, ({ timeNs }) => timeNs);
    for (const [i, { about }] of this.events.entries()) {
      for (const key of new Set(about.map(keyOf))) {
        const own = this.#eventsOf.get(key);
        if (own === undefined) this.#eventsOf.set(key, [i]);
        else own.push(i);
      }
    }
    this.ways = new Ways(tables('motion')!, scene.movers.length);
    const requests = tables('requests');
    this.#apps = new Map(scene.apps.map((name, i) => [name, i]));
    this.requests = requests === undefined ? undefined : readRequests(requests, index, this.#apps);
    this.longestRequestNs = longestOf(this.requests);
    this.moverVertices = new Set(scene.nodes.flatMap(({ mover, vertex }) => (mover === undefined ? [] : [vertex])));
    const movement = tables('movement');
    this.attachments = movement === undefined ? undefined : new Attachments(movement, index, scene.movers.length);
    const nodes = tables('nodes');
    if (nodes !== undefined && nodes.rows > 0) {
      const entities = indicesOf(nodes.names('node'), index.nodes);
      const times = nodes.numbers('time_ns');
      const state = nodes.names('state');
      this.nodeUse = new Samples(times, entities, nodes.numbers('cpu_utilization'), scene.nodes.length);
      this.#nodeState = {
        samples: new Samples(times, entities, Float64Array.from(state.codes), scene.nodes.length),
        names: state.names,
      };
    }
    const links = tables('links');
    if (links !== undefined && links.rows > 0) {
      const entities = indicesOf(links.names('link'), index.links);
      this.linkUse = new Samples(links.numbers('time_ns'), entities, links.numbers('utilization'), scene.links.length);
    }
    this.decisions = tables('decisions');
    this.#changes = [
      ...new Set([
        ...phaseChanges(this.pods),
        ...this.faults.flatMap(({ fromNs, toNs }) => (toNs < Infinity ? [fromNs, toNs] : [fromNs])),
      ]),
    ].sort((a, b) => a - b);
  }

  /** What holds at a time, ns. */
  at(timeNs: number): Snapshot {
    const change = firstAbove(this.#changes, timeNs);
    if (this.#snapshot !== undefined && change === this.#snapshotAt) return this.#snapshot;
    const before = this.#snapshot;
    const network = networkAt(this.scene, this.index, this.faults, timeNs);
    const podsOf: number[][] = this.scene.nodes.map(() => []);
    const waiting: number[] = [];
    for (const [i, pod] of this.pods.entries()) {
      const phase = phaseOf(pod, timeNs);
      if (phase === undefined) continue;
      if (phase === 'waiting' || pod.node < 0) waiting.push(i);
      else podsOf[pod.node]!.push(i);
    }
    const isSame = before !== undefined && before.network.linkDown.every((flag, i) => flag === network.linkDown[i]);
    this.#snapshot = {
      network,
      routes: isSame ? before.routes : new Routes(this.scene, network.linkDown),
      podsOf,
      waiting,
    };
    this.#snapshotAt = change;
    return this.#snapshot;
  }

  /** The state of a node by its samples; undefined where there is none. */
  stateOf(node: number, timeNs: number): string | undefined {
    if (this.#nodeState === undefined) return undefined;
    const code = this.#nodeState.samples.at(node, timeNs);
    return Number.isNaN(code) ? undefined : this.#nodeState.names[code];
  }

  /** Number of the sample of nodes and links that a time is in: what was measured is the same while this is. */
  sampleAt(timeNs: number): string {
    return `${this.nodeUse?.sampleAt(timeNs)} ${this.linkUse?.sampleAt(timeNs)}`;
  }

  /** The first event after a time, as an index. */
  eventAfter(timeNs: number): number {
    return firstAbove(this.#eventTimes, timeNs);
  }

  /** What happened to a subject, as indices of `events` in the order of time. */
  historyOf(subject: Subject): readonly number[] {
    return this.#eventsOf.get(keyOf(subject)) ?? [];
  }

  /** The access point that a mover is attached to, as an index; undefined out of range. */
  accessPointOf(mover: number, timeNs: number): number | undefined {
    const accessPoint = this.attachments?.at(mover, timeNs) ?? -1;
    return accessPoint < 0 ? undefined : accessPoint;
  }

  /** Whether a mover is attached to any access point; taken for granted where nothing is known. */
  isCovered(mover: number, timeNs: number): boolean {
    return this.attachments === undefined || this.attachments.at(mover, timeNs) >= 0;
  }

  /** Place of an application among all; 0 of one that is none of the scenario's. */
  appIndex(name: string): number {
    return this.#apps.get(name) ?? 0;
  }

  /** Where a subject is; a link has no place of its own. */
  placesOf({ kind, name }: Subject, timeNs: number): Place[] {
    const { scene, index } = this;
    if (kind === 'node') return this.#nodePlaces([index.nodes.get(name)]);
    if (kind === 'cluster') {
      const cluster = scene.clusters[index.clusters.get(name) ?? -1];
      return cluster === undefined ? [] : [scene.vertices[cluster.gateway]!, ...this.#nodePlaces(cluster.nodes)];
    }
    if (kind === 'access-point') {
      const found = scene.accessPoints[index.accessPoints.get(name) ?? -1];
      return found === undefined ? [] : [{ x: found.x, y: found.y, kind }];
    }
    if (kind === 'user') {
      const found = this.ways.positionOf(index.users.get(name) ?? -1, timeNs);
      return found === undefined ? [] : [{ ...found, kind }];
    }
    if (kind === 'link') return [];
    const pods = this.pods.filter(
      (pod) => (kind === 'app' ? pod.app : pod.name) === name && pod.node >= 0 && phaseOf(pod, timeNs) !== undefined,
    );
    return this.#nodePlaces([...new Set(pods.map(({ node }) => node))]);
  }

  #nodePlaces(nodes: readonly (number | undefined)[]): Place[] {
    return nodes.flatMap((node) => {
      const place = node === undefined ? undefined : this.nodePlace(node);
      return place === undefined ? [] : [{ ...place, kind: 'node' }];
    });
  }

  /** Where a node is; one on radio is where `ways` has put it. Undefined where it is not there. */
  nodePlace(node: number): { readonly x: number; readonly y: number } | undefined {
    const { vertex, mover } = this.scene.nodes[node]!;
    if (mover === undefined) return this.scene.vertices[vertex]!;
    const { x, y, isThere } = this.ways;
    return isThere[mover] === 1 ? { x: x[mover]!, y: y[mover]! } : undefined;
  }
}

/** A point that something is at, and of what kind that is. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly kind: string;
}

function readFaults(table: TableColumns | undefined): FaultSpan[] {
  if (table === undefined) return [];
  const time = table.numbers('time_ns');
  const [kind, target, event] = [table.names('kind'), table.names('target'), table.names('event')];
  return faultSpans(
    Array.from(time, (timeNs, row) => ({
      timeNs,
      kind: nameAt(kind, row)!,
      target: nameAt(target, row)!,
      event: nameAt(event, row)!,
    })),
  );
}

function readMoves(table: TableColumns | undefined, index: SceneIndex): MoveSpan[] {
  if (table === undefined) return [];
  const [decided, ended] = [table.numbers('decided_ns'), table.numbers('ended_ns')];
  const from = indicesOf(table.names('from_node'), index.nodes);
  const to = indicesOf(table.names('to_node'), index.nodes);
  return Array.from({ length: table.rows }, (_, row) => ({
    from: from[row]!,
    to: to[row]!,
    fromNs: decided[row]!,
    toNs: Number.isNaN(ended[row]!) ? Infinity : ended[row]!,
  }));
}

function longestOf(requests: RequestColumns | undefined): number {
  let longest = 0;
  for (let i = 0; i < (requests?.count ?? 0); i++) {
    const latency = requests!.completedNs[i]! - requests!.issuedNs[i]!;
    if (latency > longest) longest = latency;
  }
  return longest;
}
