import type { Forecaster } from './forecaster.ts';
import { NormalEquations } from './normal-equations.ts';

/** What earlier samples weigh after another one of each series. Own design. */
const FORGETTING = 0.999;

/**
 * The model that the series of one place and kind share: a constant and the last `lags` samples, by least squares, for one
 * horizon directly. It learns by how much the sample at the horizon differs from the last one, so that where there is little to
 * learn from, the ridge draws it to the last value. What others have learned is added to what was learned here.
 */
export class SharedAutoregression {
  readonly lags: number;
  readonly horizon: number;
  /** Learned from the series of this place alone. */
  readonly own: NormalEquations;
  readonly #forgetting: number;
  #others: Float64Array | undefined;
  #weights: Float64Array | undefined;

  /** @param forgetting what earlier samples weigh after another one; 1 forgets nothing */
  constructor(lags: number, horizon: number, forgetting = FORGETTING) {
    this.lags = lags;
    this.horizon = horizon;
    this.own = new NormalEquations(lags + 1);
    this.#forgetting = forgetting;
  }

  /** To be called once between two samples of its series. */
  forget(): void {
    this.own.scale(this.#forgetting);
    this.#weights = undefined;
  }

  learn(features: ArrayLike<number>, target: number): void {
    this.own.add(features, target);
    this.#weights = undefined;
  }

  /** Puts the sum of what others have learned in place of what it was before. */
  setOthers(values: Float64Array): void {
    this.#others = values;
    this.#weights = undefined;
  }

  /** Of the difference to the last value: the constant, and the weight of each lag, the newest first; all 0 before anything was learned. */
  get weights(): Float64Array {
    if (this.#weights === undefined) {
      const all = new NormalEquations(this.own.size);
      all.addAll(this.own.values);
      if (this.#others !== undefined) all.addAll(this.#others);
      this.#weights = all.solve();
    }
    return this.#weights;
  }
}

/** One of the series of a shared model. */
export class Autoregression implements Forecaster {
  readonly #model: SharedAutoregression;
  /** The newest first; as many as the horizon is beyond the lags. */
  readonly #history: number[] = [];

  constructor(model: SharedAutoregression) {
    this.#model = model;
  }

  observe(value: number): void {
    const { lags, horizon } = this.#model;
    this.#history.unshift(value);
    if (this.#history.length > lags + horizon) this.#history.pop();
    if (this.#history.length === lags + horizon)
      this.#model.learn(this.#features(horizon), value - this.#history[horizon]!);
  }

  forecast(): number | undefined {
    if (this.#history.length < this.#model.lags + this.#model.horizon) return this.#history[0];
    const features = this.#features(0);
    const { weights } = this.#model;
    let sum = this.#history[0]!;
    for (const [at, feature] of features.entries()) sum += weights[at]! * feature;
    return sum;
  }

  /** A constant, and the lags as they were so many samples ago. */
  #features(ago: number): Float64Array {
    const features = new Float64Array(this.#model.lags + 1);
    features[0] = 1;
    for (let lag = 0; lag < this.#model.lags; lag++) features[lag + 1] = this.#history[ago + lag]!;
    return features;
  }
}
