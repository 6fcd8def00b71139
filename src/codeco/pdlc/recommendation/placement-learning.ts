import type { Network } from '../../../dynamics/index.ts';
import type { Kernel } from '../../../kernel/index.ts';
import { podRequests } from '../../../kubernetes/index.ts';
import type {
  ClusterId,
  ExchangeSettings,
  NodeId,
  PodId,
  RecommendationSettings,
  ServiceId,
  World,
} from '../../../model/index.ts';
import { ModelExchange, type ExchangeCounts } from '../exchange/index.ts';
import type { NodeObserver } from '../node-observer.ts';
import { LinUcb, linUcbSensitivity } from './lin-ucb.ts';
import type { PlacementLearner, Situation } from './placement-learner.ts';
import { QLearning } from './q-learning.ts';

/** Levels of how busy a cluster is: its mean share of CPU in use, in equal parts. Own design. */
const LEVELS = 3;
/** Features beside the class of the node: the share of its CPU in use, and that which the pod asks for. */
const SHARES = 2;
/** Largest |x|²: the class and both shares are 1. */
const LARGEST_NORM2 = 1 + SHARES;

/** What is read of pods. */
export interface PodReadings {
  /** The pods that serve. */
  serving(): Iterable<{ readonly id: PodId; readonly service: ServiceId; readonly node: NodeId }>;
  /** Visits that a pod has finished, and the time that they waited in it and computed, ns. */
  worked(pod: PodId): { readonly visits: number; readonly responseNs: number };
}

/** What came of a pod on its node over a window. */
export interface PlacementReward {
  readonly cluster: ClusterId;
  readonly node: NodeId;
  readonly service: ServiceId;
  readonly visits: number;
  readonly expected: number;
  readonly reward: number;
}

interface Open {
  readonly node: NodeId;
  readonly situation: Situation;
  readonly visits: number;
  readonly responseNs: number;
}

type LearnedWorld = Pick<World, 'nodes' | 'clusters' | 'services'>;

/**
 * PDLC's recommendations of nodes: each cluster learns from how long requests take in its pods what to expect of a class of
 * nodes, and says of each of its nodes how much it recommends it for a pod. The reward of a pod and window is 1 − response time /
 * target, and 0 where that is negative; a pod that served nothing teaches nothing. That PDLC recommends nodes to SWM is
 * CODECO's; the product's learner is not published, and learners, features and rewards are own design.
 */
export class PlacementLearning {
  readonly weight: number;
  readonly #kernel: Kernel;
  readonly #world: LearnedWorld;
  readonly #settings: RecommendationSettings;
  readonly #observer: NodeObserver;
  readonly #readings: PodReadings;
  readonly #came: (reward: PlacementReward) => void;
  readonly #learners: readonly PlacementLearner[];
  readonly #classes: readonly string[];
  readonly #askedMillicores: readonly number[];
  readonly #exchange: ModelExchange | undefined;
  readonly #tallies: { rewards: number; absoluteError: number }[];
  #open = new Map<PodId, Open>();
  #scrapes = 0;

