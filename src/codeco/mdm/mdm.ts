import { DELIVERED, type Copies, type Network, type ReceiverId } from '../../dynamics/index.ts';
import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import { podRequests } from '../../kubernetes/index.ts';
import type { AppId, ClusterId, DatasetId, MdmSettings, NodeId, VertexId, World } from '../../model/index.ts';
import { compliance, freshness, portability, type DataQuality, type Room } from './node-quality.ts';

/** Headers of a message, and metadata of one copy of a dataset or one node in it. Own design. */
const MESSAGE_BYTES = 100;
const RECORD_BYTES = 64;

/** What connectors read. */
export interface MetadataSources {
  readonly copies: Pick<Copies, 'of'>;
  isNodeUp(node: NodeId): boolean;
  /** What the pods on a node ask for. */
  requested(node: NodeId): Room;
}

/** What is known of a node for an application once metadata of its cluster have arrived, beside what is true then. */
export interface CatalogueNote {
  /** Where they have arrived. */
  readonly cluster: ClusterId;
  readonly node: NodeId;
  readonly app: AppId;
  readonly collectedNs: Nanoseconds;
  readonly known: DataQuality;
  readonly actual: DataQuality;
}

/** What a connector has read in its cluster at one time. */
interface Metadata {
  readonly cluster: ClusterId;
  readonly collectedNs: Nanoseconds;
  /** By copy: when the version that it holds was generated. */
  readonly copies: ReadonlyMap<number, number>;
  /** By node that is up: what is free there. */
  readonly nodes: ReadonlyMap<NodeId, Room>;
}

/** Metadata as somebody has them: by copy and node what was heard last. */
interface Knowledge {
  generatedNs(copy: number): number | undefined;
  free(node: NodeId): Room | undefined;
}

class Catalogue implements Knowledge {
  readonly #copies = new Map<number, { readonly generatedNs: number; readonly collectedNs: number }>();
  readonly #nodes = new Map<NodeId, { readonly room: Room; readonly collectedNs: number }>();

