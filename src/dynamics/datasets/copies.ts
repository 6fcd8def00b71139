import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import { MAX_TIME_NS } from '../../kernel/index.ts';
import type { Dataset, DatasetId, VertexId } from '../../model/index.ts';
import { DELIVERED, type Network, type ReceiverId } from '../network/index.ts';

/** Until a version that did not get through is sent again, where each is sent at once. Own design. */
const RETRY_NS = 10e9;

/** One copy of a dataset in the course of the run. */
export interface Copy {
  /** Among all copies of all datasets. */
  readonly index: number;
  readonly dataset: DatasetId;
  readonly vertex: VertexId;
  readonly isPrimary: boolean;
  /** When the version that it holds was generated. */
  generatedNs: number;
  /** Since when it has held that, and the integral of its age up to then, ns². */
  sinceNs: number;
  ageIntegral: number;
  /** Versions that it has received, what was sent for them, and how many did not get through. */
  versions: number;
  replicationBytes: number;
  lost: number;
}

/**
 * The copies of datasets, and how fresh they are. Every copy holds a version of time 0 when the run starts.
 *
 * The age of a copy is the time since its version was generated (Kaul, Yates & Gruteser, Real-time status: how often
 * should one update?, INFOCOM 2012), integrated exactly over the run. A new version travels from the primary to each
 * replica over the network, whole; several may be under way, and one that is overtaken changes nothing. What does not get
 * through is sent again after 10 s where each version is sent at once, and at the next look where replicas are looked at
 * every so often; a replica that has the newest version is sent nothing. All of this is own design.
 */
export class Copies {
  /** By dataset: the primary, then the replicas. */
  readonly of: readonly (readonly Copy[])[];
  readonly #kernel: Kernel;
  readonly #datasets: readonly Dataset[];
  readonly #network: Network;
  readonly #arrived: ReceiverId;
  readonly #retry: HandlerId;
  readonly #all: Copy[];
  /** Transfers under way by slot: the copy they are for, and when what they carry was generated. */
  readonly #target: number[] = [];
  readonly #carriedNs: number[] = [];
  readonly #free: number[] = [];
  /** By copy: whether a retry is due. */
  readonly #retryDue: boolean[] = [];

  constructor(kernel: Kernel, datasets: readonly Dataset[], network: Network) {
    this.#kernel = kernel;
    this.#datasets = datasets;
    this.#network = network;
    let count = 0;
    this.of = datasets.map(({ copies }, dataset) =>
      copies.map((vertex, index) => ({
        index: count++,
        dataset: dataset as DatasetId,
        vertex,
        isPrimary: index === 0,
        generatedNs: 0,
        sinceNs: 0,
        ageIntegral: 0,
        versions: 0,
        replicationBytes: 0,
        lost: 0,
      })),
    );
    this.#all = this.of.flat();
    this.#arrived = network.receiver((slot, outcome) => this.#arrive(slot, outcome === DELIVERED));
    this.#retry = kernel.on('dataset.retry', (copy) => {
      this.#retryDue[copy] = false;
      this.#sendIfBehind(this.#all[copy]!);
    });
    const update = kernel.on('dataset.update', (dataset) => {
      this.generate(dataset as DatasetId, kernel.now);
      this.#scheduleUpdate(dataset, update, false);
    });
    const look = kernel.on('dataset.look', (dataset) => {
      for (const copy of this.of[dataset]!) if (!copy.isPrimary) this.#sendIfBehind(copy);
      this.#after(datasets[dataset]!.replicationIntervalNs!, look, dataset);
    });
    for (const [dataset, { replicationIntervalNs }] of datasets.entries()) {
      this.#scheduleUpdate(dataset, update, true);
      if (replicationIntervalNs !== undefined) this.#after(replicationIntervalNs, look, dataset);
    }
  }

  /** The primary holds a version that was generated then, now or before; one that is older than its own changes nothing. */
  generate(dataset: DatasetId, generatedNs: number): void {
    const copies = this.of[dataset]!;
    if (!this.#receive(copies[0]!, generatedNs)) return;
    if (this.#datasets[dataset]!.replicationIntervalNs !== undefined) return;
    for (const copy of copies) if (!copy.isPrimary) this.#send(copy);
  }

  /** Time average of a copy's age from the start to now, ns. */
  meanAgeNs(copy: Copy): number {
    const { now } = this.#kernel;
    return now === 0 ? 0 : (copy.ageIntegral + ageIntegral(copy, now)) / now;
  }

  #scheduleUpdate(dataset: number, handler: HandlerId, isFirst: boolean): void {
    const { name, updates } = this.#datasets[dataset]!;
    if (updates === undefined) return;
    const { process, meanIntervalNs } = updates;
    if (process === 'periodic' && !isFirst) this.#after(meanIntervalNs, handler, dataset);
    else {
      const stream = this.#kernel.streams.get(`dataset/${name}/updates`);
      // periodic ones begin at a random phase, so that datasets are not in step
      const share = process === 'periodic' ? stream.uniform() : stream.exponential();
      this.#after(Math.max(1, Math.ceil(meanIntervalNs * share)), handler, dataset);
    }
  }

  #after(delayNs: number, handler: HandlerId, argument: number): void {
    const time = this.#kernel.now + delayNs;
    if (time <= MAX_TIME_NS) this.#kernel.at(time as Nanoseconds, handler, argument);
  }

  #sendIfBehind(copy: Copy): void {
    if (copy.generatedNs < this.of[copy.dataset]![0]!.generatedNs) this.#send(copy);
  }

  #send(copy: Copy): void {
    const primary = this.of[copy.dataset]![0]!;
    const slot = this.#free.pop() ?? this.#target.length;
    this.#target[slot] = copy.index;
    this.#carriedNs[slot] = primary.generatedNs;
    const { sizeBytes } = this.#datasets[copy.dataset]!;
    copy.replicationBytes += sizeBytes;
    this.#network.send(this.#arrived, slot, primary.vertex, copy.vertex, sizeBytes);
  }

  #arrive(slot: number, delivered: boolean): void {
    const index = this.#target[slot]!;
    const copy = this.#all[index]!;
    this.#free.push(slot);
    if (delivered) {
      this.#receive(copy, this.#carriedNs[slot]!);
      return;
    }
    copy.lost++;
    if (this.#datasets[copy.dataset]!.replicationIntervalNs !== undefined || this.#retryDue[index] === true) return;
    this.#retryDue[index] = true;
    this.#after(RETRY_NS, this.#retry, index);
  }

  /** @returns whether the version is newer than that which the copy has held */
  #receive(copy: Copy, generatedNs: number): boolean {
    if (generatedNs <= copy.generatedNs) return false;
    const { now } = this.#kernel;
    copy.ageIntegral += ageIntegral(copy, now);
    copy.sinceNs = now;
    copy.generatedNs = generatedNs;
    copy.versions++;
    return true;
  }
}

/** Integral of a copy's age from when it got its version to now: the mean of the first and last age, times the time. */
function ageIntegral({ generatedNs, sinceNs }: Copy, now: number): number {
  return ((sinceNs - generatedNs + (now - generatedNs)) / 2) * (now - sinceNs);
}
