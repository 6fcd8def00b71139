import {
  parseBandwidth,
  parseCpu,
  parseDuration,
  parseMemory,
  parsePricePerByte,
  parsePricePerHour,
  type BitsPerSecond,
  type Cluster,
  type ClusterId,
  type EnergySupply,
  type Link,
  type LinkId,
  type Medium,
  type MediumId,
  type Node,
  type NodeGroup,
  type NodeId,
  type Point,
  type Vertex,
  type VertexId,
} from '../../model/index.ts';
import type { Nanoseconds } from '../../kernel/index.ts';
import type { Scenario } from '../schema/index.ts';
import { isMap, type Path } from '../source.ts';
import { Names, type Build } from './build.ts';
import { checkNodePower, linkPowerField, readNodePower, readSupply } from './energy.ts';
import { MOST_NODES } from './limits.ts';
import { readImpairments } from './impairments.ts';
import { groupSize, readNodeGroup } from './node-groups.ts';
import { nameNodes } from './node-names.ts';
import { Plane } from './plane.ts';
import { placeAll } from './positions.ts';

type Spec = Scenario['spec']['infrastructure'];
type WrittenCluster = Spec['clusters'][number];
type WrittenNodes = WrittenCluster['nodes'][number];
type NodeClass = Spec['nodeClasses'][string];

/** What a name in the network stands for. */
export interface Place {
  readonly vertex: VertexId;
  readonly kind: Vertex['kind'];
  /** Index of the cluster, node or access point. */
  readonly index: number;
}

/** Nodes of one entry that attach by radio. */
export interface RadioEntry {
  readonly mobility: NonNullable<WrittenNodes['mobility']>;
  readonly path: Path;
  readonly nodes: readonly NodeId[];
  /** Where they stand, if the scenario says so. */
  readonly position: ((index: number) => Point) | undefined;
}

const MIN_NODE_MEMORY_BYTES = 1 << 20;

/** Stands in for what is wrong in a scenario, while the rest of it is checked; no world is made from it. */
const unstatedClass = {
  arch: 'amd64',
  cpu: 1,
  memory: '1Gi',
  pods: 110,
  speed: 1,
  labels: {},
  taints: [],
  power: { curve: 'linear', idle: '0W', peak: '0W' },
  price: '0/h',
} as const satisfies NodeClass;

const unstatedCluster = {
  role: 'managed',
  provider: 'default',
  at: undefined,
  network: { bandwidth: '1Gbit/s', latency: '0s', wiring: 'star' },
} as const;

/** The infrastructure as it grows: vertices, media, links, clusters, nodes, and the names that others refer to. */
export class Infrastructure {
  readonly vertices: Vertex[] = [];
  readonly media: Medium[] = [];
  readonly links: Link[] = [];
  readonly clusters: Cluster[] = [];
  readonly nodes: Node[] = [];
  readonly nodeGroups: NodeGroup[] = [];
  /** Nodes that attach by radio, and their vertices, which no link may reach. */
  readonly radioEntries: RadioEntry[] = [];
  readonly radioVertices = new Set<VertexId>();
  readonly plane: Plane;
  readonly placeNames = new Names<Place>('cluster, node, switch or access point');
  readonly clusterNames = new Names<ClusterId>('cluster');
  readonly nodeNames = new Names<NodeId>('node');
  readonly linkNames = new Names<LinkId>('link');
  readonly #groupNames = new Names<number>('node group');
  readonly #mediumNames = new Names<MediumId>('medium');
  readonly #classNames = new Names<NodeClass>('node class');
  readonly #build: Build;
  readonly #spec: Spec;
  readonly #nextNumber = new Map<string, number>();
  /** By node class. */
  readonly #supplies = new Map<string, EnergySupply | undefined>();

  constructor(build: Build) {
    this.#build = build;
    this.#spec = build.scenario.spec.infrastructure;
    this.plane = new Plane(build);
  }

