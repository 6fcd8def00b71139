/** The library: simulate scenarios from a program, and the kernel to build other simulations on. */
export {
  Digest,
  EventLog,
  firstDifference,
  firstDivergence,
  Kernel,
  NO_EVENT,
  RandomStream,
  RandomStreams,
} from './kernel/index.ts';
export type {
  DigestTrail,
  EventDifference,
  EventId,
  EventRange,
  HandlerId,
  LoggedEvent,
  Nanoseconds,
} from './kernel/index.ts';
export { fromSeconds, roundUpNs } from './kernel/index.ts';
export type { World } from './model/index.ts';
export {
  exportResults,
  readManifest,
  readTable,
  ResultsError,
  type Manifest,
  type RunMeasures,
} from './results/index.ts';
export {
  InputError,
  loadScenario,
  scenarioFromObject,
  scenarioSchema,
  type LoadedScenario,
  type Problem,
  type Scenario,
} from './scenario/index.ts';
export { simulate, type Run, type SimulateOptions } from './simulate.ts';
export { verifyResults, type Verification } from './verification.ts';
export { VERSION } from './version.ts';