  /** When the oldest of what is known was collected; undefined where nothing is. */
  get oldestNs(): number | undefined {
    const times = [...this.#copies.values(), ...this.#nodes.values()].map(({ collectedNs }) => collectedNs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  generatedNs(copy: number): number | undefined {
    return this.#copies.get(copy)?.generatedNs;
  }

  free(node: NodeId): Room | undefined {
    return this.#nodes.get(node)?.room;
  }

  /** Messages may overtake each other: what is older than what is known changes nothing. */
  take({ collectedNs, copies, nodes }: Metadata): void {
    for (const [copy, generatedNs] of copies)
      if (collectedNs >= (this.#copies.get(copy)?.collectedNs ?? 0))
        this.#copies.set(copy, { generatedNs, collectedNs });
    for (const [node, room] of nodes)
      if (collectedNs >= (this.#nodes.get(node)?.collectedNs ?? 0)) this.#nodes.set(node, { room, collectedNs });
  }
}

type CataloguedWorld = Pick<World, 'apps' | 'services' | 'datasets' | 'nodes' | 'clusters'>;

/**
 * MDM, the catalogue of data and nodes. A connector in each cluster reads at every interval which versions the copies of
 * datasets in it hold, and how much room is on its nodes that are up, and sends that to MDM in the hub; MDM takes its time and
 * publishes it to the clusters where PDLC works out costs of nodes. All of it travels over the simulated network, what is lost
 * is not sent again, and what is known stays as it was until something newer comes. That connectors feed a hub's MDM is
 * CODECO's deployment; messages, times and formulas are own design.
 */
export class Mdm {
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #world: CataloguedWorld;
  readonly #settings: MdmSettings;
  readonly #sources: MetadataSources;
  readonly #hub: ClusterId;
  readonly #truth: Knowledge;
  readonly #noted: (note: CatalogueNote) => void;
  /** By cluster that costs are worked out in: what it knows. */
  readonly #catalogues: ReadonlyMap<ClusterId, Catalogue>;
  readonly #nodesOf: readonly (readonly NodeId[])[];
  /** By dataset: its copies, each with the cluster that it is in. */
  readonly #copiesOf: readonly (readonly {
    readonly copy: number;
    readonly cluster: ClusterId;
    readonly node?: NodeId;
  }[])[];
  /** By application: the datasets that its services read, and what a pod of each service asks for. */
  readonly #reads: readonly (readonly DatasetId[])[];
  readonly #asked: readonly (readonly Room[])[];
  readonly #underWay = new Map<number, { readonly metadata: Metadata; readonly to: ClusterId | undefined }>();
  readonly #receiver: ReceiverId;
  readonly #publish: HandlerId;
  #nextMessage = 0;

  /** @param readers the clusters that it publishes to */
  constructor(
    kernel: Kernel,
    network: Network,
    world: CataloguedWorld,
    settings: MdmSettings,
    sources: MetadataSources,
    hub: ClusterId,
    readers: readonly ClusterId[],
    noted: (note: CatalogueNote) => void,
  ) {
    this.#kernel = kernel;
    this.#network = network;
    this.#world = world;
    this.#settings = settings;
    this.#sources = sources;
    this.#hub = hub;
    const copies = sources.copies.of.flat();
    this.#truth = { generatedNs: (copy) => copies[copy]!.generatedNs, free: (node) => this.#free(node) };
    this.#noted = noted;
    this.#catalogues = new Map(readers.map((cluster) => [cluster, new Catalogue()]));
    const { apps, services, nodes, clusters } = world;
    const places = new Map<VertexId, { readonly cluster: ClusterId; readonly node?: NodeId }>();
    for (const [cluster, { gateway }] of clusters.entries()) places.set(gateway, { cluster: cluster as ClusterId });
    for (const [node, { vertex, cluster }] of nodes.entries()) places.set(vertex, { cluster, node: node as NodeId });
    this.#nodesOf = clusters.map((_, at) =>
      nodes.flatMap(({ cluster }, node) => (cluster === at ? [node as NodeId] : [])),
    );
    this.#copiesOf = sources.copies.of.map((copies) =>
      copies.map(({ index, vertex }) => ({ copy: index, ...places.get(vertex)! })),
    );
    this.#reads = apps.map(({ services: own }) => [
      ...new Set(
        own.flatMap((service) =>
          (services[service]!.behaviour.data ?? []).flatMap(({ kind, dataset }) => (kind === 'read' ? [dataset] : [])),
        ),
      ),
    ]);
    this.#asked = apps.map(({ services: own }) =>
      own.map((service) => podRequests(services[service]!.podSpec).declared),
    );
    this.#receiver = network.receiver((message, outcome) => this.#arrived(message, outcome === DELIVERED));
    const collect = kernel.on('mdm.collect', () => {
      for (const cluster of clusters.keys()) this.#collect(cluster as ClusterId);
      kernel.after(settings.intervalNs, collect);
    });
    kernel.at(0 as Nanoseconds, collect);
    this.#publish = kernel.on('mdm.publish', (message) => {
      const { metadata } = this.#underWay.get(message)!;
      this.#underWay.delete(message);
      if (this.#isRunning(hub)) for (const reader of readers) this.#send(metadata, hub, reader);
    });
  }

  /** By node: what a cluster knows of it for an application now; undefined of nodes that it has heard nothing of. */
  qualities(cluster: ClusterId, app: AppId): (DataQuality | undefined)[] {
    const catalogue = this.#catalogues.get(cluster)!;
    return this.#world.nodes.map((_, node) => this.#quality(app, node as NodeId, catalogue));
  }

  /** Age of the oldest that a cluster knows; 0 where it knows nothing. */
  ageNs(cluster: ClusterId): number {
    const { now } = this.#kernel;
    return now - (this.#catalogues.get(cluster)!.oldestNs ?? now);
  }

  #isRunning(cluster: ClusterId): boolean {
    const nodes = this.#nodesOf[cluster]!;
    return nodes.length === 0 || nodes.some((node) => this.#sources.isNodeUp(node));
  }

  #collect(cluster: ClusterId): void {
    if (!this.#isRunning(cluster)) return;
    const isUp = (node: NodeId | undefined): boolean => node === undefined || this.#sources.isNodeUp(node);
    const copies = new Map<number, number>();
    for (const [dataset, places] of this.#copiesOf.entries()) {
      for (const [at, { copy, cluster: where, node }] of places.entries())
        if (where === cluster && isUp(node)) copies.set(copy, this.#sources.copies.of[dataset]![at]!.generatedNs);
    }
    const nodes = new Map(this.#nodesOf[cluster]!.filter(isUp).map((node) => [node, this.#free(node)]));
    if (copies.size + nodes.size > 0)
      this.#send({ cluster, collectedNs: this.#kernel.now, copies, nodes }, cluster, undefined);
  }

  #free(node: NodeId): Room {
    const { cpuMillicores, memoryBytes } = this.#world.nodes[node]!;
    const requested = this.#sources.requested(node);
    return {
      cpuMillicores: cpuMillicores - requested.cpuMillicores,
      memoryBytes: memoryBytes - requested.memoryBytes,
    };
  }

  /** @param to a reader; undefined for MDM itself */
  #send(metadata: Metadata, from: ClusterId, to: ClusterId | undefined): void {
    const { clusters } = this.#world;
    const message = this.#nextMessage++;
    this.#underWay.set(message, { metadata, to });
    const bytes = MESSAGE_BYTES + RECORD_BYTES * (metadata.copies.size + metadata.nodes.size);
    this.#network.send(this.#receiver, message, clusters[from]!.gateway, clusters[to ?? this.#hub]!.gateway, bytes);
  }

  #arrived(message: number, isDelivered: boolean): void {
    const { metadata, to } = this.#underWay.get(message)!;
    if (to === undefined && isDelivered && this.#isRunning(this.#hub)) {
      this.#kernel.after(this.#settings.delayNs, this.#publish, message);
      return;
    }
    this.#underWay.delete(message);
    if (to === undefined || !isDelivered) return;
    const catalogue = this.#catalogues.get(to)!;
    catalogue.take(metadata);
    for (const node of metadata.nodes.keys()) {
      for (const id of this.#world.apps.keys()) {
        const app = id as AppId;
        const known = this.#quality(app, node, catalogue)!;
        const actual = this.#quality(app, node, this.#truth)!;
        this.#noted({ cluster: to, node, app, collectedNs: metadata.collectedNs, known, actual });
      }
    }
  }

  #quality(app: AppId, node: NodeId, knowledge: Knowledge): DataQuality | undefined {
    const free = knowledge.free(node);
    if (free === undefined) return undefined;
    const { now } = this.#kernel;
    const { cluster } = this.#world.nodes[node]!;
    const ages = this.#reads[app]!.map((dataset) => {
      const times = this.#copiesOf[dataset]!.flatMap((each) => {
        const generatedNs = each.cluster === cluster ? knowledge.generatedNs(each.copy) : undefined;
        return generatedNs === undefined ? [] : [generatedNs];
      });
      return times.length === 0 ? undefined : now - Math.max(...times);
    });
    return {
      freshness: freshness(ages, this.#settings.halfLifeNs),
      compliance: compliance(this.#world, app, node),
      portability: portability(this.#asked[app]!, free),
    };
  }
}
