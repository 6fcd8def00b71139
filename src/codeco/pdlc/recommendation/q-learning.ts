import type { PlacementLearner, Situation } from './placement-learner.ts';

/**
 * Q-learning in a table: the discounted rewards that an action has in a state, Q(s, a) ← Q(s, a) + (r + γ max Q(s', ·) − Q(s, a)) /
 * n(s, a), where n counts the tries. Source: Watkins & Dayan, "Q-learning", Machine Learning 8 (1992); with step sizes of 1/n it
 * converges. What was never tried counts as much as anything can. The tables of several places come to one by the mean of
 * their entries, each weighing as often as it was tried (own design).
 */
export class QLearning implements PlacementLearner {
  readonly #actions: number;
  readonly #discount: number;
  /** By state and action. */
  readonly #tries: Float64Array;
  readonly #returns: Float64Array;
  /** Of others: tries times returns, and tries. */
  #others: Float64Array;

  /** @param discount what a reward of the next window counts now, 0 up to below 1 */
  constructor(states: number, actions: number, discount: number) {
    this.#actions = actions;
    this.#discount = discount;
    this.#tries = new Float64Array(states * actions);
    this.#returns = new Float64Array(states * actions);
    this.#others = new Float64Array(2 * states * actions);
  }

  expected(situation: Situation): number {
    return this.value(situation);
  }

  /** As a mean reward: (1 − γ) Q(s, a). */
  value({ state, action }: Situation): number {
    return (1 - this.#discount) * this.#returnOf(state * this.#actions + action);
  }

  learn({ state, action }: Situation, reward: number, next: Situation): void {
    let best = -Infinity;
    for (let other = 0; other < this.#actions; other++)
      best = Math.max(best, this.#returnOf(next.state * this.#actions + other));
    const at = state * this.#actions + action;
    this.#tries[at]!++;
    this.#returns[at]! += (reward + this.#discount * best - this.#returns[at]!) / this.#tries[at]!;
  }

  own(): Float64Array {
    const weighted = this.#returns.map((value, at) => value * this.#tries[at]!);
    return Float64Array.from([...weighted, ...this.#tries]);
  }

  setOthers(values: Float64Array): void {
    this.#others = values;
  }

  #returnOf(at: number): number {
    const tries = this.#tries[at]! + this.#others[this.#tries.length + at]!;
    if (tries === 0) return 1 / (1 - this.#discount);
    return (this.#tries[at]! * this.#returns[at]! + this.#others[at]!) / tries;
  }
}
