/** A node that a pod may be placed on, or runs on, and how things stand there. */
export interface Situation {
  /** A 1 at the class of the node and 0 at the others, the share of its CPU in use, and that which the pod asks for. */
  readonly features: readonly number[];
  /** How busy its cluster is. */
  readonly state: number;
  /** Class of the node. */
  readonly action: number;
}

/** Who learns from the rewards of placements what to expect of nodes. */
export interface PlacementLearner {
  /** The reward that is expected of a window, 0 to 1. */
  expected(situation: Situation): number;
  /** How much the node is recommended, in the unit of the reward: what is expected, and what there is to be found out. */
  value(situation: Situation): number;
  /** @param next how things stand once the reward is known */
  learn(situation: Situation, reward: number, next: Situation): void;
  /** What was learned here, as statistics that can be added up. */
  own(): Float64Array;
  /** Puts in what others have learned, added up. */
  setOthers(values: Float64Array): void;
}
