import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import type { HorizontalPodAutoscaler, ServiceId, World } from '../../model/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Endpoints } from '../endpoints.ts';
import { isSilent } from '../node-state.ts';
import type { Pod } from '../pods.ts';
import type { Workloads } from '../workloads.ts';
import { proposeReplicas, type Proposal, type ScaledPod } from './replica-calculator.ts';
import { ScalingBehaviour } from './scaling-behaviour.ts';

/** Source: kube-controller-manager, --horizontal-pod-autoscaler-sync-period; metrics-server, --metric-resolution. */
const SYNC_PERIOD_NS = 15e9;
/** From this age on a container's first sample is worth a metric. Source: metrics-server, pkg/storage/pod.go. */
const FRESH_NS = 10e9;

/** A change of the number of pods as it is recorded. */
export interface Scaling {
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly from: number;
  readonly to: number;
  /** What the metrics asked for, and the value of that which asked for most; undefined where a bound alone was broken. */
  readonly proposal: Proposal | undefined;
}

export interface AutoscalingHooks {
  /** CPU that a pod's containers have used since they run, millicore-ns. */
  cpuUsed(pod: Pod): number;
  scaled(scaling: Scaling): void;
}

interface Sample {
  readonly usedMillicoreNs: number;
  readonly timeNs: number;
  readonly usage: ScaledPod['usage'];
}

/**
 * The HorizontalPodAutoscaler controller, and the metrics-server that it reads. Every 15 s the use of CPU since the last
 * look is measured of the pods whose node can be reached, and each autoscaler looks right after that (own design: in a real
 * cluster the two have phases of their own, so that what the autoscaler reads is up to 15 s older).
 * Source: pkg/controller/podautoscaler/horizontal.go; metrics-server, pkg/storage/pod.go.
 */
export class HorizontalAutoscaling {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #state: ClusterState;
  readonly #endpoints: Pick<Endpoints, 'has'>;
  readonly #workloads: Workloads;
  readonly #hooks: AutoscalingHooks;
  readonly #autoscalers: readonly {
    readonly published: HorizontalPodAutoscaler;
    readonly behaviour: ScalingBehaviour;
  }[];
  /** Of the last look. */
  #samples = new Map<Pod, Sample>();
  readonly #sync: HandlerId;

  constructor(
    kernel: Kernel,
    world: World,
    state: ClusterState,
    endpoints: Pick<Endpoints, 'has'>,
    workloads: Workloads,
    hooks: AutoscalingHooks,
  ) {
    this.#kernel = kernel;
    this.#world = world;
    this.#state = state;
    this.#endpoints = endpoints;
    this.#workloads = workloads;
    this.#hooks = hooks;
    this.#autoscalers = (world.objects?.autoscalers ?? []).map((published) => ({
      published,
      behaviour: new ScalingBehaviour(published.scaleUp, published.scaleDown),
    }));
    this.#sync = kernel.on('kubernetes.autoscale', () => this.#syncAll());
  }

  /** Looks for the first time after 15 s; never where there is nothing to scale. */
  start(): void {
    if (this.#autoscalers.length > 0) this.#kernel.at(SYNC_PERIOD_NS as Nanoseconds, this.#sync);
  }

  #syncAll(): void {
    this.#scrape();
    for (const { published, behaviour } of this.#autoscalers) this.#syncOne(published, behaviour);
    this.#kernel.after(SYNC_PERIOD_NS as Nanoseconds, this.#sync);
  }

  /** A pod needs two samples in a row, or a first one when it is just old enough, to have a metric. */
  #scrape(): void {
    const timeNs = this.#kernel.now;
    const samples = new Map<Pod, Sample>();
    for (const { published } of this.#autoscalers) {
      for (const pod of this.#state.podsOf(published.target)) {
        if (!pod.readyOnNode || isSilent(this.#state.nodes[pod.node!]!)) continue;
        const usedMillicoreNs = this.#hooks.cpuUsed(pod);
        const ageNs = timeNs - pod.startedNs!;
        const isFresh = ageNs >= FRESH_NS && ageNs < SYNC_PERIOD_NS;
        const before = this.#samples.get(pod) ?? (isFresh ? { usedMillicoreNs: 0, timeNs: pod.startedNs! } : undefined);
        // of containers that were started anew the use begins again
        const usage =
          before === undefined || usedMillicoreNs < before.usedMillicoreNs
            ? undefined
            : {
                amount: Math.ceil((usedMillicoreNs - before.usedMillicoreNs) / (timeNs - before.timeNs)),
                measuredNs: timeNs,
                windowNs: timeNs - before.timeNs,
              };
        samples.set(pod, { usedMillicoreNs, timeNs, usage });
      }
    }
    this.#samples = samples;
  }

  #syncOne(autoscaler: HorizontalPodAutoscaler, behaviour: ScalingBehaviour): void {
    const { target, minReplicas, maxReplicas } = autoscaler;
    const now = this.#kernel.now;
    if (this.#world.apps[this.#world.services[target]!.app]!.createdAtNs > now) return;
    const current = this.#workloads.replicas(target);
    // somebody has switched it off
    if (current === 0 && minReplicas !== 0) return;
    let desired = Math.min(Math.max(current, minReplicas), maxReplicas);
    let proposal: Proposal | undefined;
    if (desired === current) {
      proposal = this.#propose(autoscaler, current, now);
      if (proposal === undefined) return;
      desired = behaviour.limit(current, proposal.replicas, { min: minReplicas, max: maxReplicas }, now);
    }
    if (desired === current) return;
    behaviour.scaled(current, desired, now);
    this.#hooks.scaled({ autoscaler, from: current, to: desired, proposal });
    this.#workloads.scale(target, desired);
  }

  /** The most that a metric asks for; undefined where none can be read, or one cannot and the others ask for fewer pods. */
  #propose({ target, metrics }: HorizontalPodAutoscaler, current: number, now: number): Proposal | undefined {
    // as in Kubernetes, where a container requests none
    if (this.#requestsNone(target) && metrics.some((metric) => metric?.type === 'Utilization')) return undefined;
    const pods = [...this.#state.podsOf(target)].map((pod) => this.#scaledPod(pod));
    const proposals = metrics.map((metric) => metric && proposeReplicas(current, pods, metric, now));
    const valid = proposals.filter((proposal) => proposal !== undefined);
    const most = valid.reduce<Proposal | undefined>(
      (a, b) => (a === undefined || b.replicas > a.replicas ? b : a),
      undefined,
    );
    if (most === undefined || (valid.length < proposals.length && most.replicas < current)) return undefined;
    return most;
  }

  #requestsNone(target: ServiceId): boolean {
    return this.#world.services[target]!.podSpec.containers.some(
      ({ resources }) => resources?.requests?.['cpu'] === undefined,
    );
  }

  #scaledPod(pod: Pod): ScaledPod {
    const isPending = pod.phase === 'pending' || pod.phase === 'starting';
    return {
      phase: pod.phase === 'terminating' ? 'deleted' : isPending ? 'pending' : 'running',
      ready: this.#endpoints.has(pod.service, pod.id),
      startedNs: pod.scheduledNs ?? 0,
      transitionNs: pod.readyNs ?? pod.createdNs,
      request: this.#state.kind(pod.service).requests.declared.cpuMillicores,
      usage: this.#samples.get(pod)?.usage,
    };
  }
}
