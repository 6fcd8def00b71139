import type { SchedulerName } from '../../model/index.ts';
import { bestFit } from './best-fit.ts';
import type { SchedulerExtender } from './extender.ts';
import { firstFit } from './first-fit.ts';
import { kubeScheduler } from './kube-scheduler.ts';
import { lowestLatency } from './lowest-latency.ts';
import type { SchedulerProfile } from './profile.ts';
import { random } from './random.ts';
import { roundRobin } from './round-robin.ts';
import type { Scheduler } from './scheduler.ts';
import { spread } from './spread.ts';
import { worstFit } from './worst-fit.ts';

/** The placement algorithms that a scenario can name and that place one pod at a time. Each call makes one for one cluster; a profile and extenders are kube-scheduler's. */
export const schedulers: Readonly<
  Record<
    Exclude<SchedulerName, 'swm'>,
    (profile?: SchedulerProfile, extenders?: readonly SchedulerExtender[]) => Scheduler
  >
> = {
  'kube-scheduler': (profile, extenders) => kubeScheduler(profile, extenders),
  'lowest-latency': () => lowestLatency(),
  random: () => random(),
  'round-robin': () => roundRobin(),
  'first-fit': () => firstFit(),
  'best-fit': () => bestFit(),
  'worst-fit': () => worstFit(),
  spread: () => spread(),
};

export { ExtenderError, type ExtenderRefusal, type SchedulerExtender } from './extender.ts';
export type { PluginScores } from './framework.ts';
export { feasibleNodesToFind, kubeScheduler } from './kube-scheduler.ts';
export { groupFilter, type GroupFilter } from './group-filter.ts';
export { lowestLatency } from './lowest-latency.ts';
export { describeNode, type NodeDescription, type NodeImage, type NodeInfo } from './node-info.ts';
export type { Rejection } from './plugin.ts';
export { prioritySort } from './plugins/priority-sort.ts';
export { compilePod, type PodKind, type SchedulingPod, schedulingPod } from './pod.ts';
export type { DisruptionAllowance, Nomination } from './preemption.ts';
export { readProfile } from './profile.ts';
export { compileLabelSelector } from './selectors.ts';
export { hasUntoleratedTaint, tolerates } from './tolerations.ts';
export type { SchedulerProfile } from './profile.ts';
export { mayHelp, type ClusterEvent } from './queueing-hints.ts';
export { podRequests, type PodRequests, readResources, type Resources } from './resources.ts';
export type { Decision, Scheduler, SchedulingContext, Verdicts } from './scheduler.ts';
export { SchedulerCache } from './scheduler-cache.ts';
