import type { Kernel } from '../kernel/index.ts';
import type {
  AppId,
  LabelSelector,
  Node,
  NodeId,
  PodId,
  PodLife,
  PodObject,
  ServiceId,
  World,
} from '../model/index.ts';
import type { CpuShare } from '../dynamics/index.ts';
import type { NodeState } from './node-state.ts';
import { admitted, cpuShareOf, podTemplate } from './pod-template.ts';
import type { Pod } from './pods.ts';
import type { Site } from './site.ts';
import {
  compilePod,
  type NodeDescription,
  readResources,
  SchedulerCache,
  schedulingPod,
  type PodKind,
  type SchedulingPod,
} from './scheduling/index.ts';

/** A pod that Kubernetes' API server would not take. */
export class PodRefused extends Error {}

/**
 * The objects of the control plane that its controllers share: nodes, pods, what is known of each service's pods, and the
 * scheduler's cache over them. It changes nothing by itself.
 */
export class ClusterState {
  /** By id; of a cluster of a federation, with those of the other clusters. */
  readonly pods: Pod[];
  /** By id; of a cluster of a federation its own alone. */
  readonly nodes: readonly NodeState[];
  readonly cache = new SchedulerCache();
  readonly #kernel: Pick<Kernel, 'now'>;
  readonly #nodes: World['nodes'];
  /** By service: what its pods have in common. */
  readonly #kinds: PodKind[];
  readonly #serviceOfKind = new Map<PodKind, ServiceId>();
  readonly #cpu: CpuShare[] = [];
  readonly #scheduling: SchedulingPod[] = [];
  /** By service: its pods that are not gone. */
  readonly #ofService: Set<Pod>[];

