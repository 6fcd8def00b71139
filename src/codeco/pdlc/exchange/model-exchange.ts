import { DELIVERED, type Network, type ReceiverId } from '../../../dynamics/index.ts';
import type { Kernel, Nanoseconds } from '../../../kernel/index.ts';
import type { ClusterId, ExchangeSettings, World } from '../../../model/index.ts';
import { noiseDeviation, withNoise } from './gaussian-mechanism.ts';

/** Headers of a message, and of the model of each cluster in it: where it is from, and of when. Own design. */
const MESSAGE_BYTES = 100;
const MODEL_HEADER_BYTES = 16;
const BYTES_PER_VALUE = 8;

/** What one cluster has learned, as statistics that can be added up. */
interface Learned {
  readonly madeNs: Nanoseconds;
  readonly values: Float64Array;
}

/** A cluster as the exchange sees it. */
export interface ModelHolder {
  /** What it has learned itself, all its models one after the other. */
  own(): Float64Array;
  /** Puts in what the others have learned, added up. */
  setOthers(values: Float64Array): void;
}

/** What a cluster has sent, and how it stands. */
export interface ExchangeCounts {
  messages: number;
  bytes: number;
  lost: number;
  /** ε spent so far: each release of its statistics costs that of the mechanism, by basic composition; so does δ. */
  epsilon: number;
  delta: number;
}

/**
 * Clusters tell each other what they have learned, models and never samples, in messages over the simulated network. By way of
 * the hub each cluster sends its model there at every interval, and the hub sends all that it knows to each; as gossip each
 * sends all that it knows to another one, drawn at random. Of each origin the newest model counts: none counts twice, and what
 * cannot be heard of stays as it was. A model on its way through a third is not private any more than it was when it was made.
 */
export class ModelExchange {
  readonly counts: readonly ExchangeCounts[];
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #clusters: World['clusters'];
  readonly #holders: readonly ModelHolder[];
  readonly #settings: ExchangeSettings;
  readonly #hub: ClusterId;
  readonly #stream: string;
  readonly #deviation: number | undefined;
  /** By cluster and origin. */
  readonly #known: (Learned | undefined)[][];
  readonly #receiver: ReceiverId;
  readonly #underWay = new Map<
    number,
    { readonly from: ClusterId; readonly to: ClusterId; readonly models: readonly (Learned | undefined)[] }
  >();
  #nextMessage = 0;

  /**
   * @param hub the cluster that all send to where it goes by way of the hub
   * @param distance how far two releases can be apart of which one sample is another
   * @param what the models are of; the names of its events and streams begin with it
   */
  constructor(
    kernel: Kernel,
    network: Network,
    clusters: World['clusters'],
    holders: readonly ModelHolder[],
    settings: ExchangeSettings,
    hub: ClusterId,
    distance: number,
    what: string,
  ) {
    this.#kernel = kernel;
    this.#network = network;
    this.#clusters = clusters;
    this.#holders = holders;
    this.#settings = settings;
    this.#hub = hub;
    this.#stream = `pdlc/${what}`;
    this.#deviation = settings.privacy && noiseDeviation(settings.privacy, distance);
    this.#known = clusters.map(() => clusters.map(() => undefined));
    this.counts = clusters.map(() => ({ messages: 0, bytes: 0, lost: 0, epsilon: 0, delta: 0 }));
    this.#receiver = network.receiver((message, outcome) => this.#arrived(message, outcome === DELIVERED));
    const exchange = kernel.on(`pdlc.${what}`, () => {
      for (let cluster = 0; cluster < clusters.length; cluster++) this.#release(cluster as ClusterId);
      for (let cluster = 0; cluster < clusters.length; cluster++) {
        const from = cluster as ClusterId;
        if (settings.method === 'gossip') this.#gossip(from);
        else if (from !== hub) this.#send(from, hub);
        else for (const other of clusters.keys()) if (other !== hub) this.#send(hub, other as ClusterId);
      }
      kernel.after(settings.intervalNs, exchange);
    });
    kernel.at(settings.intervalNs, exchange);
  }

  /** Mean age of what a cluster knows of the others; undefined where it knows nothing of any. */
  meanAgeNs(cluster: ClusterId): number | undefined {
    const ages = this.#known[cluster]!.flatMap((learned, origin) =>
      learned === undefined || origin === cluster ? [] : [this.#kernel.now - learned.madeNs],
    );
    return ages.length === 0 ? undefined : ages.reduce((sum, age) => sum + age, 0) / ages.length;
  }

  /** The cluster's own model of this time, as it is shown to others. */
  #release(cluster: ClusterId): void {
    const own = this.#holders[cluster]!.own();
    const { privacy } = this.#settings;
    let values: Float64Array = own;
    if (privacy !== undefined) {
      const draws = this.#kernel.streams.get(`${this.#stream}/${this.#clusters[cluster]!.name}/noise`);
      values = withNoise(own, this.#deviation!, draws);
      this.counts[cluster]!.epsilon += privacy.epsilon;
      this.counts[cluster]!.delta += privacy.delta;
    }
    this.#known[cluster]![cluster] = { madeNs: this.#kernel.now, values };
  }

  #gossip(from: ClusterId): void {
    const others = this.#clusters.length - 1;
    if (others === 0) return;
    const drawn = this.#kernel.streams.get(`${this.#stream}/${this.#clusters[from]!.name}/partner`).integer(others);
    this.#send(from, (drawn < from ? drawn : drawn + 1) as ClusterId);
  }

  #send(from: ClusterId, to: ClusterId): void {
    // nobody is told what is his own, and the hub by each what is that cluster's
    const ownAlone = this.#settings.method === 'hub' && from !== this.#hub;
    const models = this.#known[from]!.map((learned, origin) =>
      origin === to || (ownAlone && origin !== from) ? undefined : learned,
    );
    let bytes = MESSAGE_BYTES;
    for (const learned of models) {
      if (learned !== undefined) bytes += MODEL_HEADER_BYTES + BYTES_PER_VALUE * learned.values.length;
    }
    const message = this.#nextMessage++;
    this.#underWay.set(message, { from, to, models });
    const counts = this.counts[from]!;
    counts.messages++;
    counts.bytes += bytes;
    this.#network.send(this.#receiver, message, this.#clusters[from]!.gateway, this.#clusters[to]!.gateway, bytes);
  }

  #arrived(message: number, isDelivered: boolean): void {
    const { from, to, models } = this.#underWay.get(message)!;
    this.#underWay.delete(message);
    if (!isDelivered) {
      this.counts[from]!.lost++;
      return;
    }
    const known = this.#known[to]!;
    for (const [origin, learned] of models.entries()) {
      const before = known[origin];
      if (learned !== undefined && (before === undefined || learned.madeNs > before.madeNs)) known[origin] = learned;
    }
    let sum: Float64Array | undefined;
    for (const [origin, learned] of known.entries()) {
      if (learned === undefined || origin === to) continue;
      sum ??= new Float64Array(learned.values.length);
      for (let at = 0; at < sum.length; at++) sum[at]! += learned.values[at]!;
    }
    if (sum !== undefined) this.#holders[to]!.setOthers(sum);
  }
}
