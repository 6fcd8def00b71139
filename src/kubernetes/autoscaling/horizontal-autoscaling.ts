import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import {
  autoscalerRequest,
  type AutoscalingMetric,
  type HorizontalPodAutoscaler,
  type World,
} from '../../model/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Endpoints } from '../endpoints.ts';
import { isSilent } from '../node-state.ts';
import type { Pod } from '../pods.ts';
import type { Workloads } from '../workloads.ts';
import { PodMetrics, SCRAPE_PERIOD_NS, type PodReading } from './pod-metrics.ts';
import { proposeForTotal, proposeReplicas, type Proposal, type ScaledPod } from './replica-calculator.ts';
import { ScalingBehaviour } from './scaling-behaviour.ts';

/** Source: kube-controller-manager, --horizontal-pod-autoscaler-sync-period. */
const SYNC_PERIOD_NS = SCRAPE_PERIOD_NS;

/** A change of the number of pods as it is recorded. */
export interface Scaling {
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly from: number;
  readonly to: number;
  /** What the metrics asked for, and the value of that which asked for most; undefined where a bound alone was broken. */
  readonly proposal: Proposal | undefined;
}

export interface AutoscalingHooks {
  /** What a pod has done since its containers run. */
  readPod(pod: Pod): PodReading;
  scaled(scaling: Scaling): void;
}

/**
 * The HorizontalPodAutoscaler controller, and the metrics that it reads. Every 15 s the pods whose node can be reached are
 * measured, and each autoscaler looks right after that (own design: in a real cluster the two have phases of their own, so
 * that what the autoscaler reads is up to 15 s older). A metric of an object, or of something outside, is what the target's
 * own pods have of it together (own design).
 * Source: pkg/controller/podautoscaler/horizontal.go.
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
  readonly #metrics: PodMetrics;
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
    this.#metrics = new PodMetrics(world, (pod) => hooks.readPod(pod));
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

  #scrape(): void {
    const targets = new Set(this.#autoscalers.map(({ published }) => published.target));
    const pods = [...targets].flatMap((target) => [...this.#state.podsOf(target)]);
    const measured = pods.filter((pod) => pod.readyOnNode && !isSilent(this.#state.nodes[pod.node!]!));
    this.#metrics.scrape(measured, this.#kernel.now);
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
  #propose(autoscaler: HorizontalPodAutoscaler, current: number, now: number): Proposal | undefined {
    const proposals = autoscaler.metrics.map((metric) => metric && this.#proposeFor(autoscaler, metric, current, now));
    const valid = proposals.filter((proposal) => proposal !== undefined);
    const most = valid.reduce<Proposal | undefined>(
      (a, b) => (a === undefined || b.replicas > a.replicas ? b : a),
      undefined,
    );
    if (most === undefined || (valid.length < proposals.length && most.replicas < current)) return undefined;
    return most;
  }

  #proposeFor(
    { target, scaleUp, scaleDown }: HorizontalPodAutoscaler,
    metric: AutoscalingMetric,
    current: number,
    now: number,
  ): Proposal | undefined {
    const tolerances = { up: scaleUp.tolerance, down: scaleDown.tolerance };
    const pods = [...this.#state.podsOf(target)];
    if (metric.kind === 'total') {
      const total = this.#metrics.total(pods, metric.measure);
      if (total === undefined) return undefined;
      const ready = pods.filter((pod) => this.#endpoints.has(pod.service, pod.id)).length;
      return proposeForTotal({ pods: current, ready }, total, metric.target, tolerances);
    }
    if (metric.kind === 'pods') {
      const usages = pods.map((pod) => this.#scaledPod(pod, this.#metrics.usage(pod, metric.measure), 0));
      return proposeReplicas(current, usages, metric.target, tolerances, undefined);
    }
    const { resource, container } = metric;
    const { podSpec } = this.#world.services[target]!;
    const request = autoscalerRequest(podSpec, resource, container);
    if (container !== undefined && !podSpec.containers.some(({ name }) => name === container)) return undefined;
    // as in Kubernetes, where a container requests none
    if (request === undefined && metric.target.type === 'Utilization') return undefined;
    // requests are worked on in the first container alone
    const isIdle = container !== undefined && podSpec.containers[0]!.name !== container;
    const usages = pods.map((pod) => {
      const usage = this.#metrics.usage(pod, resource);
      return this.#scaledPod(pod, usage && isIdle ? { ...usage, amount: 0 } : usage, request ?? 0);
    });
    return proposeReplicas(current, usages, metric.target, tolerances, resource === 'cpu' ? now : undefined);
  }

  #scaledPod(pod: Pod, usage: ScaledPod['usage'], request: number): ScaledPod {
    return {
      // it stays `Running` where it is no longer ready
      phase: pod.phase === 'terminating' ? 'deleted' : pod.startedNs === undefined ? 'pending' : 'running',
      ready: this.#endpoints.has(pod.service, pod.id),
      startedNs: pod.scheduledNs ?? 0,
      transitionNs: pod.readinessChangedNs ?? pod.scheduledNs ?? 0,
      request,
      usage,
    };
  }
}
