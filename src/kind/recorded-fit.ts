import { deviation, mean, sum } from 'd3-array';
import { RandomStreams, type Nanoseconds } from '../kernel/index.ts';
import { StartupQueues } from '../kubernetes/index.ts';
import type { ClusterId, NodeId, PodStartup } from '../model/index.ts';
import { fitUnpack, hasPulls, simulatedPulls } from './pull-fit.ts';
import type { RecordedTimes } from './recorded-times.ts';
import { zoomSearch, type Tried } from './zoom-search.ts';

/** Times of a control plane, as far as recorded runs tell them. */
export interface FittedTimes {
  readonly podStartup?: PodStartup;
  readonly schedulingTimeNs?: Nanoseconds;
  readonly nodeMonitorGracePeriodNs?: Nanoseconds;
  /** How fast nodes unpack images. */
  readonly imageUnpackBps?: number;
  /** Pods and failed nodes that each was fitted to. */
  readonly counts: {
    readonly imageUnpack: number;
    readonly podStartup: number;
    readonly schedulingTime: number;
    readonly nodeMonitorGracePeriod: number;
  };
}

/** A mean time of one run, as it was and as a model that never saw the run has it, ns. */
export interface LeftOut {
  readonly folder: string;
  readonly time: 'scheduling' | 'startup' | 'pull' | 'loss';
  readonly count: number;
  readonly measuredNs: number;
  readonly predictedNs: number;
  /** (predicted - measured) / measured; NaN where nothing took any time. */
  readonly error: number;
}

/**
 * How long after its crash a node is found NotReady beyond the grace period, on average: its last lease is up to 10 s old, and the
 * controller looks every 5 s. Source: Kubernetes, kubelet's nodeLeaseRenewInterval and kube-controller-manager's
 * --node-monitor-period, as the simulated node lifecycle has them.
 */
const DETECTION_NS = -5e9 + 2.5e9;

/**
 * Fits the model's times to recorded runs by least squares: start-up by its base time and the two queues that pods pass in the
 * order of their binding on the nodes that they had; scheduling as one queue that pods pass in the order of their creation; the
 * grace period from what failed nodes' pods took to be given up beyond their toleration; the unpacking of images from what their pulls
 * took. Own design.
 */
export function fitRecordedTimes(runs: readonly RecordedTimes[]): FittedTimes {
  const startups = runs.map(({ pods }) => pods.filter(({ startupNs }) => startupNs !== undefined));
  const waits = runs.map(({ pods }) => pods.filter(({ wasPlacedAtOnce }) => wasPlacedAtOnce));
  const losses = runs.flatMap(({ lossesNs, tolerationNs }) => lossesNs.map((lossNs) => lossNs - tolerationNs));
  const [startupCount, waitCount] = [sum(startups, ({ length }) => length), sum(waits, ({ length }) => length)];
  const imageUnpackBps = fitUnpack(runs);
  return {
    ...(imageUnpackBps === undefined ? {} : { imageUnpackBps }),
    ...(startupCount === 0 ? {} : { podStartup: fitStartup(runs) }),
    ...(waitCount === 0 ? {} : { schedulingTimeNs: fitScheduling(runs) }),
    ...(losses.length === 0 ? {} : { nodeMonitorGracePeriodNs: whole(Math.max(0, mean(losses)! - DETECTION_NS)) }),
    counts: {
      podStartup: startupCount,
      schedulingTime: waitCount,
      nodeMonitorGracePeriod: losses.length,
      imageUnpack: sum(runs.filter(hasPulls), ({ pullsNs }) => pullsNs.length),
    },
  };
}

/**
 * What each run's mean times are, and what a fit to the others makes of them; nothing where there is one run alone.
 */
export function predictLeftOut(runs: readonly RecordedTimes[]): LeftOut[] {
  if (runs.length < 2) return [];
  return runs.flatMap((run): LeftOut[] => {
    const { podStartup, schedulingTimeNs, nodeMonitorGracePeriodNs, imageUnpackBps } = fitRecordedTimes(
      runs.filter((each) => each !== run),
    );
    const found = (time: LeftOut['time'], measured: readonly number[], predicted: readonly number[]): LeftOut[] => {
      if (measured.length === 0 || predicted.length === 0) return [];
      const [measuredNs, predictedNs] = [mean(measured)!, mean(predicted)!];
      return [
        {
          folder: run.folder,
          time,
          count: measured.length,
          measuredNs,
          predictedNs,
          error: measuredNs === 0 ? NaN : predictedNs / measuredNs - 1,
        },
      ];
    };
    const startups = podStartup === undefined ? [] : startupTimes(run, podStartup);
    const waits = schedulingTimeNs === undefined ? [] : waitingTimes(run, schedulingTimeNs);
    const losses = nodeMonitorGracePeriodNs === undefined ? [] : run.lossesNs;
    return [
      ...found(
        'scheduling',
        waits.map(({ measuredNs }) => measuredNs),
        waits.map(({ predictedNs }) => predictedNs),
      ),
      ...found(
        'startup',
        startups.map(({ measuredNs }) => measuredNs),
        startups.map(({ predictedNs }) => predictedNs),
      ),
      ...(imageUnpackBps === undefined || !hasPulls(run)
        ? []
        : found('pull', run.pullsNs, simulatedPulls(run, imageUnpackBps).filter(Number.isFinite))),
      ...found(
        'loss',
        losses,
        losses.map(() => nodeMonitorGracePeriodNs! + DETECTION_NS + run.tolerationNs),
      ),
    ];
  });
}

