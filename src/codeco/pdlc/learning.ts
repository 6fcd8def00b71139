import type { Network } from '../../dynamics/index.ts';
import type { Kernel, Nanoseconds } from '../../kernel/index.ts';
import type { ClusterId, LearningSettings, LinkId, NodeId, VertexId, World } from '../../model/index.ts';
import { ModelExchange, sensitivity, type ExchangeCounts } from './exchange/index.ts';
import { Autoregression, HoltWinters, LastValue, SharedAutoregression, type Forecaster } from './forecasting/index.ts';
import type { NodeMetrics } from './node-costs.ts';
import { SCRAPE_INTERVAL_NS, type NodeObserver } from './node-observer.ts';

/** What is foretold: of a node the share of its CPU in use, and of its dynamic power; of a direction of a link that of its capacity. */
const quantities = ['cpu', 'power', 'throughput'] as const;
export type LearnedQuantity = (typeof quantities)[number];

/** A forecast whose time has come. */
export interface ForecastOutcome {
  readonly cluster: ClusterId;
  readonly quantity: LearnedQuantity;
  /** The node; or the link, and the direction. */
  readonly subject: { readonly node: NodeId } | { readonly link: LinkId; readonly direction: 0 | 1 };
  readonly madeNs: Nanoseconds;
  readonly forecast: number;
  /** What was the last value when it was made. */
  readonly lastValue: number;
  readonly actual: number;
}

/** How a cluster did over the run, by quantity. */
export interface LearningTally {
  readonly forecasts: number;
  readonly absoluteError: number;
  readonly lastValueAbsoluteError: number;
}

interface Series {
  readonly cluster: ClusterId;
  readonly quantity: LearnedQuantity;
  readonly subject: ForecastOutcome['subject'];
  readonly forecaster: Forecaster;
  readonly read: (metrics: readonly NodeMetrics[], intervalNs: number) => number;
  /** Forecasts that wait for their time, the oldest first. */
  readonly made: { readonly madeNs: Nanoseconds; readonly forecast: number | undefined; readonly lastValue: number }[];
}

type LearningWorld = Pick<World, 'nodes' | 'clusters' | 'links' | 'media' | 'vertices'>;

/**
 * PDLC's decentralised learning: each cluster foretells the load of its nodes, and of the directions of links that begin in it,
 * from what is scraped of them, and may tell others what it has learned. What the product learns and exchanges is not
 * published; all of this is own design. A link that begins in no cluster is the hub's.
 */
export class Learning {
  readonly #kernel: Kernel;
  readonly #world: LearningWorld;
  readonly #observer: NodeObserver;
  readonly #series: Series[] = [];
  /** By node. */
  readonly #cpu: Series[] = [];
  readonly #power: Series[] = [];
  /** By cluster: a model for each quantity; none where the learner shares none. */
  readonly #models: readonly (readonly SharedAutoregression[])[];
  readonly #exchange: ModelExchange | undefined;
  readonly #tallies: { forecasts: number; absoluteError: number; lastValueAbsoluteError: number }[][];
  readonly #came: (outcome: ForecastOutcome) => void;
  readonly #bytes: Float64Array;
  readonly #readBytes: Float64Array;
  readonly #network: Network;
  #scrapedNs = 0;

