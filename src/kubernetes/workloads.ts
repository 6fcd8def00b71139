import type { HandlerId, Kernel, Nanoseconds } from '../kernel/index.ts';
import type { AppId, NodeId, PodLife, ServiceId, World } from '../model/index.ts';
import type { ClusterState } from './cluster-state.ts';
import type { Endpoints } from './endpoints.ts';
import type { Pod } from './pods.ts';
import type { Site } from './site.ts';
import { chooseVictims } from './replica-set.ts';

/** Between two requests of the controllers. Source: kube-controller-manager, --kube-api-qps of 20 a second. */
const REQUEST_NS = 50e6;
const MOST_REFUSALS = 1000;

/** What the workload controllers set off. */
export interface WorkloadEvents {
  /** A pod was made; one that has its place already is on that node. */
  created(pod: Pod, placedOn?: NodeId): void;
  /** A pod is one too many, and has to go. */
  superfluous(pod: Pod): void;
  /** A bound pod's deadline has come. */
  deadlineExceeded(pod: Pod): void;
}

/**
 * The controllers that make pods: a service's replicas when its application comes, a new pod for each that was deleted, and
 * the pods of traces and bare manifests, which nobody makes anew.
 */
export class Workloads {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #state: ClusterState;
  readonly #endpoints: Pick<Endpoints, 'has'>;
  readonly #events: WorkloadEvents;
  readonly #deadline: HandlerId;
  readonly #replace: HandlerId;
  /** By service: pods that a kubelet has refused. */
  readonly #refusals: number[] = [];
  /** By service: pods created so far. */
  readonly #ordinals: number[];
  /** By service: pods that there are to be. */
  readonly #replicas: number[];
  /** Of a cluster of a federation: the applications that it was given. */
  readonly #given: Set<AppId> | undefined;
  readonly #site: Site | undefined;

  constructor(
    kernel: Kernel,
    world: World,
    state: ClusterState,
    endpoints: Pick<Endpoints, 'has'>,
    events: WorkloadEvents,
    site?: Site,
  ) {
    this.#site = site;
    this.#given = site && new Set();
    this.#kernel = kernel;
    this.#world = world;
    this.#state = state;
    this.#endpoints = endpoints;
    this.#events = events;
    this.#replicas = world.services.map(({ replicas }) => replicas);
    this.#ordinals = world.services.map(() => 0);
    const createApp = kernel.on('kubernetes.create-app', (app) => this.#createApp(app as AppId));
    if (site === undefined) for (const [id, app] of world.apps.entries()) kernel.at(app.createdAtNs, createApp, id);
    if (world.apps.some(({ changes }) => changes !== undefined)) {
      const changeApp = kernel.on('kubernetes.change-app', (app, change) => {
        for (const { service, replicas: count } of world.apps[app]!.changes![change]!.replicas)
          this.scale(service, count);
      });
      for (const [app, { changes = [] }] of world.apps.entries())
        for (const [change, { atNs }] of changes.entries()) kernel.at(atNs, changeApp, app, change);
    }
    const createBarePod = kernel.on('kubernetes.create-pod', (service, index) =>
      this.#createPod(world.services[service]!.app, service as ServiceId, world.services[service]!.lives![index]!),
    );
    for (const [id, { lives = [] }] of site === undefined ? world.services.entries() : [])
      for (const [index, { createdAtNs }] of lives.entries()) kernel.at(createdAtNs, createBarePod, id, index);
    this.#replace = kernel.on('kubernetes.replace-refused', (pod) => this.deleted([state.pods[pod]!]));
    this.#deadline = kernel.on('kubernetes.pod-deadline', (pod) => events.deadlineExceeded(state.pods[pod]!));
  }

  /** A pod has got its node: its deadline runs from now on. */
  bound(pod: Pod): void {
    if (pod.life?.deadlineNs !== undefined) this.#kernel.after(pod.life.deadlineNs, this.#deadline, pod.id);
  }

  /** Pods were deleted: those of a controller are made anew, as far as it lacks some. */
  deleted(pods: readonly Pod[]): void {
    for (const { life, app, service } of pods) {
      if (life === undefined && this.#keeps(app) && this.#active(service).length < this.#replicas[service]!)
        this.#createPod(app, service);
    }
  }

  /** The cluster of a federation is to run an application from now on. */
  give(app: AppId): void {
    if (this.#given!.has(app)) return;
    this.#given!.add(app);
    this.#createApp(app);
  }

  /** It is to run it no longer: all of its pods have to go. */
  take(app: AppId): void {
    if (!this.#given!.delete(app)) return;
    for (const service of this.#world.apps[app]!.services)
      for (const pod of this.#state.podsOf(service)) this.#events.superfluous(pod);
  }

  #keeps(app: AppId): boolean {
    return this.#given === undefined || this.#given.has(app);
  }

  /** Makes a pod that takes another's place; who asks for it sees to its node. */
  succeed({ app, service }: Pod): Pod {
    return this.#state.create(app, service, this.#nextName(app, service), undefined);
  }

  /**
   * A kubelet has refused a pod: its controller makes the next as fast as it may ask, and that one may be refused as well.
   * Own design: it stops after a thousand, so that such a mistake does not fill the run.
   */
  refused(pod: Pod): void {
    const count = (this.#refusals[pod.service] = (this.#refusals[pod.service] ?? 0) + 1);
    if (count < MOST_REFUSALS) this.#kernel.after(REQUEST_NS as Nanoseconds, this.#replace, pod.id);
  }

  /** How many pods of a service its controller is to keep. */
  replicas(service: ServiceId): number {
    return this.#replicas[service]!;
  }

  /** The controller of a service is to keep so many pods from now on. */
  scale(service: ServiceId, replicas: number): void {
    this.#replicas[service] = replicas;
    if (!this.#keeps(this.#world.services[service]!.app)) return;
    const active = this.#active(service);
    for (let count = active.length; count < replicas; count++) {
      this.#createPod(this.#world.services[service]!.app, service);
    }
    if (active.length <= replicas) return;
    const victims = chooseVictims(active, active.length - replicas, {
      ready: (pod) => this.#endpoints.has(service, pod.id),
      nowNs: this.#kernel.now,
    });
    for (const victim of victims) this.#events.superfluous(victim);
  }

  #active(service: ServiceId): Pod[] {
    return [...this.#state.podsOf(service)].filter(({ phase }) => phase !== 'terminating');
  }

  #createApp(app: AppId): void {
    for (const service of this.#world.apps[app]!.services) {
      const { placed = [] } = this.#world.services[service]!;
      const here = placed.filter(
        (node) => this.#site === undefined || this.#world.nodes[node]!.cluster === this.#site.cluster,
      );
      for (let replica = 0; replica < this.#replicas[service]!; replica++)
        this.#createPod(app, service, undefined, here[replica]);
    }
  }

  #createPod(app: AppId, service: ServiceId, life?: PodLife, placedOn?: NodeId): void {
    this.#events.created(this.#state.create(app, service, life?.name ?? this.#nextName(app, service), life), placedOn);
  }

  #nextName(app: AppId, service: ServiceId): string {
    const at = this.#site === undefined ? '' : `${this.#site.name}-`;
    return `${this.#world.apps[app]!.name}-${this.#world.services[service]!.name}-${at}${this.#ordinals[service]!++}`;
  }
}
