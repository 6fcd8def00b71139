import { NS_PER_MS } from '../../kernel/index.ts';
import type { LinkId, MediumId, NodeId, ServiceId, VertexId, World } from '../../model/index.ts';
import type { ClusterState, EntryDemand, Pod } from '../../kubernetes/index.ts';
import { kShortestPaths, type NetworkView } from '../netma/index.ts';
import { computedPathId } from './contract.ts';
import type {
  NodeValue,
  SwmChannel,
  SwmLink,
  SwmMedium,
  SwmModel,
  SwmNode,
  SwmPath,
  SwmWorkload,
  WorkloadValues,
} from './contract.ts';

/** What a workload costs on a node that its users cannot reach: as much as a latency that nobody would bear. */
const UNREACHABLE_MS = 10_000;

/** The network that the world's links are; every link can hold reservations, so it carries assured channels too. */
export const NETWORK = 'underlay';

/** A pod of the group, and what the filters and earlier attempts leave to it. */
export interface GroupPod {
  readonly pod: Pod;
  /** By node: whether it may be put there. */
  readonly mayUse: (node: number) => boolean;
  /** Where it runs already, and whether it has to stay there. */
  readonly runsOn?: { readonly node: NodeId; readonly stays: boolean };
}

/** A channel that was given a way before, with the media on it. */
export interface EmbeddedChannel {
  readonly media: readonly MediumId[];
  readonly bandwidthBps: number;
}

const NOTHING = { cpuMillicores: 0, memoryBytes: 0 };

/** How a channel from one pod to another is called. */
export const channelId = (name: string, source: string, target: string): string => `${name}/${source}/${target}`;

/** The label that says that a node may take a pod: what Kubernetes' filters and SWM's labels come to. */
const labelOf = (pod: Pod): string => `fits/${pod.name}`;

/**
 * The world as SWM knows it, in its solver's terms: nodes as the control plane has them, links as NetMA's last probe found
 * them, the pods that wait, and those that they talk to where they run. Own design where CODECO's sources do not say how
 * pods become workloads: each pod is a workload; what is bound already asks for nothing more and stays; each replica talks to
 * one replica of each service that its own has a channel with, in turn.
 */
export class ObservedModel {
  readonly #world: World;
  readonly #topology: NetworkView;
  readonly #demand: () => readonly EntryDemand[];
  readonly #names: readonly string[];
  /** By service: the services with channels to or from it. */
  readonly #peers: readonly ReadonlySet<ServiceId>[];
  /** By node: whether others may be reached through it. */
  readonly #isThrough: readonly boolean[];
  /** By link of a model: the arc that it is, as in `Network`. */
  readonly #arcs = new Map<string, number>();

  constructor(world: World, topology: NetworkView, demand: () => readonly EntryDemand[]) {
    this.#world = world;
    this.#topology = topology;
    this.#demand = demand;
    const nodeOf = new Map<VertexId, string>(world.nodes.map(({ name, vertex }) => [vertex, name]));
    this.#names = world.vertices.map(({ name, kind }, vertex) => nodeOf.get(vertex as VertexId) ?? `${kind} ${name}`);
    const peers = world.services.map(() => new Set<ServiceId>());
    for (const [from, { channels }] of world.services.entries()) {
      for (const { to } of channels) {
        peers[from]!.add(to);
        peers[to]!.add(from as ServiceId);
      }
    }
    this.#peers = peers;
    const degree = new Int32Array(world.vertices.length);
    for (const { from, to } of world.links) for (const end of [from, to]) degree[end]!++;
    this.#isThrough = world.nodes.map(({ vertex }) => degree[vertex]! > 1);
  }

  /** What was offered last, and from which links. */
  #offered: { readonly known: string; readonly paths: readonly SwmPath[] } | undefined;

