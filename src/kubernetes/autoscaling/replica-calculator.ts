import type { MeanTarget, TotalTarget } from '../../model/index.ts';

/** Source: --horizontal-pod-autoscaler-cpu-initialization-period and --horizontal-pod-autoscaler-initial-readiness-delay. */
const INITIALIZATION_NS = 300e9;
const INITIAL_READINESS_NS = 30e9;

/** A pod of the target as the autoscaler knows it for one metric. Amounts are thousandths: millicores, for the CPU. */
export interface ScaledPod {
  readonly phase: 'pending' | 'running' | 'deleted';
  readonly ready: boolean;
  /** When it was bound to its node, and when it last became ready or no longer ready; ns. */
  readonly startedNs: number;
  readonly transitionNs: number;
  /** What it requests of the resource, where the metric is one. */
  readonly request: number;
  /** Undefined where the metrics are missing. */
  readonly usage: { readonly amount: number; readonly measuredNs: number; readonly windowNs: number } | undefined;
}

/** How many pods a metric asks for, and the value that it had; undefined where nothing was measured. */
export interface Proposal {
  readonly replicas: number;
  /** Per cent of the requests, or thousandths a pod. */
  readonly value: number;
}

/** Deviation from 1 of a ratio that changes nothing, in each direction. */
export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

/**
 * How many pods it takes to bring a mean over the pods to its target: ceil(ready pods × value / target), nothing within the
 * tolerance. Pods that are being deleted do not count; those that are not ready or have no metrics are taken so that the
 * change becomes smaller, and left out where that would turn it round.
 * Source: Kubernetes, Horizontal Pod Autoscaling, "Algorithm details"; pkg/controller/podautoscaler/replica_calculator.go
 * (GetResourceReplicas, calcPlainMetricReplicas, groupPods).
 * @param nowNs of the CPU, whose first samples do not count while a pod starts up; undefined for other metrics
 */
export function proposeReplicas(
  current: number,
  pods: readonly ScaledPod[],
  target: MeanTarget,
  tolerances: Tolerances,
  nowNs: number | undefined,
): Proposal | undefined {
  const measured: ScaledPod[] = [];
  const unready: ScaledPod[] = [];
  const missing: ScaledPod[] = [];
  for (const pod of pods) {
    if (pod.phase === 'deleted') continue;
    if (pod.phase === 'pending') unready.push(pod);
    else if (pod.usage === undefined) missing.push(pod);
    else if (nowNs !== undefined && isInitialising(pod, pod.usage, nowNs)) unready.push(pod);
    else measured.push(pod);
  }
  if (measured.length === 0) return undefined;
  const samples = measured.map(({ request, usage }) => ({ request, amount: usage!.amount }));
  const { ratio, value } = compare(samples, target);
  const scalesUpWithUnready = unready.length > 0 && ratio > 1;
  if (!scalesUpWithUnready && missing.length === 0) {
    return { replicas: isWithin(tolerances, ratio) ? current : Math.ceil(ratio * measured.length), value };
  }
  if (ratio < 1) {
    for (const { request } of missing) samples.push({ request, amount: cautiousAmount(request, target) });
  } else if (ratio > 1) {
    for (const { request } of missing) samples.push({ request, amount: 0 });
  }
  if (scalesUpWithUnready) for (const { request } of unready) samples.push({ request, amount: 0 });
  const careful = compare(samples, target).ratio;
  const turned = (ratio < 1 && careful > 1) || (ratio > 1 && careful < 1);
  if (isWithin(tolerances, careful) || turned) return { replicas: current, value };
  const replicas = Math.ceil(careful * samples.length);
  const contrary = (careful < 1 && replicas > current) || (careful > 1 && replicas < current);
  return { replicas: contrary ? current : replicas, value };
}

/**
 * How many pods it takes to bring an amount in all to its target: in proportion to the pods that are ready (`Value`), or as
 * many as share it so that each has the target (`AverageValue`); nothing within the tolerance.
 * Source: replica_calculator.go, getUsageRatioReplicaCount, GetObjectPerPodMetricReplicas, GetExternalPerPodMetricReplicas.
 * @param current how many pods there are, one at least, and how many of them are ready
 * @param total in thousandths
 */
export function proposeForTotal(
  current: { readonly pods: number; readonly ready: number },
  total: number,
  { type, millivalue }: TotalTarget,
  tolerances: Tolerances,
): Proposal {
  if (type === 'Value') {
    const ratio = total / millivalue;
    return { replicas: isWithin(tolerances, ratio) ? current.pods : Math.ceil(ratio * current.ready), value: total };
  }
  const isNear = isWithin(tolerances, total / (millivalue * current.pods));
  return {
    replicas: isNear ? current.pods : Math.ceil(total / millivalue),
    value: Math.ceil(total / current.pods),
  };
}

/** Source: podautoscaler/replica_calculator.go, Tolerances.isWithin. */
const isWithin = ({ up, down }: Tolerances, ratio: number): boolean => 1 - down <= ratio && ratio <= 1 + up;

/** A pod without metrics is taken to use all of what it should, where others say that there are too many. */
function cautiousAmount(request: number, target: MeanTarget): number {
  return target.type === 'AverageValue'
    ? target.millivalue
    : Math.trunc((Math.max(100, target.percent) * request) / 100);
}

function isInitialising(
  { ready, startedNs, transitionNs }: ScaledPod,
  { measuredNs, windowNs }: NonNullable<ScaledPod['usage']>,
  nowNs: number,
): boolean {
  if (startedNs + INITIALIZATION_NS > nowNs) return !ready || measuredNs < transitionNs + windowNs;
  return !ready && startedNs + INITIAL_READINESS_NS > transitionNs;
}

/** Whole numbers, rounded down, as the controller has them. Source: metrics/utilization.go. */
function compare(
  samples: readonly { readonly request: number; readonly amount: number }[],
  target: MeanTarget,
): { ratio: number; value: number } {
  const total = samples.reduce((sum, { amount }) => sum + amount, 0);
  if (target.type === 'AverageValue') {
    const value = Math.trunc(total / samples.length);
    return { ratio: value / target.millivalue, value };
  }
  const requests = samples.reduce((sum, { request }) => sum + request, 0);
  const value = Math.trunc((total * 100) / requests);
  return { ratio: value / target.percent, value };
}
