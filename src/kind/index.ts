export { fitPodStartup, predictPodStartup, type BatchPrediction, type FittedPodStartup } from './pod-startup-fit.ts';
export { readPodStartupRecords, type StartupBatch } from './pod-startup-records.ts';
