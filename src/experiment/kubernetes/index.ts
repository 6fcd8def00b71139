export { jobOfSweep, type JobOptions, type SweepJob } from './job.ts';
export { cancelJob, kubectl, runJob, sweepRights, tryJob, type JobEnd } from './run-job.ts';