  /** @param hub by whose way models are exchanged */
  constructor(
    kernel: Kernel,
    network: Network,
    world: LearnedWorld,
    settings: RecommendationSettings,
    exchange: ExchangeSettings | undefined,
    observer: NodeObserver,
    readings: PodReadings,
    hub: ClusterId,
    came: (reward: PlacementReward) => void,
  ) {
    this.weight = settings.weight;
    this.#kernel = kernel;
    this.#world = world;
    this.#settings = settings;
    this.#observer = observer;
    this.#readings = readings;
    this.#came = came;
    this.#classes = [...new Set(world.nodes.map((node) => node.class))];
    this.#askedMillicores = world.services.map(({ podSpec }) => podRequests(podSpec).declared.cpuMillicores);
    this.#learners = world.clusters.map(() => this.#newLearner());
    this.#tallies = world.clusters.map(() => ({ rewards: 0, absoluteError: 0 }));
    const distance = linUcbSensitivity(LARGEST_NORM2);
    this.#exchange =
      exchange &&
      new ModelExchange(kernel, network, world.clusters, this.#learners, exchange, hub, distance, 'placements');
    observer.onScrape(() => {
      if (++this.#scrapes % settings.windowScrapes === 0) this.#endWindow();
    });
  }

  /** By node: how much it is recommended for a pod of a service, in the unit of the reward. */
  recommendations(service: ServiceId): number[] {
    const values = this.#world.nodes.map(({ cluster }, node) =>
      this.#learners[cluster]!.value(this.#situation(service, node as NodeId)),
    );
    const { learner, exploration } = this.#settings;
    if (learner !== 'q-learning') return values;
    const draws = this.#kernel.streams.get('pdlc/recommendations');
    if (draws.uniform() >= exploration) return values;
    const tried = draws.integer(values.length);
    return values.map((_, node) => (node === tried ? 1 : 0));
  }

  /** How a cluster did: rewards that it learned from, and how far off what it expected was, summed. */
  tally(cluster: ClusterId): { readonly rewards: number; readonly absoluteError: number } {
    return this.#tallies[cluster]!;
  }

  /** What a cluster has sent, and how old on average is what it knows of others; undefined where nothing is exchanged. */
  exchanged(
    cluster: ClusterId,
  ): { readonly counts: ExchangeCounts; readonly meanAgeNs: number | undefined } | undefined {
    return this.#exchange && { counts: this.#exchange.counts[cluster]!, meanAgeNs: this.#exchange.meanAgeNs(cluster) };
  }

  #newLearner(): PlacementLearner {
    const { learner, exploration, discount } = this.#settings;
    const classes = this.#classes.length;
    return learner === 'linucb' ? new LinUcb(classes + SHARES, exploration) : new QLearning(LEVELS, classes, discount);
  }

  #situation(service: ServiceId, node: NodeId): Situation {
    const { nodes } = this.#world;
    const { class: ofNode, cluster, cpuMillicores } = nodes[node]!;
    const { metrics } = this.#observer;
    const action = this.#classes.indexOf(ofNode);
    const asked = Math.min(1, this.#askedMillicores[service]! / cpuMillicores);
    const own = metrics.filter((_, at) => nodes[at]!.cluster === cluster);
    const busy = own.reduce((sum, { cpuShare }) => sum + cpuShare, 0) / own.length;
    return {
      features: [...this.#classes.map((_, at) => (at === action ? 1 : 0)), Math.min(1, metrics[node]!.cpuShare), asked],
      state: Math.min(LEVELS - 1, Math.floor(busy * LEVELS)),
      action,
    };
  }

  #endWindow(): void {
    const before = this.#open;
    this.#open = new Map();
    for (const { id, service, node } of this.#readings.serving()) {
      const situation = this.#situation(service, node);
      const { visits, responseNs } = this.#readings.worked(id);
      const opened = before.get(id);
      if (opened !== undefined && opened.node === node && visits > opened.visits)
        this.#learn(opened, situation, service, visits - opened.visits, responseNs - opened.responseNs);
      this.#open.set(id, { node, situation, visits, responseNs });
    }
  }

  #learn({ node, situation }: Open, next: Situation, service: ServiceId, visits: number, responseNs: number): void {
    const { cluster } = this.#world.nodes[node]!;
    const learner = this.#learners[cluster]!;
    const reward = Math.max(0, 1 - responseNs / visits / this.#settings.targetNs);
    const expected = learner.expected(situation);
    const tally = this.#tallies[cluster]!;
    tally.rewards++;
    tally.absoluteError += Math.abs(expected - reward);
    learner.learn(situation, reward, next);
    this.#came({ cluster, node, service, visits, expected, reward });
  }
}