  /**
   * The model of a group, by what is known now.
   * @param recommended by pod of the group and by node: how much it is recommended; empty where nobody recommends
   */
  build(
    group: readonly GroupPod[],
    costs: readonly number[],
    state: ClusterState,
    embedded: readonly EmbeddedChannel[],
    recommended: readonly (readonly number[])[],
  ): SwmModel {
    const { apps, services } = this.#world;
    const waiting = new Set(group.map(({ pod }) => pod));
    const talkedTo = new Set(group.flatMap(({ pod }) => [...this.#peers[pod.service]!]));
    const bound = state.pods.filter(
      (pod) =>
        pod.node !== undefined &&
        !waiting.has(pod) &&
        talkedTo.has(pod.service) &&
        pod.phase !== 'gone' &&
        pod.phase !== 'terminating',
    );
    const byApp = new Map<string, SwmWorkload[]>();
    const byService = new Map<ServiceId, Pod[]>();
    const add = (pod: Pod, workload: SwmWorkload): void => {
      const { name } = apps[pod.app]!;
      byApp.set(name, [...(byApp.get(name) ?? []), workload]);
      byService.set(pod.service, [...(byService.get(pod.service) ?? []), pod]);
    };
    for (const { pod, runsOn } of group) {
      const { cpuMillicores, memoryBytes } = state.schedulingPod(pod).kind.requests.declared;
      add(pod, {
        id: pod.name,
        cpuMillicores,
        memoryBytes,
        ...(runsOn === undefined ? {} : { node: this.#world.nodes[runsOn.node]!.name }),
        fixed: runsOn?.stays === true,
        requiredLabels: [labelOf(pod)],
        forbiddenLabels: [],
      });
    }
    for (const pod of bound) {
      const node = this.#world.nodes[pod.node!]!.name;
      add(pod, {
        id: pod.name,
        cpuMillicores: 0,
        memoryBytes: 0,
        node,
        fixed: true,
        requiredLabels: [],
        forbiddenLabels: [],
      });
    }
    const channels: SwmChannel[] = [];
    for (const [service, sources] of byService) {
      for (const channel of services[service]!.channels) {
        const targets = byService.get(channel.to) ?? [];
        if (targets.length === 0) continue;
        for (const [replica, source] of sources.entries()) {
          const target = targets[replica % targets.length]!;
          if (source === target || (!waiting.has(source) && !waiting.has(target))) continue;
          channels.push({
            id: channelId(channel.name, source.name, target.name),
            qos: channel.serviceClass === 'ASSURED' ? 'ASSURED' : 'BEST_EFFORT',
            sourceApplication: apps[source.app]!.name,
            sourceWorkload: source.name,
            targetApplication: apps[target.app]!.name,
            targetWorkload: target.name,
            fixed: false,
            bandwidthBps: channel.minBandwidthBps ?? 0,
            ...(channel.maxDelayNs === undefined ? {} : { latencyNs: channel.maxDelayNs }),
            ...(channel.frameSizeBytes === undefined ? {} : { frameSizeBytes: channel.frameSizeBytes }),
            ...(channel.sendIntervalNs === undefined ? {} : { sendIntervalNs: channel.sendIntervalNs }),
          });
        }
      }
    }
    const hosts = new Set(bound.map(({ node }) => node!));
    // of other clusters those alone that the group has to do with
    const nodes = ([...this.#world.nodes.keys()] as NodeId[]).filter(
      (node) => state.nodes[node] !== undefined || this.#isThrough[node]! || hosts.has(node),
    );
    const { links, media } = this.#links(nodes);
    return {
      infrastructure: {
        nodes: [...this.#computeNodes(nodes, group, state), ...this.#forwarders()],
        networks: [
          {
            id: NETWORK,
            qos: 'ASSURED',
            links,
            paths: this.#paths(links, nodes, group, hosts),
            media: this.#media(media, embedded),
          },
        ],
      },
      appGroup: { applications: [...byApp].map(([id, workloads]) => ({ id, workloads })), channels },
      costs: {
        nodes: nodes.map((node) => ({ node: this.#world.nodes[node]!.name, value: costs[node]! })),
        workloads: group.flatMap(({ pod }) => this.#userLatencies(nodes, pod)),
      },
      recommendations: { workloads: this.#recommendations(nodes, group, recommended) },
    };
  }

  /** The ways that NetMA offers between nodes that the group may be on, or talks to; none where the shortest alone are, which are computed. */
  #paths(
    links: readonly SwmLink[],
    nodes: readonly NodeId[],
    group: readonly GroupPod[],
    hosts: ReadonlySet<NodeId>,
  ): readonly SwmPath[] {
    const count = this.#world.orchestration.netma?.paths ?? 1;
    if (count === 1) return [];
    const ends = nodes
      .filter((node) => hosts.has(node) || group.some(({ mayUse }) => mayUse(node)))
      .map((node) => this.#world.nodes[node]!.name);
    const known = `${ends.join(' ')}: ${links.map(({ id, latencyNs }) => `${id} ${latencyNs}`).join(' ')}`;
    if (this.#offered?.known !== known) this.#offered = { known, paths: offer(links, ends, count) };
    return this.#offered.paths;
  }

  #recommendations(
    nodes: readonly NodeId[],
    group: readonly GroupPod[],
    recommended: readonly (readonly number[])[],
  ): WorkloadValues[] {
    return recommended.map((values, at) => {
      const { app, name } = group[at]!.pod;
      return {
        application: this.#world.apps[app]!.name,
        workload: name,
        nodes: nodes.map((node) => ({ node: this.#world.nodes[node]!.name, value: values[node]! })),
      };
    });
  }

  #computeNodes(nodes: readonly NodeId[], group: readonly GroupPod[], state: ClusterState): SwmNode[] {
    const { columns } = state.cache;
    // what pods of the group have where they run is theirs to take again
    const own = new Map<NodeId, { cpuMillicores: number; memoryBytes: number }>();
    for (const { pod, runsOn } of group) {
      if (runsOn === undefined) continue;
      const { declared } = state.schedulingPod(pod).kind.requests;
      const before = own.get(runsOn.node) ?? NOTHING;
      own.set(runsOn.node, {
        cpuMillicores: before.cpuMillicores + declared.cpuMillicores,
        memoryBytes: before.memoryBytes + declared.memoryBytes,
      });
    }
    return nodes.map((node) => {
      const { name } = this.#world.nodes[node]!;
      const again = own.get(node) ?? NOTHING;
      const known = state.nodes[node];
      // another cluster's: it can carry channels to what runs there, and take nothing
      if (known === undefined) {
        const none = { capacity: 0, used: 0 };
        return { id: name, type: 'COMPUTE', cpuMillicores: none, memoryBytes: none, latencyNs: 0, labels: [] };
      }
      const { slot } = known.info;
      return {
        id: name,
        type: 'COMPUTE',
        cpuMillicores: {
          capacity: columns.allocatableCpuMillicores[slot]!,
          used: columns.requestedCpuMillicores[slot]! - again.cpuMillicores,
        },
        memoryBytes: {
          capacity: columns.allocatableMemoryBytes[slot]!,
          used: columns.requestedMemoryBytes[slot]! - again.memoryBytes,
        },
        latencyNs: 0,
        labels: group.filter(({ mayUse }) => mayUse(node)).map(({ pod }) => labelOf(pod)),
      };
    });
  }

  #forwarders(): SwmNode[] {
    const none = { capacity: 0, used: 0 };
    const isNode = new Set(this.#world.nodes.map(({ vertex }) => vertex));
    return this.#names.flatMap((id, vertex): SwmNode[] =>
      isNode.has(vertex as VertexId)
        ? []
        : [{ id, type: 'NETWORK', cpuMillicores: none, memoryBytes: none, latencyNs: 0, labels: [] }],
    );
  }

  /** The links that nodes and forwarders have with each other, and the media that these are on. */
  #links(nodes: readonly NodeId[]): { readonly links: SwmLink[]; readonly media: ReadonlySet<MediumId> } {
    const links: SwmLink[] = [];
    const media = new Set<MediumId>();
    const isLeftOut = new Uint8Array(this.#world.vertices.length);
    for (const { vertex } of this.#world.nodes) isLeftOut[vertex] = 1;
    for (const node of nodes) isLeftOut[this.#world.nodes[node]!.vertex] = 0;
    const joined = new Set<string>();
    const add = (from: VertexId, to: VertexId, medium: MediumId, latencyNs: number, arc: number): void => {
      if (isLeftOut[from] === 1 || isLeftOut[to] === 1) return;
      const [source, target] = [this.#names[from]!, this.#names[to]!];
      const id = `${source} > ${target}`;
      // of parallel wires the contract has the first alone
      if (joined.has(id) || !this.#topology.isVertexUp(from) || !this.#topology.isVertexUp(to)) return;
      joined.add(id);
      this.#arcs.set(id, arc);
      media.add(medium);
      links.push({ id, source, target, medium: mediumName(medium), latencyNs });
    };
    for (const [link, { from, to, forwardMedium, backwardMedium }] of this.#world.links.entries()) {
      if (!this.#topology.isLinkUp(link as LinkId)) continue;
      const latencyNs = this.#topology.linkLatencyNs(link as LinkId);
      add(from, to, forwardMedium, latencyNs, 2 * link);
      add(to, from, backwardMedium, latencyNs, 2 * link + 1);
    }
    for (const node of nodes) {
      const { vertex, radio } = this.#world.nodes[node]!;
      const accessPoint = radio === undefined ? undefined : this.#topology.attachedTo(vertex);
      if (accessPoint === undefined) continue;
      const { vertex: at, latencyNs, uplinkMedium, downlinkMedium } = this.#world.accessPoints[accessPoint]!;
      const uplink = 2 * (this.#world.links.length + accessPoint);
      add(vertex, at, uplinkMedium, latencyNs, uplink);
      add(at, vertex, downlinkMedium, latencyNs, uplink + 1);
    }
    return { links, media };
  }

  /** The arcs of links of the model that was built last. */
  wayOf(links: readonly Pick<SwmLink, 'id'>[]): Int32Array {
    return Int32Array.from(links, ({ id }) => this.#arcs.get(id)!);
  }

  /** The way of least latency between two nodes, as the network is known now. */
  fastestWay(from: NodeId, to: NodeId): { way: Int32Array; path: string; latencyNs: number } | undefined {
    const nodes = ([...this.#world.nodes.keys()] as NodeId[]).filter(
      (node) => this.#isThrough[node]! || node === from || node === to,
    );
    const [source, target] = [this.#world.nodes[from]!.name, this.#world.nodes[to]!.name];
    const [found] = kShortestPaths(this.#links(nodes).links, source, target, 1);
    if (found === undefined) return undefined;
    const path = computedPathId([source, ...found.arcs.map((arc) => arc.target)]);
    return { way: this.wayOf(found.arcs), path, latencyNs: found.latencyNs };
  }

  /** Latency of a way between two nodes as it is known now, ns; Infinity where it is cut. */
  latencyNs(way: Int32Array, from: NodeId, to: NodeId): number {
    const { links, nodes, accessPoints } = this.#world;
    let latencyNs = 0;
    for (const arc of way) {
      const link = (arc >> 1) as LinkId;
      if (link < links.length) {
        const ends = [links[link]!.from, links[link]!.to];
        if (!this.#topology.isLinkUp(link) || !ends.every((end) => this.#topology.isVertexUp(end))) return Infinity;
        latencyNs += this.#topology.linkLatencyNs(link);
        continue;
      }
      const accessPoint = link - links.length;
      const { vertex } = nodes[(arc & 1) === 0 ? from : to]!;
      if (this.#topology.attachedTo(vertex) !== accessPoint) return Infinity;
      latencyNs += accessPoints[accessPoint]!.latencyNs;
    }
    return latencyNs;
  }

  /** Media with what the channels that were embedded before take of them, as long as both ends are there. */
  #media(media: ReadonlySet<MediumId>, embedded: readonly EmbeddedChannel[]): SwmMedium[] {
    const used = new Map<MediumId, number>();
    for (const { media: on, bandwidthBps } of embedded)
      for (const medium of on) used.set(medium, (used.get(medium) ?? 0) + bandwidthBps);
    return Array.from(media, (medium) => ({
      id: mediumName(medium),
      bandwidthBps: { capacity: this.#world.media[medium]!.bandwidthBps, used: used.get(medium) ?? 0 },
    }));
  }

  /** Mean latency from where requests enter at the pod's service, ms, as it was last observed. Own design. */
  #userLatencies(among: readonly NodeId[], pod: Pod): WorkloadValues[] {
    const demand = this.#demand()[pod.service]!;
    if (demand.length === 0) return [];
    const nodes: NodeValue[] = among.map((node) => {
      const { name, vertex } = this.#world.nodes[node]!;
      let ms = 0;
      for (const { vertex: from, share } of demand) {
        ms += share * Math.min(UNREACHABLE_MS, this.#topology.latencyNs(from, vertex) / NS_PER_MS);
      }
      return { node: name, value: ms };
    });
    return [{ application: this.#world.apps[pod.app]!.name, workload: pod.name, nodes }];
  }
}

const mediumName = (medium: MediumId): string => `medium ${medium}`;

/** Between every two ends as many ways as there are to be, by latency. */
function offer(links: readonly SwmLink[], ends: readonly string[], count: number): SwmPath[] {
  return ends.flatMap((from) =>
    ends.flatMap((to) =>
      from === to
        ? []
        : kShortestPaths(links, from, to, count).map(({ arcs }) => ({
            id: computedPathId([from, ...arcs.map(({ target }) => target)]),
            links: arcs.map(({ id }) => id),
          })),
    ),
  );
}
