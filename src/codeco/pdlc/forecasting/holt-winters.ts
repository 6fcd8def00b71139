import { pow } from '../../../kernel/index.ts';
import type { Forecaster } from './forecaster.ts';

/** What the smoothing parameters may be; own design. Of the season's one there is one value: seasons are few. */
const LEVEL_GAINS = [0.1, 0.2, 0.4, 0.7, 1] as const;
const TREND_GAINS = [0, 0.1, 0.3] as const;
const SEASON_GAIN = 0.3;
/** Damping of the trend: Gardner & McKenzie (1985) and after them Hyndman & Athanasopoulos have 0.8 to 0.98. */
const DAMPING = 0.9;
/** How much of its old errors a set of parameters is still held to after another sample. Own design. */
const MEMORY = 0.98;

/**
 * Additive exponential smoothing with damped trend and, where a season is stated, its pattern (Holt 1957, Winters 1960; in the
 * form of Hyndman & Athanasopoulos, "Forecasting: Principles and Practice", §8.3). Several sets of parameters go side by side,
 * and the one with the least discounted squared error so far, at the horizon, speaks; own design.
 */
export class HoltWinters implements Forecaster {
  readonly #models: readonly { readonly smoothing: Smoothing; readonly made: (number | undefined)[]; error: number }[];
  readonly #horizon: number;

  /**
   * @param horizon samples ahead that it foretells, at least 1
   * @param season samples of a season, at least 2; none where absent
   */
  constructor(horizon: number, season?: number) {
    this.#horizon = horizon;
    this.#models = LEVEL_GAINS.flatMap((level) =>
      TREND_GAINS.map((trend) => ({ smoothing: new Smoothing(level, trend, season), made: [], error: 0 })),
    );
  }

  observe(value: number): void {
    for (const model of this.#models) {
      if (model.made.length === this.#horizon) {
        const forecast = model.made.shift();
        model.error *= MEMORY;
        if (forecast !== undefined) model.error += (forecast - value) * (forecast - value);
      }
      model.smoothing.observe(value);
      model.made.push(model.smoothing.forecast(this.#horizon));
    }
  }

  forecast(): number | undefined {
    let best = this.#models[0]!;
    for (const model of this.#models) if (model.error < best.error) best = model;
    return best.made.at(-1);
  }
}

/** One set of parameters. */
export class Smoothing {
  readonly #levelGain: number;
  readonly #trendGain: number;
  readonly #season: Float64Array | undefined;
  readonly #first: number[] = [];
  #level: number | undefined;
  #trend = 0;
  #seen = 0;

  constructor(levelGain: number, trendGain: number, season?: number) {
    this.#levelGain = levelGain;
    this.#trendGain = trendGain;
    this.#season = season === undefined ? undefined : new Float64Array(season);
  }

  observe(value: number): void {
    const season = this.#season;
    const at = season === undefined ? 0 : this.#seen % season.length;
    this.#seen++;
    if (season !== undefined && this.#first.length < season.length) {
      this.#startSeason(value, season);
      return;
    }
    if (this.#level === undefined) {
      this.#level = value;
      return;
    }
    const expected = this.#level + DAMPING * this.#trend;
    const seasonal = season?.[at] ?? 0;
    const level = expected + this.#levelGain * (value - seasonal - expected);
    this.#trend = DAMPING * this.#trend + this.#trendGain * (level - this.#level - DAMPING * this.#trend);
    this.#level = level;
    if (season !== undefined) season[at] = seasonal + SEASON_GAIN * (value - level - seasonal);
  }

  forecast(ahead: number): number | undefined {
    if (this.#level === undefined) return undefined;
    // the trend adds φ + φ² + … + φ^ahead times itself
    const trend = (this.#trend * DAMPING * (1 - pow(DAMPING, ahead))) / (1 - DAMPING);
    const season = this.#season;
    const ofSeason = season === undefined || this.#isFirst ? 0 : season[(this.#seen + ahead - 1) % season.length]!;
    return this.#level + trend + ofSeason;
  }

  get #isFirst(): boolean {
    return this.#season !== undefined && this.#first.length < this.#season.length;
  }

  /** The first season: it is known by its last value alone; at its end its mean is the level, the rest its pattern. */
  #startSeason(value: number, season: Float64Array): void {
    this.#first.push(value);
    this.#level = value;
    if (this.#first.length < season.length) return;
    this.#level = this.#first.reduce((sum, one) => sum + one, 0) / season.length;
    for (const [at, one] of this.#first.entries()) season[at] = one - this.#level;
  }
}
