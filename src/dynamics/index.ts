export { nearestAccessPoint } from './access.ts';
export { Compute, cpuWeight, type CpuShare, type NodeUsage } from './compute.ts';
export { nodeEnergyJ, nodePowerW } from './energy.ts';
export { scheduleFaults, type FaultTargets } from './faults.ts';
export * from './network/index.ts';
export { LatencyHistogram } from './workload/latency-histogram.ts';
export { requestOutcomes, Requests, type EndedRequest, type RequestOutcome } from './workload/requests.ts';
