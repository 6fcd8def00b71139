export { CONFIDENCE, meanInterval, type Interval } from './statistics/index.ts';
export { openSubject, type ComparedCell, type ComparedRun, type Subject } from './subject.ts';
export { folderOfRun } from './one-run.ts';
export { describeParameters } from './design/index.ts';
export {
  collectShards,
  commandOf,
  estimateCost,
  nameOfCell,
  planSweep,
  runSweep,
  type Collected,
  type Cost,
  type PlannedCell,
  type Shard,
  type SweepOptions,
  type SweepOutcome,
  type SweepPlan,
  type SweepProgress,
  type SweepRow,
} from './execution/index.ts';
export {
  cancelJob,
  jobOfSweep,
  kubectl,
  runJob,
  sweepRights,
  tryJob,
  type JobEnd,
  type JobOptions,
  type SweepJob,
} from './kubernetes/index.ts';
export {
  compareCells,
  estimateByWindows,
  compareResults,
  type CellComparison,
  type Comparison,
  type DifferingRow,
  type MeasureComparison,
  type Parting,
} from './comparison/index.ts';
export { describeResults, type CellDescription, type MeasureDescription } from './description/index.ts';
export { assessFidelity, timeNames, type Fidelity, type TimeFidelity, type TimeName } from './fidelity/index.ts';
export { checkExpectations, type ExpectationReport, type ExpectationResult } from './expectations/index.ts';
export { queryResults, SqlError, type QueryAnswer } from './query/index.ts';
export {
  isSweep,
  readSweep,
  runFolder,
  SWEEP_RUNS,
  writeSweep,
  type ParameterValue,
  type Sweep,
  type SweepCell,
  type SweepRun,
} from './sweep-file.ts';
