import { AssignmentPlans, type ChannelNote, type PlanAction } from './codeco/index.ts';
import type { Kernel } from './kernel/index.ts';
import type { World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/** SWM's plans and channels, whose tables are written as they go. */
export function recordedPlans(kernel: Kernel, world: World, { tables }: Recorder) {
  return {
    plans: new AssignmentPlans(kernel, (action) => appendPlanAction(tables.plans, world, action)),
    noted: (note: ChannelNote) => appendChannel(tables.channels, world, kernel.now, note),
  };
}

/** A row of something that an assignment plan had to do. */
function appendPlanAction(
  table: Recorder['tables']['plans'],
  { apps, nodes }: Pick<World, 'apps' | 'nodes'>,
  { plan, action, pod, channel, node, doneNs, error }: PlanAction,
): void {
  table.append({
    plan: plan.plan,
    decided_ns: plan.decidedNs,
    app: apps[plan.app]!.name,
    trigger: plan.trigger ?? null,
    attempt: plan.attempt,
    phase: plan.phase,
    action,
    pod: pod ?? null,
    channel: channel ?? null,
    node: node === undefined ? null : nodes[node]!.name,
    done_ns: doneNs ?? null,
    error: error ?? null,
  });
}

/** A row of a channel that comes into a state. */
function appendChannel(
  table: Recorder['tables']['channels'],
  { apps, nodes }: Pick<World, 'apps' | 'nodes'>,
  timeNs: number,
  { channel, state, heldBps, latencyNs, cause }: ChannelNote,
): void {
  table.append({
    time_ns: timeNs,
    channel: channel.id,
    app: apps[channel.source.app]!.name,
    from_pod: channel.source.name,
    to_pod: channel.target.name,
    from_node: nodes[channel.from]!.name,
    to_node: nodes[channel.to]!.name,
    service_class: channel.channel.serviceClass,
    state,
    path: channel.path,
    bandwidth_bps: channel.channel.minBandwidthBps ?? null,
    held_bps: heldBps,
    max_delay_ns: channel.channel.maxDelayNs ?? null,
    latency_ns: latencyNs ?? null,
    cause: cause ?? null,
  });
}
