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
