import type { Nanoseconds } from '../kernel/index.ts';
import type { CostInputName, ExchangeName, LearnerName, PlacementLearnerName } from './choices.ts';

/** (ε, δ)-differential privacy of one message. */
export interface PrivacySettings {
  readonly epsilon: number;
  readonly delta: number;
}

/** How clusters tell each other what they have learned. */
export interface ExchangeSettings {
  readonly method: Exclude<ExchangeName, 'none'>;
  readonly intervalNs: Nanoseconds;
  /** No noise where absent. */
  readonly privacy?: PrivacySettings;
}

/** What PDLC learns of loads, and what for. */
export interface LearningSettings {
  readonly learner: LearnerName;
  /** Scrapes ahead that it foretells, at least 1. */
  readonly horizon: number;
  /** Scrapes of a season, of `holt-winters`; none where absent. */
  readonly season?: number;
  /** Of `autoregression`. */
  readonly lags: number;
  /** Nobody is told of it where absent. */
  readonly exchange?: ExchangeSettings;
  /** What nodes cost by. */
  readonly costs: CostInputName;
  /** Nodes are not recommended where absent. */
  readonly recommendations?: RecommendationSettings;
}

/** What PDLC learns of placements, to recommend nodes by. */
export interface RecommendationSettings {
  readonly learner: PlacementLearnerName;
  /** Of `linucb` α, of `q-learning` ε. */
  readonly exploration: number;
  /** What a reward counts in the objective of SWM. */
  readonly weight: number;
  /** Response time that is worth nothing. */
  readonly targetNs: Nanoseconds;
  /** Scrapes of a window that a reward is of. */
  readonly windowScrapes: number;
  /** Of `q-learning`: what a reward of the next window counts now, 0 up to below 1. */
  readonly discount: number;
}
