export { Compute, cpuWeight, type CpuShare } from './compute.ts';
export * from './energy/index.ts';
export { durationSampler, type DurationSampler } from './distributions/index.ts';
export { Copies, DataAccess } from './datasets/index.ts';
export { Degradations, Outages, scheduleFaults, Slowdowns } from './faults/index.ts';
export * from './network/index.ts';
export {
  Association,
  eachLeg,
  motionsOf,
  moversOf,
  type MovementCause,
  type MovementEvent,
  type MoverId,
} from './radio/index.ts';
export { LatencyHistogram } from './workload/latency-histogram.ts';
export { giveUps, type AttemptCounts } from './workload/attempts.ts';
export { requestOutcomes } from './workload/outcomes.ts';
export type { ServiceTallies } from './workload/service-tallies.ts';
export type { PodLoad } from './workload/pod-loads.ts';
export { Requests, type EndedRequest } from './workload/requests.ts';
