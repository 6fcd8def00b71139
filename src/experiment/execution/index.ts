export { collectShards, type Collected } from './collect.ts';
export { estimateCost, type Cost } from './cost.ts';
export { planSweep, type PlannedCell, type SweepPlan } from './plan.ts';
export { commandOf } from './reproduction.ts';
export { nameOfCell, runSweep, type SweepOptions, type SweepOutcome, type SweepProgress } from './run-sweep.ts';
export type { Shard } from './shard.ts';
export type { SweepRow } from './sweep-table.ts';