  /** Clusters with their nodes, switches and media; links come after the access points, which they may refer to. */
  buildPlaces(): void {
    this.#readClasses();
    this.#demandFewNodes();
    const path = ['spec', 'infrastructure', 'clusters'];
    if (!Array.isArray(this.#spec.clusters)) this.#clustersMissing();
    else for (const [index, cluster] of this.#spec.clusters.entries()) this.#addCluster(cluster, [...path, index]);
    this.#addSwitchesAndMedia();
  }

  buildLinks(): void {
    const path = ['spec', 'infrastructure', 'links'];
    if (!Array.isArray(this.#spec.links)) {
      this.linkNames.complete = false;
      return;
    }
    for (const [index, link] of this.#spec.links.entries()) {
      if (this.#build.isBroken(...path, index)) this.#declareBroken(link, [...path, index]);
    }
    for (const [link, at] of this.#build.readable(this.#spec.links, ...path)) this.#addLink(link, at);
    const ends = { from: this.placeNames, to: this.placeNames, medium: this.#mediumNames };
    this.#build.checkNames(this.#spec.links, path, ends);
  }

  /** Reports parts of the network that no link joins to the rest. */
  demandConnected(): void {
    if (!this.placeNames.complete || !this.linkNames.complete || this.#build.problems.length > 0) return;
    const root = Array.from(this.vertices, (_, vertex) => vertex);
    const find = (vertex: number): number => {
      let top = vertex;
      while (root[top] !== top) top = root[top] = root[root[top]!]!;
      return top;
    };
    for (const { from, to } of this.links) {
      const a = find(from);
      const b = find(to);
      root[Math.max(a, b)] = Math.min(a, b);
    }
    const first = this.vertices[0];
    for (const [vertex, { name }] of this.vertices.entries()) {
      if (root[vertex] !== vertex || vertex === 0 || this.radioVertices.has(vertex as VertexId)) continue;
      const path = this.placeNames.entries.get(name)?.path ?? [];
      this.#build.problem(path, `nothing joins "${name}" to "${first?.name}": it cannot be reached`, {
        expected: 'a link in spec.infrastructure.links',
      });
    }
  }

  /** Reports what cannot be at a node that attaches by radio. */
  demandWired(vertex: VertexId | undefined, path: Path, what = 'a wire to'): void {
    if (vertex === undefined || !this.radioVertices.has(vertex)) return;
    this.#build.problem(path, `${what} "${this.vertices[vertex]!.name}", which attaches by radio`, {
      expected: 'a place without "mobility"',
    });
  }

  addVertex(name: string, kind: Vertex['kind'], position: Point | undefined): VertexId {
    return (this.vertices.push({ name, kind, ...(position === undefined ? {} : { position }) }) - 1) as VertexId;
  }

  addMedium(name: string, bandwidthBps: BitsPerSecond): MediumId {
    return (this.media.push({ name, bandwidthBps }) - 1) as MediumId;
  }

  /** A full-duplex link with two media of its own. */
  addFullDuplex(
    name: string,
    from: VertexId,
    to: VertexId,
    bandwidthBps: BitsPerSecond,
    latencyNs: Nanoseconds,
    more: Pick<Link, 'jitterNs' | 'loss' | 'power' | 'pricePerByte'> = {},
  ): LinkId {
    const forwardMedium = this.addMedium(`${name} forward`, bandwidthBps);
    const backwardMedium = this.addMedium(`${name} backward`, bandwidthBps);
    return (this.links.push({ name, from, to, latencyNs, forwardMedium, backwardMedium, ...more }) - 1) as LinkId;
  }

  /** Nodes that are declared could not be read: names that nothing has may be theirs. */
  #nodesMissing(): void {
    for (const names of [this.placeNames, this.nodeNames, this.linkNames]) names.complete = false;
  }

  #clustersMissing(): void {
    this.#nodesMissing();
    this.clusterNames.complete = false;
  }

  #readClasses(): void {
    const classes = this.#spec.nodeClasses;
    if (!isMap(classes)) {
      this.#classNames.complete = false;
      return;
    }
    for (const [name, nodeClass] of Object.entries(classes)) {
      const path = ['spec', 'infrastructure', 'nodeClasses', name];
      this.#classNames.entries.set(name, { entry: nodeClass, path });
      if (this.#build.isBroken(...path)) continue;
      for (const field of ['cpu', 'memory'] as const) {
        if (nodeClass[field] !== undefined) continue;
        this.#build.entryProblem(path, `"${field}" is missing`, {
          expected: field === 'cpu' ? 'cores, such as 4 or 500m' : 'a quantity such as 16Gi',
        });
      }
      if (nodeClass.memory !== undefined && parseMemory(nodeClass.memory) < MIN_NODE_MEMORY_BYTES) {
        const bytes = parseMemory(nodeClass.memory);
        this.#build.problem([...path, 'memory'], `a node with ${bytes} byte of memory`, {
          expected: 'at least 1Mi, such as 512Mi or 16Gi',
        });
      }
      checkNodePower(this.#build, nodeClass.power, [...path, 'power']);
      if (nodeClass.supply !== undefined) {
        this.#supplies.set(name, readSupply(this.#build, nodeClass.supply, [...path, 'supply']));
      }
    }
  }

  #demandFewNodes(): void {
    let count = 0;
    for (const [cluster, path] of this.#build.readable(this.#spec.clusters, 'spec', 'infrastructure', 'clusters')) {
      for (const [nodes] of this.#build.readable(cluster.nodes, ...path, 'nodes')) count += groupSize(nodes);
    }
    if (count <= MOST_NODES) return;
    const path = ['spec', 'infrastructure', 'clusters'];
    this.#build.entryProblem(path, `${count} nodes in all`, { expected: `at most ${MOST_NODES}` });
    this.#build.problems.throwIfAny();
  }

  #addCluster(cluster: WrittenCluster, path: Path): void {
    const build = this.#build;
    if (!isMap(cluster) || typeof cluster.name !== 'string' || build.isBroken(...path, 'name')) {
      this.#clustersMissing();
      return;
    }
    const readable = build.readableFields(cluster, path, unstatedCluster);
    const { name, at } = readable;
    const position = at === undefined ? undefined : this.plane.place(at, [...path, 'at'], 'infrastructure');
    const id = this.#declareCluster(name, readable.role, readable.provider, position, path);
    if (build.isBroken(...path, 'nodes')) this.#nodesMissing();
    for (const [nodes, entry] of build.readable(cluster.nodes, ...path, 'nodes'))
      this.#addNodes(nodes, readable, id, entry);
  }

  #declareCluster(name: string, role: Cluster['role'], provider: string, at: Point | undefined, path: Path): ClusterId {
    const gateway = this.addVertex(name, 'gateway', at);
    const id = (this.clusters.push({ name, role, provider, gateway }) - 1) as ClusterId;
    if (
      this.#build.declare(this.placeNames, name, { vertex: gateway, kind: 'gateway', index: id }, [...path, 'name'])
    ) {
      this.#build.declare(this.clusterNames, name, id, [...path, 'name']);
    }
    return id;
  }

  #addNodes(nodes: WrittenNodes, cluster: WrittenCluster, clusterId: ClusterId, path: Path): void {
    const build = this.#build;
    const known = build.resolve(this.#classNames, nodes.class, [...path, 'class']);
    const isReadable = known !== undefined && !build.isBroken('spec', 'infrastructure', 'nodeClasses', nodes.class);
    // the nodes of a class that is wrong still have their names, for whoever refers to them
    const nodeClass: NodeClass = isReadable ? known : unstatedClass;
    const paths = { positions: [...path, 'at'], count: [...path, 'count'] };
    const room = {
      of: 'infrastructure',
      most: MOST_NODES - this.nodes.length,
      keepRows: nodes.name.includes('{'),
    } as const;
    const placed = nodes.at === undefined ? undefined : placeAll(build, this.plane, nodes.at, nodes.count, paths, room);
    if (nodes.at !== undefined && placed === undefined) {
      this.#nodesMissing();
      return;
    }
    const count = placed?.count ?? groupSize(nodes);
    const names = nameNodes(build, nodes, cluster.name, count, placed, this.#nextNumber, [...path, 'name']);
    if (names === undefined) {
      this.#nodesMissing();
      return;
    }
    const { power } = cluster.network;
    const bandwidthBps = parseBandwidth(cluster.network.bandwidth);
    const latencyNs = parseDuration(cluster.network.latency);
    const gateway = this.clusters[clusterId]!.gateway;
    const supply = isReadable ? this.#supplies.get(nodes.class) : undefined;
    const pricePerHour = parsePricePerHour(nodeClass.price);
    const base = {
      cluster: clusterId,
      class: nodes.class,
      cpuMillicores: parseCpu(nodeClass.cpu ?? unstatedClass.cpu),
      memoryBytes: parseMemory(nodeClass.memory ?? unstatedClass.memory),
      maxPods: nodeClass.pods,
      speed: nodeClass.speed,
      taints: [...nodeClass.taints, ...nodes.taints],
      ...(nodeClass.resources === undefined ? {} : { resources: nodeClass.resources }),
      power: readNodePower(nodeClass.power),
      ...(supply === undefined ? {} : { supply }),
      ...(pricePerHour === 0 ? {} : { pricePerHour }),
      ...(nodeClass.security === undefined ? {} : { security: nodeClass.security }),
    };
    const first = this.nodes.length;
    const { mobility } = nodes;
    const group = readNodeGroup(build, nodes, { name: cluster.name, id: clusterId }, first, path);
    if (group !== undefined) {
      build.declare(this.#groupNames, group.name, this.nodeGroups.length, [...path, 'autoscaling']);
      this.nodeGroups.push(group);
    }
    for (const [index, name] of names.entries()) {
      const vertex = this.addVertex(name, 'node', mobility === undefined ? placed?.position(index) : undefined);
      const node = this.nodes.length as NodeId;
      const labels = {
        'kubernetes.io/hostname': name,
        'kubernetes.io/arch': nodeClass.arch,
        'topology.kubernetes.io/region': cluster.provider,
        'topology.kubernetes.io/zone': cluster.name,
        'node.kubernetes.io/instance-type': nodes.class,
        ...nodeClass.labels,
        ...nodes.labels,
      };
      this.nodes.push({ name, vertex, labels, ...base });
      const isWired = mobility === undefined && cluster.network.wiring === 'star';
      const uplink = isWired
        ? this.addFullDuplex(name, vertex, gateway, bandwidthBps, latencyNs, linkPowerField(power))
        : undefined;
      if (mobility !== undefined) this.radioVertices.add(vertex);
      const at = [...path, 'name'];
      if (!build.declare(this.placeNames, name, { vertex, kind: 'node', index: node }, at)) continue;
      build.declare(this.nodeNames, name, node, at);
      if (uplink !== undefined) build.declare(this.linkNames, name, uplink, at);
    }
    if (mobility !== undefined) {
      const added = names.map((_, index) => (first + index) as NodeId);
      this.radioEntries.push({ mobility, path, nodes: added, position: placed?.position });
    }
  }

  #addSwitchesAndMedia(): void {
    const build = this.#build;
    const path = ['spec', 'infrastructure'];
    if (build.isBroken(...path, 'switches')) this.placeNames.complete = false;
    for (const [{ name, at }, entry] of build.readable(this.#spec.switches, ...path, 'switches')) {
      const position = at === undefined ? undefined : this.plane.place(at, [...entry, 'at'], 'infrastructure');
      const vertex = this.addVertex(name, 'switch', position);
      build.declare(this.placeNames, name, { vertex, kind: 'switch', index: vertex }, [...entry, 'name']);
    }
    if (build.isBroken(...path, 'media')) this.#mediumNames.complete = false;
    for (const [{ name, bandwidth }, entry] of build.readable(this.#spec.media, ...path, 'media')) {
      build.declare(this.#mediumNames, name, this.addMedium(name, parseBandwidth(bandwidth)), [...entry, 'name']);
    }
  }

  /** The name of a link that cannot be read, if that much of it can, for whoever refers to it. */
  #declareBroken(link: unknown, path: Path): void {
    const { name, from, to } = isMap(link) ? link : {};
    const isNamed = typeof name === 'string' && !this.#build.isBroken(...path, 'name');
    const hasEnds = name === undefined && typeof from === 'string' && typeof to === 'string';
    if (isNamed) this.#build.declare(this.linkNames, name, -1 as LinkId, [...path, 'name']);
    else if (hasEnds) this.#build.declare(this.linkNames, `${from}-${to}`, -1 as LinkId, path);
    else this.linkNames.complete = false;
  }

  #addLink(link: Spec['links'][number], path: Path): void {
    const build = this.#build;
    const from = build.resolve(this.placeNames, link.from, [...path, 'from'])?.vertex;
    const to = build.resolve(this.placeNames, link.to, [...path, 'to'])?.vertex;
    this.demandWired(from, [...path, 'from']);
    this.demandWired(to, [...path, 'to']);
    if (from !== undefined && from === to)
      build.problem([...path, 'to'], 'a link from a place to itself', { expected: 'another place' });
    if (link.medium !== undefined && link.bandwidth !== undefined) {
      build.problem([...path, 'bandwidth'], 'a bandwidth beside a medium', {
        expected: "one of the two: a medium's links share its bandwidth",
      });
    }
    if (link.medium === undefined && link.bandwidth === undefined) {
      build.entryProblem(path, '"bandwidth" is missing', {
        expected: 'a bandwidth such as 1Gbit/s, or the name of a medium',
      });
    }
    const shared =
      link.medium === undefined ? undefined : build.resolve(this.#mediumNames, link.medium, [...path, 'medium']);
    const name = link.name ?? `${link.from}-${link.to}`;
    const id = this.links.length as LinkId;
    build.declare(this.linkNames, name, id, link.name === undefined ? path : [...path, 'name']);
    if (from === undefined || to === undefined || (shared === undefined && link.bandwidth === undefined)) return;
    const latencyNs = parseDuration(link.latency);
    const more = {
      ...readImpairments(link),
      ...linkPowerField(link.power),
      ...(link.price === undefined ? {} : { pricePerByte: parsePricePerByte(link.price) }),
    };
    if (link.bandwidth !== undefined && link.duplex === 'full') {
      this.addFullDuplex(name, from, to, parseBandwidth(link.bandwidth), latencyNs, more);
      return;
    }
    const medium = shared ?? this.addMedium(name, parseBandwidth(link.bandwidth!));
    this.links.push({ name, from, to, latencyNs, forwardMedium: medium, backwardMedium: medium, ...more });
  }
}
