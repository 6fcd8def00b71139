export { constraints, violations, type ConstraintName, type Violation } from './constraints.ts';
export type * from './contract.ts';
export { exactSolver } from './exact.ts';
export { ModelIndex } from './model-index.ts';
export { objective, type ObjectiveWeights } from './objective.ts';
export { scalableSolver } from './scalable.ts';
export type { SolveOptions, SwmSolver } from './solver.ts';
export { SwmScheduler } from './group-scheduler.ts';
