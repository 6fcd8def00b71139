import type { PodLoad } from '../../dynamics/index.ts';
import { memoryInUse, type LoadMeasure, type World } from '../../model/index.ts';
import type { Pod } from '../pods.ts';
import type { ScaledPod } from './replica-calculator.ts';

/** Metrics are read so often. Source: metrics-server, --metric-resolution. */
export const SCRAPE_PERIOD_NS = 15e9;
/** From this age on a container's first sample is worth a metric. Source: metrics-server, pkg/storage/pod.go. */
const FRESH_NS = 10e9;

/** What a pod has done since its containers run, and what it has in hand. */
export interface PodReading extends PodLoad {
  readonly usedMillicoreNs: number;
}

export type Measure = 'cpu' | 'memory' | LoadMeasure;
type Usage = NonNullable<ScaledPod['usage']>;

interface Sample extends PodReading {
  readonly timeNs: number;
  readonly amounts: Readonly<Partial<Record<Measure, number>>>;
  readonly windowNs: number;
  /** Requests that were finished in the window. */
  readonly finished: number;
}

/**
 * The metrics-server, and an adapter for the metrics of what pods do. What changes with time is measured between two looks in
 * a row, or from the start of a pod that is just old enough; what it has in hand, at the look. That the adapter looks when the
 * metrics-server does is own design.
 * Source: metrics-server, pkg/storage/pod.go.
 */
export class PodMetrics {
  readonly #world: World;
  readonly #read: (pod: Pod) => PodReading;
  /** Of the last look. */
  #samples = new Map<Pod, Sample>();

  constructor(world: World, read: (pod: Pod) => PodReading) {
    this.#world = world;
    this.#read = read;
  }

  /** Looks at these pods, which run and can be reached. Those that are left out have no metrics. */
  scrape(pods: Iterable<Pod>, timeNs: number): void {
    const samples = new Map<Pod, Sample>();
    for (const pod of pods) samples.set(pod, this.#sample(pod, timeNs));
    this.#samples = samples;
  }

  /** Thousandths of the measure's unit; undefined where it was not measured. */
  usage(pod: Pod, measure: Measure): Usage | undefined {
    const sample = this.#samples.get(pod);
    const amount = sample?.amounts[measure];
    return amount === undefined ? undefined : { amount, measuredNs: sample!.timeNs, windowNs: sample!.windowNs };
  }

  /** What the pods have of a measure together; of the latency, its mean over their requests. Undefined where nothing was measured. */
  total(pods: readonly Pod[], measure: LoadMeasure): number | undefined {
    const samples = pods.map((pod) => this.#samples.get(pod)).filter((each) => each?.amounts[measure] !== undefined);
    if (samples.length === 0) return undefined;
    const weightOf = ({ finished }: Sample): number => (measure === 'latency' ? finished : 1);
    const sum = samples.reduce((total, each) => total + each!.amounts[measure]! * weightOf(each!), 0);
    return measure === 'latency' ? Math.ceil(sum / samples.reduce((total, each) => total + each!.finished, 0)) : sum;
  }

  #sample(pod: Pod, timeNs: number): Sample {
    const reading = this.#read(pod);
    const { usedMillicoreNs, visits, responseNs, inHand, waiting } = reading;
    const ageNs = timeNs - pod.startedNs!;
    const isFresh = ageNs >= FRESH_NS && ageNs < SCRAPE_PERIOD_NS;
    const start = { usedMillicoreNs: 0, visits: 0, responseNs: 0, timeNs: pod.startedNs! };
    const before = this.#samples.get(pod) ?? (isFresh ? start : undefined);
    const inUse = { 'in-hand': 1000 * inHand, waiting: 1000 * waiting };
    // of containers that were started anew the use begins again
    if (before === undefined || usedMillicoreNs < before.usedMillicoreNs || visits < before.visits)
      return { ...reading, timeNs, amounts: inUse, windowNs: 0, finished: 0 };
    const windowNs = timeNs - before.timeNs;
    const finished = visits - before.visits;
    const memoryBytes = memoryInUse(this.#world.services[pod.service]!, inHand);
    const amounts = {
      ...inUse,
      cpu: Math.ceil((usedMillicoreNs - before.usedMillicoreNs) / windowNs),
      requests: Math.ceil((finished * 1e12) / windowNs),
      ...(finished > 0 && { latency: Math.ceil((responseNs - before.responseNs) / finished / 1e6) }),
      ...(memoryBytes !== undefined && { memory: 1000 * memoryBytes }),
    };
    return { ...reading, timeNs, amounts, windowNs, finished };
  }
}
