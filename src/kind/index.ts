export { ClusterError } from './cluster-error.ts';
export { clusterForms, planClusters, type ClusterForm } from './cluster-plan.ts';
export { NODE_IMAGE, type KindConfig } from './kind-config.ts';
export { fitPodStartup, predictPodStartup, type BatchPrediction, type FittedPodStartup } from './pod-startup-fit.ts';
export { readPodStartupRecords, type StartupBatch } from './pod-startup-records.ts';
export { containerRuntimes, readCapacity, thisMachine, type ContainerRuntime } from './runtime.ts';
export { Interrupted, shellText } from './shell-command.ts';
export { defaultStateFolder, readState } from './state.ts';
export { down, planDown, planUp, up } from './up.ts';