interface Compared {
  readonly measuredNs: number;
  readonly predictedNs: number;
}

const whole = (ns: number): Nanoseconds => Math.round(ns) as Nanoseconds;

interface StartupCandidate extends Tried {
  readonly baseNs: number;
  readonly residualsNs: readonly number[];
}

function fitStartup(runs: readonly RecordedTimes[]): PodStartup {
  const all = runs.flatMap(({ pods }) => pods.flatMap(({ startupNs }) => startupNs ?? []));
  const spanNs = Math.max(...all);
  const evaluate = (x: number, y: number): StartupCandidate => {
    const queues = { baseNs: 0 as Nanoseconds, cv: 0, perPodInClusterNs: whole(x), perPodOnNodeNs: whole(y) };
    const left = runs.flatMap((run) =>
      startupTimes(run, queues).map(({ measuredNs, predictedNs }) => measuredNs - predictedNs),
    );
    const baseNs = Math.max(0, mean(left)!);
    return { x, y, baseNs, residualsNs: left, error: sum(left, (ns) => (ns - baseNs) ** 2) };
  };
  const { x, y, baseNs, residualsNs } = zoomSearch(spanNs, spanNs, evaluate);
  const cv = baseNs === 0 || residualsNs.length < 2 ? 0 : deviation(residualsNs)! / baseNs;
  return {
    baseNs: whole(baseNs),
    cv: Math.min(10, Math.round(cv * 1e4) / 1e4),
    perPodInClusterNs: whole(x),
    perPodOnNodeNs: whole(y),
  };
}

/** What the pods of a run took to start, and what the model's means say. All pods pass the queues, known start-up or not. */
function startupTimes({ pods }: RecordedTimes, podStartup: PodStartup): Compared[] {
  const clusters = [...new Set(pods.map(({ cluster }) => cluster))];
  const clusterOf = new Map(pods.map(({ node, cluster }) => [node, clusters.indexOf(cluster) as ClusterId]));
  const nodes = [...clusterOf].map(([name, cluster]) => ({ name, cluster }));
  const ids = new Map(nodes.map(({ name }, id) => [name, id as NodeId]));
  const queues = new StartupQueues({ ...podStartup, cv: 0 }, nodes, new RandomStreams(1));
  return pods.flatMap(({ node, scheduledNs, startupNs }) => {
    const predictedNs = queues.readyAtNs(ids.get(node)!, scheduledNs) - scheduledNs;
    return startupNs === undefined ? [] : [{ measuredNs: startupNs, predictedNs }];
  });
}

function fitScheduling(runs: readonly RecordedTimes[]): Nanoseconds {
  const longest = Math.max(
    ...runs.flatMap(({ pods }) => pods.map(({ createdNs, scheduledNs }) => scheduledNs - createdNs)),
  );
  const evaluate = (x: number, y: number): Tried => ({
    x,
    y,
    error: sum(runs, (run) =>
      sum(waitingTimes(run, x), ({ measuredNs, predictedNs }) => (measuredNs - predictedNs) ** 2),
    ),
  });
  return whole(zoomSearch(longest, 0, evaluate).x);
}

/** What the pods of a run waited for the scheduler, and what one that takes so long for each pod makes of it. */
function waitingTimes({ pods }: RecordedTimes, schedulingTimeNs: number): Compared[] {
  let freeNs = 0;
  return pods
    .toSorted((a, b) => a.createdNs - b.createdNs)
    .flatMap(({ createdNs, scheduledNs, wasPlacedAtOnce }) => {
      freeNs = Math.max(freeNs, createdNs) + schedulingTimeNs;
      return wasPlacedAtOnce ? [{ measuredNs: scheduledNs - createdNs, predictedNs: freeNs - createdNs }] : [];
    });
}