  /**
   * @param hub whose the links are that begin in no cluster, and by whose way models are exchanged
   * @param came called with every forecast whose time has come
   */
  constructor(
    kernel: Kernel,
    network: Network,
    world: LearningWorld,
    settings: LearningSettings,
    observer: NodeObserver,
    hub: ClusterId,
    came: (outcome: ForecastOutcome) => void,
  ) {
    this.#kernel = kernel;
    this.#network = network;
    this.#world = world;
    this.#observer = observer;
    this.#came = came;
    this.#bytes = new Float64Array(network.arcCount);
    this.#readBytes = new Float64Array(network.arcCount);
    const { learner, horizon, season, lags, exchange } = settings;
    this.#models = world.clusters.map(() =>
      learner === 'autoregression' ? quantities.map(() => new SharedAutoregression(lags, horizon)) : [],
    );
    this.#tallies = world.clusters.map(() =>
      quantities.map(() => ({ forecasts: 0, absoluteError: 0, lastValueAbsoluteError: 0 })),
    );
    const forecasterOf = (cluster: ClusterId, quantity: LearnedQuantity): Forecaster => {
      if (learner === 'last-value') return new LastValue();
      if (learner === 'holt-winters') return new HoltWinters(horizon, season);
      return new Autoregression(this.#models[cluster]![quantities.indexOf(quantity)]!);
    };
    const add = (
      cluster: ClusterId,
      quantity: LearnedQuantity,
      subject: Series['subject'],
      read: Series['read'],
    ): Series => {
      const series = { cluster, quantity, subject, forecaster: forecasterOf(cluster, quantity), read, made: [] };
      this.#series.push(series);
      return series;
    };
    for (const [index, { cluster, power }] of world.nodes.entries()) {
      const node = index as NodeId;
      this.#cpu.push(add(cluster, 'cpu', { node }, (metrics) => metrics[node]!.cpuShare));
      const dynamicW = power.peakW - power.idleW;
      const read: Series['read'] = (metrics, intervalNs) =>
        dynamicW === 0 ? 0 : (metrics[node]!.activeEnergyJ * 1e9) / (dynamicW * intervalNs);
      this.#power.push(add(cluster, 'power', { node }, read));
    }
    this.#addLinks(hub, add);
    this.#exchange =
      exchange === undefined || learner !== 'autoregression'
        ? undefined
        : new ModelExchange(
            kernel,
            network,
            world.clusters,
            this.#holders(),
            exchange,
            hub,
            sensitivity(lags),
            'exchange',
          );
    observer.onScrape(() => this.#scraped(horizon));
  }

  /** By node: the metrics as scraped last, with load and energy as foretold, where they can be. */
  get metrics(): readonly NodeMetrics[] {
    return this.#observer.metrics.map((metrics, node) => {
      const [cpuShare, powerShare] = [this.#cpu[node]!.forecaster.forecast(), this.#power[node]!.forecaster.forecast()];
      if (cpuShare === undefined || powerShare === undefined) return metrics;
      const { peakW, idleW } = this.#world.nodes[node]!.power;
      const activeEnergyJ = (share(powerShare) * (peakW - idleW) * SCRAPE_INTERVAL_NS) / 1e9;
      return { ...metrics, cpuShare: share(cpuShare), activeEnergyJ };
    });
  }

  /** Time since the last scrape, which forecasts are made of. */
  get ageNs(): Nanoseconds {
    return this.#observer.ageNs;
  }

  /** How a cluster did, by quantity. */
  *tallies(cluster: ClusterId): Iterable<readonly [LearnedQuantity, LearningTally]> {
    for (const [at, quantity] of quantities.entries()) yield [quantity, this.#tallies[cluster]![at]!];
  }

  /** What a cluster has sent, and how old on average is what it knows of others; undefined where nothing is exchanged. */
  exchanged(
    cluster: ClusterId,
  ): { readonly counts: ExchangeCounts; readonly meanAgeNs: number | undefined } | undefined {
    if (this.#exchange === undefined) return undefined;
    return { counts: this.#exchange.counts[cluster]!, meanAgeNs: this.#exchange.meanAgeNs(cluster) };
  }

  #addLinks(
    hub: ClusterId,
    add: (cluster: ClusterId, quantity: 'throughput', subject: Series['subject'], read: Series['read']) => Series,
  ): void {
    const { clusters, nodes, links, media } = this.#world;
    const clusterOf = new Map<VertexId, ClusterId>();
    for (const [cluster, { gateway }] of clusters.entries()) clusterOf.set(gateway, cluster as ClusterId);
    for (const { vertex, cluster } of nodes) clusterOf.set(vertex, cluster);
    for (const [link, { from, to, forwardMedium, backwardMedium }] of links.entries()) {
      for (const direction of [0, 1] as const) {
        const arc = 2 * link + direction;
        const { bandwidthBps } = media[direction === 0 ? forwardMedium : backwardMedium]!;
        add(
          clusterOf.get(direction === 0 ? from : to) ?? hub,
          'throughput',
          { link: link as LinkId, direction },
          (_, intervalNs) => ((this.#bytes[arc]! - this.#readBytes[arc]!) * 8e9) / intervalNs / bandwidthBps,
        );
      }
    }
  }

  #scraped(horizon: number): void {
    const intervalNs = this.#kernel.now - this.#scrapedNs;
    this.#scrapedNs = this.#kernel.now;
    this.#readBytes.set(this.#bytes);
    this.#network.allCarriedBytes(this.#bytes);
    for (const model of this.#models.flat()) model.forget();
    const { metrics } = this.#observer;
    const values = this.#series.map(({ read }) => share(read(metrics, intervalNs)));
    for (const [at, series] of this.#series.entries()) {
      if (series.made.length === horizon) this.#compare(series, values[at]!);
      series.forecaster.observe(values[at]!);
    }
    // once all have learned: the series of a cluster share what they learn
    for (const [at, { forecaster, made }] of this.#series.entries()) {
      made.push({ madeNs: this.#kernel.now, forecast: forecaster.forecast(), lastValue: values[at]! });
    }
  }

  #compare({ cluster, quantity, subject, made }: Series, actual: number): void {
    const { madeNs, forecast, lastValue } = made.shift()!;
    if (forecast === undefined) return;
    const tally = this.#tallies[cluster]![quantities.indexOf(quantity)]!;
    tally.forecasts++;
    tally.absoluteError += Math.abs(share(forecast) - actual);
    tally.lastValueAbsoluteError += Math.abs(lastValue - actual);
    this.#came({ cluster, quantity, subject, madeNs, forecast: share(forecast), lastValue, actual });
  }

  #holders() {
    return this.#models.map((models) => ({
      own: (): Float64Array => Float64Array.from(models.flatMap(({ own }) => [...own.values])),
      setOthers: (values: Float64Array): void => {
        const length = values.length / models.length;
        for (const [at, model] of models.entries()) model.setOthers(values.slice(at * length, (at + 1) * length));
      },
    }));
  }
}

/** A share is none below 0, and none above 1: the noise of private models is bounded for samples between. */
const share = (value: number): number => Math.min(1, Math.max(0, value));
