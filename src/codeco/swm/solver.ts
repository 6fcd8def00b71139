import type { RandomStream } from '../../kernel/index.ts';
import type { Reply, SwmModel } from './contract.ts';
import type { ObjectiveWeights } from './objective.ts';

/** What a solver may spend, counted in work and not in time, so that all machines agree: branch-and-bound nodes, or iterations. */
export type Budget = number;

export interface SolveOptions {
  readonly weights: ObjectiveWeights;
  readonly budget: Budget;
  /** What a solver that tries things out draws from. */
  readonly draws: RandomStream;
}

/** Places one application group. */
export interface SwmSolver {
  readonly name: string;
  /** @throws {RangeError} if the model names what it does not have */
  solve(model: SwmModel, options: SolveOptions): Reply;
}
