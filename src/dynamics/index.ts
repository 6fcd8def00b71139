export { Compute, cpuWeight, type CpuShare } from './compute.ts';
export * from './energy/index.ts';
export { scheduleFaults } from './faults.ts';
export * from './network/index.ts';
export { Outages } from './outages.ts';
export { Association, type MovementEvent } from './radio/index.ts';
export { LatencyHistogram } from './workload/latency-histogram.ts';
export { requestOutcomes, Requests, type EndedRequest } from './workload/requests.ts';
