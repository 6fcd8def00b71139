import type { CriterionName, SwmSolverName } from './choices.ts';

/** How CODECO's scheduler places the pods of an application together. */
export interface SwmSettings {
  /** What counts how much, by criterion; the criteria that are not named count nothing. */
  readonly profile: Readonly<Partial<Record<CriterionName, number>>>;
  readonly solver: SwmSolverName;
  /** What the solver may spend on one attempt: iterations (scalable), branch-and-bound nodes (exact). */
  readonly budget: number;
  /** Attempts to place a group before it fails. */
  readonly maxAttempts: number;
}
