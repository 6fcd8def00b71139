import type { Nanoseconds } from '../kernel/index.ts';
import type { CostInputName, ExchangeName, LearnerName } from './choices.ts';

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
}
