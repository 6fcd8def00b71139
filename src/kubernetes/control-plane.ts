import type { HandlerId, Kernel, Nanoseconds, RandomStream } from '../kernel/index.ts';
import type {
  AppId,
  LabelSelector,
  NodeId,
  PodId,
  PodLife,
  PodObject,
  PublishedExtender,
  ServiceId,
  Taint,
  World,
} from '../model/index.ts';
import type { CpuShare } from '../dynamics/index.ts';
import { CommunicationCost, type EntryDemand } from './communication.ts';
import type { Endpoints } from './endpoints.ts';
import { extenderObjects, HttpExtender, SynchronousHttp } from './extender/index.ts';
import type { ObservedTopology } from './observed-topology.ts';
import { cpuShareOf, podTemplate } from './pod-template.ts';
import type { Pod } from './pods.ts';
import { StartupQueues } from './pod-startup.ts';
import {
  compilePod,
  readProfile,
  readResources,
  SchedulerCache,
  schedulers,
  schedulingPod,
  type Decision,
  type NodeInfo,
  type PodKind,
  type Scheduler,
  type SchedulingPod,
} from './scheduling/index.ts';
import { podBackoffNs, SchedulingQueue } from './scheduling-queue.ts';

/** Taints of a node whose kubelet is not heard of. Source: Kubernetes, pkg/controller/nodelifecycle. */
const UNREACHABLE_TAINTS: readonly Taint[] = [
  { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
];

/** A pod that Kubernetes' API server would not take. */
export class PodRefused extends Error {}

/** A decision of the scheduler as it is recorded. */
export interface PlacementDecision {
  readonly pod: Pod;
  readonly viewAgeNs: number;
  readonly decision: Decision;
}

/** What the control plane tells the world. */
export interface ControlPlaneHooks {
  /** The pod's containers serve on its node from now on, and no longer. */
  podStarted(pod: Pod, cpu: CpuShare): void;
  podStopped(pod: Pod): void;
  decided(decision: PlacementDecision): void;
}

interface NodeState {
  readonly info: NodeInfo;
  readonly pods: Set<Pod>;
  up: boolean;
  notReady: boolean;
  /** Counts crashes and returns: a timer that was set in another life of the node does nothing. */
  life: number;
}

/**
 * The Kubernetes control plane in virtual time, first version: applications become pods, the scheduler binds them, the
 * kubelet starts them, and a node that goes silent is noticed, tainted and emptied by Kubernetes' own timers.
 *
 * A node that crashes takes its pods down at once, but its silence is noticed only after the node monitor grace period:
 * until then its pods stay endpoints. Then the node is NotReady and tainted, and after the toleration its pods are deleted
 * and made anew. A node that comes back restarts the pods that it still has.
 */
export class ControlPlane {
  readonly pods: Pod[] = [];
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #topology: ObservedTopology;
  readonly #endpoints: Endpoints;
  readonly #communication: CommunicationCost;
  readonly #hooks: ControlPlaneHooks;
  readonly #cache = new SchedulerCache();
  readonly #queue = new SchedulingQueue();
  readonly #startup: StartupQueues;
  readonly #scheduler: Scheduler;
  readonly #ties: RandomStream;
  readonly #nodes: NodeState[];
  /** By service: what its pods have in common. */
  readonly #kinds: (PodKind | undefined)[] = [];
  readonly #cpu: CpuShare[] = [];
  readonly #scheduling: SchedulingPod[] = [];
  /** By service: pods created so far. */
  readonly #ordinals: number[];
  readonly #schedule: HandlerId;
  readonly #ready: HandlerId;
  readonly #notReady: HandlerId;
  readonly #evict: HandlerId;
  readonly #retry: HandlerId;
  readonly #finished: HandlerId;
  readonly #deadline: HandlerId;
  #attemptDue = false;

  /** @throws {PodRefused} if a pod says something that Kubernetes' API server refuses; the message names the field */
  constructor(
    kernel: Kernel,
    world: World,
    topology: ObservedTopology,
    endpoints: Endpoints,
    demand: readonly EntryDemand[],
    hooks: ControlPlaneHooks,
  ) {
    this.#kernel = kernel;
    this.#world = world;
    this.#topology = topology;
    this.#endpoints = endpoints;
    this.#communication = new CommunicationCost(world, topology, demand);
    this.#hooks = hooks;
    this.#ordinals = world.services.map(() => 0);
    const { scheduler, schedulerProfile, podStartup } = world.orchestration;
    this.#startup = new StartupQueues(podStartup, world.nodes, kernel.streams);
    this.#scheduler = schedulers[scheduler](
      schedulerProfile && readProfile(schedulerProfile),
      this.#extenders(schedulerProfile?.extenders ?? []),
    );
    this.#ties = kernel.streams.get('scheduler/ties');
    this.#nodes = world.nodes.map((node, id) => ({
      info: this.#cache.addNode({
        id,
        name: node.name,
        labels: node.labels,
        taints: node.taints,
        allocatable: readResources({ ...node.resources, cpu: `${node.cpuMillicores}m`, memory: node.memoryBytes }),
        maxPods: node.maxPods,
      }),
      pods: new Set(),
      up: true,
      notReady: false,
      life: 0,
    }));
    for (const [id, service] of world.services.entries()) {
      const app = world.apps[service.app]!;
      const template = podTemplate(app, service, world.clusters);
      const kind = compileTemplate(template, app.name, service.workload?.selector);
      // callers reach the pods by a Service, and kube-scheduler's default spreading groups pods by their Services
      if (service.workload === undefined)
        this.#cache.setService(app.namespace, `${app.name}-${service.name}`, template.metadata.labels!);
      this.#kinds[id] = kind;
      this.#cpu[id] = cpuShareOf(service.podSpec, kind.requests.declared.cpuMillicores);
    }
    for (const { kubernetesServices = [] } of world.apps)
      for (const { namespace, name, selector } of kubernetesServices) this.#cache.setService(namespace, name, selector);
    const createApp = kernel.on('kubernetes.create-app', (app) => this.#createApp(app as AppId));
    this.#schedule = kernel.on('kubernetes.schedule', () => this.#scheduleAll());
    this.#ready = kernel.on('kubernetes.pod-ready', (pod, life) => this.#podReady(this.pods[pod]!, life));
    this.#notReady = kernel.on('kubernetes.node-not-ready', (node, life) => this.#nodeNotReady(node as NodeId, life));
    this.#evict = kernel.on('kubernetes.evict', (node, life) => this.#evictPods(node as NodeId, life));
    this.#retry = kernel.on('kubernetes.retry', (pod) => this.#enqueue(this.pods[pod]!));
    for (const [id, app] of world.apps.entries()) kernel.at(app.createdAtNs, createApp, id);
    const createBarePod = kernel.on('kubernetes.create-pod', (service, index) =>
      this.#createPod(world.services[service]!.app, service as ServiceId, world.services[service]!.lives![index]!),
    );
    for (const [id, { lives = [] }] of world.services.entries())
      for (const [index, { createdAtNs }] of lives.entries()) kernel.at(createdAtNs, createBarePod, id, index);
    this.#finished = kernel.on('kubernetes.pod-finished', (pod, life) => this.#podFinished(this.pods[pod]!, life));
    this.#deadline = kernel.on('kubernetes.pod-deadline', (pod) => this.#end(this.pods[pod]!, 'deadline-exceeded'));
  }

  /** Pods that have found no place so far. */
  get unschedulableCount(): number {
    return this.pods.reduce((count, { phase }) => count + (phase === 'pending' ? 1 : 0), 0);
  }

  /** What the pods bound to a node ask of it. */
  requested(node: NodeId): { cpuMillicores: number; memoryBytes: number; pods: number } {
    const { slot } = this.#nodes[node]!.info;
    const { requestedCpuMillicores, requestedMemoryBytes, podCount } = this.#cache.columns;
    return {
      cpuMillicores: requestedCpuMillicores[slot]!,
      memoryBytes: requestedMemoryBytes[slot]!,
      pods: podCount[slot]!,
    };
  }

  /** `up`, `not-ready` (silent, and noticed) or `down` (silent, not noticed yet): the truth and what the cluster makes of it. */
  nodeState(node: NodeId): 'up' | 'down' | 'not-ready' {
    const { up, notReady } = this.#nodes[node]!;
    return up ? 'up' : notReady ? 'not-ready' : 'down';
  }

  /** A node crashed, or came back. */
  setNodeUp(node: NodeId, up: boolean): void {
    const state = this.#nodes[node]!;
    state.up = up;
    state.life++;
    if (up) {
      if (state.notReady) {
        state.notReady = false;
        this.#cache.setTaints(state.info, this.#world.nodes[node]!.taints);
        this.#somethingChanged();
      }
      for (const pod of state.pods) {
        this.#endpoints.remove(pod.service, pod.id);
        this.#start(pod);
      }
    } else {
      this.#startup.nodeCrashed(node);
      for (const pod of state.pods) {
        if (pod.phase === 'ready') this.#hooks.podStopped(pod);
        pod.phase = 'stopped';
      }
      this.#kernel.after(this.#world.orchestration.nodeMonitorGracePeriodNs, this.#notReady, node, state.life);
    }
  }

  #extenders(published: readonly PublishedExtender[]): HttpExtender[] {
    if (published.length === 0) return [];
    const http = new SynchronousHttp();
    const objects = extenderObjects(this.#world, this.#kernel, ({ kind }) => this.#kinds.indexOf(kind) as ServiceId);
    return published.map((config) => new HttpExtender(config, http, objects));
  }

  #createApp(app: AppId): void {
    for (const service of this.#world.apps[app]!.services) {
      for (let replica = 0; replica < this.#world.services[service]!.replicas; replica++) this.#createPod(app, service);
    }
  }

  #createPod(app: AppId, service: ServiceId, life?: PodLife): void {
    const id = this.pods.length as PodId;
    const name =
      life?.name ??
      `${this.#world.apps[app]!.name}-${this.#world.services[service]!.name}-${this.#ordinals[service]!++}`;
    const pod: Pod = {
      id,
      name,
      app,
      service,
      createdNs: this.#kernel.now,
      life,
      phase: 'pending',
      node: undefined,
      scheduledNs: undefined,
      startedNs: undefined,
      readyNs: undefined,
      goneNs: undefined,
      reason: undefined,
      attempts: 0,
      message: '',
      attemptedNs: 0,
    };
    this.pods.push(pod);
    this.#scheduling[id] = schedulingPod(this.#kinds[service]!, name, this.#kernel.now);
    this.#enqueue(pod);
  }

  #enqueue(pod: Pod): void {
    if (pod.phase !== 'pending') return;
    this.#queue.add(pod);
    if (this.#attemptDue) return;
    this.#attemptDue = true;
    this.#kernel.after(0 as Nanoseconds, this.#schedule);
  }

  #scheduleAll(): void {
    this.#attemptDue = false;
    for (let pod = this.#queue.next(); pod !== undefined; pod = this.#queue.next()) this.#scheduleOne(pod);
  }

  #scheduleOne(pod: Pod): void {
    const decision = this.#scheduler.schedule(this.#scheduling[pod.id]!, this.#cache, {
      draws: this.#ties,
      verdicts: this.#world.recording.verdicts,
      communicationLatencyNs: ({ id }) => this.#communication.latencyNs(pod.service, id as NodeId, this.pods),
    });
    pod.attempts++;
    pod.attemptedNs = this.#kernel.now;
    pod.message = decision.message;
    const viewAgeNs = this.#world.orchestration.scheduler === 'lowest-latency' ? this.#topology.ageNs : 0;
    this.#hooks.decided({ pod, viewAgeNs, decision });
    if (decision.failed === true) {
      this.#kernel.after(podBackoffNs(pod.attempts), this.#retry, pod.id);
      return;
    }
    if (decision.node === undefined) {
      this.#queue.setAside(pod);
      return;
    }
    const node = this.#nodes[decision.node.id]!;
    this.#cache.assumePod(this.#scheduling[pod.id]!, node.info);
    node.pods.add(pod);
    pod.node = decision.node.id as NodeId;
    pod.scheduledNs = this.#kernel.now;
    if (pod.life?.deadlineNs !== undefined) this.#kernel.after(pod.life.deadlineNs, this.#deadline, pod.id);
    if (node.up) this.#start(pod);
    else pod.phase = 'stopped';
  }

  /** The kubelet starts the pod's containers on its node. */
  #start(pod: Pod): void {
    pod.phase = 'starting';
    this.#kernel.at(
      this.#startup.readyAtNs(pod.node!, this.#kernel.now),
      this.#ready,
      pod.id,
      this.#nodes[pod.node!]!.life,
    );
  }

  #podReady(pod: Pod, life: number): void {
    const node = this.#nodes[pod.node!]!;
    if (pod.phase !== 'starting' || node.life !== life) return;
    pod.phase = 'ready';
    pod.startedNs ??= this.#kernel.now;
    pod.readyNs ??= this.#kernel.now;
    this.#hooks.podStarted(pod, this.#cpu[pod.service]!);
    this.#endpoints.add(pod.service, pod.id, this.#world.nodes[pod.node!]!.vertex);
    if (pod.life?.runsNs !== undefined) this.#kernel.after(pod.life.runsNs, this.#finished, pod.id, life);
  }

  /** Its work is done; a pod that its node has restarted since began anew. */
  #podFinished(pod: Pod, life: number): void {
    if (pod.phase === 'ready' && this.#nodes[pod.node!]!.life === life) this.#end(pod, 'completed');
  }

  /** A bound pod ends for good, and nobody makes it anew. */
  #end(pod: Pod, reason: string): void {
    if (pod.phase === 'gone') return;
    const wasReady = pod.phase === 'ready';
    pod.phase = 'gone';
    pod.goneNs = this.#kernel.now;
    pod.reason = reason;
    if (wasReady) this.#hooks.podStopped(pod);
    this.#endpoints.remove(pod.service, pod.id);
    this.#nodes[pod.node!]!.pods.delete(pod);
    this.#cache.forgetPod(this.#scheduling[pod.id]!);
    this.#somethingChanged();
  }

  #nodeNotReady(node: NodeId, life: number): void {
    const state = this.#nodes[node]!;
    if (state.life !== life) return;
    state.notReady = true;
    this.#cache.setTaints(state.info, [...this.#world.nodes[node]!.taints, ...UNREACHABLE_TAINTS]);
    for (const pod of state.pods) this.#endpoints.remove(pod.service, pod.id);
    this.#kernel.after(this.#world.orchestration.evictionTolerationNs, this.#evict, node, life);
  }

  /** The toleration is over: the node's pods are deleted, and their controllers make new ones. */
  #evictPods(node: NodeId, life: number): void {
    const state = this.#nodes[node]!;
    if (state.life !== life) return;
    const evicted = [...state.pods];
    state.pods.clear();
    for (const pod of evicted) {
      pod.phase = 'gone';
      pod.goneNs = this.#kernel.now;
      pod.reason = 'node-unreachable';
      this.#cache.forgetPod(this.#scheduling[pod.id]!);
    }
    for (const pod of evicted) if (pod.life === undefined) this.#createPod(pod.app, pod.service);
    this.#somethingChanged();
  }

  /** Room or a node came: pods that found no place are tried again when their back-off is over. */
  #somethingChanged(): void {
    const now = this.#kernel.now;
    for (const pod of this.#queue.takeUnschedulable()) {
      const at = Math.max(now, pod.attemptedNs + podBackoffNs(pod.attempts)) as Nanoseconds;
      this.#kernel.at(at, this.#retry, pod.id);
    }
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
