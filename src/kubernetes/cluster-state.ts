import type { Kernel } from '../kernel/index.ts';
import type { AppId, LabelSelector, NodeId, PodId, PodLife, PodObject, ServiceId, World } from '../model/index.ts';
import type { CpuShare } from '../dynamics/index.ts';
import type { NodeState } from './node-state.ts';
import { cpuShareOf, podTemplate } from './pod-template.ts';
import type { Pod } from './pods.ts';
import {
  compilePod,
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
  readonly pods: Pod[] = [];
  readonly nodes: readonly NodeState[];
  readonly cache = new SchedulerCache();
  readonly #kernel: Pick<Kernel, 'now'>;
  /** By service: what its pods have in common. */
  readonly #kinds: PodKind[];
  readonly #cpu: CpuShare[] = [];
  readonly #scheduling: SchedulingPod[] = [];

  /** @throws {PodRefused} if a pod says something that Kubernetes' API server refuses; the message names the field */
  constructor(kernel: Pick<Kernel, 'now'>, world: World) {
    this.#kernel = kernel;
    this.nodes = world.nodes.map((node, id) => ({
      info: this.cache.addNode({
        id,
        name: node.name,
        labels: node.labels,
        taints: node.taints,
        allocatable: readResources({ ...node.resources, cpu: `${node.cpuMillicores}m`, memory: node.memoryBytes }),
        maxPods: node.maxPods,
      }),
      pods: new Set(),
      up: true,
      reachable: true,
      notReady: false,
      life: 0,
      silence: 0,
    }));
    this.#kinds = world.services.map((service) => {
      const app = world.apps[service.app]!;
      const template = podTemplate(app, service, world.clusters);
      const kind = compileTemplate(template, app.name, service.workload?.selector);
      // callers reach the pods by a Service, and kube-scheduler's default spreading groups pods by their Services
      if (service.workload === undefined)
        this.cache.setService(app.namespace, `${app.name}-${service.name}`, template.metadata.labels!);
      this.#cpu.push(cpuShareOf(service.podSpec, kind.requests.declared.cpuMillicores));
      return kind;
    });
    for (const { kubernetesServices = [] } of world.apps)
      for (const { namespace, name, selector } of kubernetesServices) this.cache.setService(namespace, name, selector);
  }

  /** How the pods of a service share the CPU of their nodes. */
  cpuShare(service: ServiceId): CpuShare {
    return this.#cpu[service]!;
  }

  /** The service that a pod is of, as the scheduler knows it. */
  serviceOf({ kind }: SchedulingPod): ServiceId {
    return this.#kinds.indexOf(kind) as ServiceId;
  }

  /** A pod as the scheduler knows it. */
  schedulingPod(pod: Pod): SchedulingPod {
    return this.#scheduling[pod.id]!;
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
      goneNs: undefined,
      waiting: undefined,
      reason: undefined,
      attempts: 0,
      message: '',
      attemptedNs: 0,
    };
    this.pods.push(pod);
    this.#scheduling[id] = schedulingPod(this.#kinds[service]!, name, this.#kernel.now);
    return pod;
  }

  /** Binds a pod to a node for good. */
  bind(pod: Pod, id: NodeId): void {
    const node = this.nodes[id]!;
    this.cache.assumePod(this.#scheduling[pod.id]!, node.info);
    node.pods.add(pod);
    pod.node = id;
    pod.scheduledNs = this.#kernel.now;
  }

  /** A bound pod is gone from its node: it counts no longer there. */
  remove(pod: Pod, reason: string): void {
    pod.phase = 'gone';
    pod.goneNs = this.#kernel.now;
    pod.reason = reason;
    this.nodes[pod.node!]!.pods.delete(pod);
    this.cache.forgetPod(this.#scheduling[pod.id]!);
  }
}

function compileTemplate(template: PodObject, app: string, owner: LabelSelector | undefined): PodKind {
  try {
    return compilePod(template, owner);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PodRefused(`application ${app}: ${error.message}`, { cause: error });
  }
}
