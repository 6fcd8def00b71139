export { Compute, cpuWeight, type CpuShare } from './compute.ts';
export * from './energy/index.ts';
export { Copies, DataAccess } from './datasets/index.ts';
export { Degradations, Outages, scheduleFaults, Slowdowns } from './faults/index.ts';
export * from './network/index.ts';
export { Association, type MovementEvent } from './radio/index.ts';
export { LatencyHistogram } from './workload/latency-histogram.ts';
export { requestOutcomes } from './workload/outcomes.ts';
export { Requests, type EndedRequest } from './workload/requests.ts';