  /**
   * @param site of a cluster of a federation
   * @throws {PodRefused} if a pod says something that Kubernetes' API server refuses; the message names the field
   */
  constructor(kernel: Pick<Kernel, 'now'>, world: World, site?: Site) {
    this.#kernel = kernel;
    this.pods = site?.pods ?? [];
    this.#ofService = world.services.map(() => new Set());
    this.#nodes = world.nodes;
    const nodes: NodeState[] = [];
    for (const [id, node] of world.nodes.entries())
      if (site === undefined || node.cluster === site.cluster) nodes[id] = this.#register(id, node);
    this.nodes = nodes;
    this.#kinds = world.services.map((service) => {
      const app = world.apps[service.app]!;
      const template = admitted(podTemplate(app, service, world.clusters), world.orchestration);
      const kind = compileTemplate(template, app.name, service.workload?.selector);
      // callers reach the pods by a Service, and kube-scheduler's default spreading groups pods by their Services
      if (service.workload === undefined)
        this.cache.setService(app.namespace, `${app.name}-${service.name}`, template.metadata.labels!);
      this.#cpu.push(cpuShareOf(service.podSpec, kind.requests.declared.cpuMillicores));
      return kind;
    });
    for (const [service, kind] of this.#kinds.entries()) this.#serviceOfKind.set(kind, service as ServiceId);
    for (const { kubernetesServices = [] } of world.apps)
      for (const { namespace, name, selector } of kubernetesServices) this.cache.setService(namespace, name, selector);
  }

  #register(id: number, node: Node): NodeState {
    return {
      info: this.cache.addNode(describe(node, id as NodeId)),
      pods: new Set(),
      isThere: true,
      cordoned: false,
      doomed: false,
      up: true,
      reachable: true,
      healthy: true,
      ready: 'True',
      evicting: undefined,
      memoryPressure: false,
      taintedNs: 0,
      taintings: 0,
      life: 0,
      silence: 0,
    };
  }

  /** A node as it is when it joins its cluster. */
  describe(node: NodeId): NodeDescription {
    return describe(this.#nodes[node]!, node);
  }

  /** A node joins its cluster, or leaves it; no pod may be on it then. */
  setThere(node: NodeId, isThere: boolean): void {
    const state = this.nodes[node]!;
    state.isThere = isThere;
    if (isThere) state.info = this.cache.addNode(this.describe(node));
    else this.cache.removeNode(state.info);
  }

  /** What the pods of a service have in common. */
  kind(service: ServiceId): PodKind {
    return this.#kinds[service]!;
  }

  /** The pods of a service that are not gone, in the order of their creation. */
  podsOf(service: ServiceId): ReadonlySet<Pod> {
    return this.#ofService[service]!;
  }

  /** The pod on a node that the scheduler knows as this one. */
  podOn(node: NodeId, known: SchedulingPod): Pod | undefined {
    for (const pod of this.nodes[node]!.pods) if (this.#scheduling[pod.id] === known) return pod;
    return undefined;
  }

  /** How the pods of a service share the CPU of their nodes. */
  cpuShare(service: ServiceId): CpuShare {
    return this.#cpu[service]!;
  }

  /** The service that a pod is of, as the scheduler knows it. */
  serviceOf({ kind }: SchedulingPod): ServiceId {
    return this.#serviceOfKind.get(kind)!;
  }

  /** A pod as the scheduler knows it. */
  schedulingPod(pod: Pod): SchedulingPod {
    return this.#scheduling[pod.id]!;
  }

  /** What the scheduler would know of another pod of the same service: to try out where one could be put. */
  standIn({ service, name }: Pick<Pod, 'service' | 'name'>): SchedulingPod {
    return schedulingPod(this.#kinds[service]!, name, this.#kernel.now);
  }

  /** A new pod, which waits for a node. */
  create(app: AppId, service: ServiceId, name: string, life: PodLife | undefined): Pod {
    const id = this.pods.length as PodId;
    const pod: Pod = {
      id,
      name,
      app,
      service,
      createdNs: this.#kernel.now,
      life,
      phase: 'pending',
      readyOnNode: false,
      node: undefined,
      scheduledNs: undefined,
      sandboxNs: undefined,
      pulledNs: undefined,
      startedNs: undefined,
      readyNs: undefined,
      readinessChangedNs: undefined,
      restarts: 0,
      goneNs: undefined,
      waiting: undefined,
      reason: undefined,
      attempts: 0,
      refusals: 0,
      errors: 0,
      message: '',
      attemptedNs: 0,
    };
    this.pods.push(pod);
    this.#ofService[service]!.add(pod);
    this.#scheduling[id] = schedulingPod(this.#kinds[service]!, name, this.#kernel.now);
    return pod;
  }

  /** Binds a pod to a node for good. */
  bind(pod: Pod, id: NodeId): void {
    const node = this.nodes[id]!;
    const known = this.#scheduling[pod.id]!;
    this.cache.nominate(known, undefined);
    this.cache.assumePod(known, node.info);
    known.sinceNs = this.#kernel.now;
    node.pods.add(pod);
    pod.node = id;
    pod.scheduledNs = this.#kernel.now;
  }

  /** A pod is gone: where it was bound, it counts no longer on its node. */
  remove(pod: Pod, reason: string | undefined): void {
    pod.phase = 'gone';
    pod.goneNs = this.#kernel.now;
    pod.reason = reason;
    this.#ofService[pod.service]!.delete(pod);
    const known = this.#scheduling[pod.id]!;
    this.cache.nominate(known, undefined);
    if (pod.node === undefined) return;
    this.nodes[pod.node]!.pods.delete(pod);
    this.cache.forgetPod(known);
  }
}

function describe(node: World['nodes'][number], id: number): NodeDescription {
  return {
    id,
    name: node.name,
    labels: node.labels,
    taints: node.taints,
    allocatable: readResources({ ...node.resources, cpu: `${node.cpuMillicores}m`, memory: node.memoryBytes }),
    maxPods: node.maxPods,
  };
}

function compileTemplate(template: PodObject, app: string, owner: LabelSelector | undefined): PodKind {
  try {
    return compilePod(template, owner);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PodRefused(`application ${app}: ${error.message}`, { cause: error });
  }
}
