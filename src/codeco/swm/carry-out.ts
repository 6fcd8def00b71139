import type { Pod } from '../../kubernetes/index.ts';
import type { NodeId } from '../../model/index.ts';
import type { AssignmentPlan, AssignmentPlans } from './assignment-plans.ts';
import type { Channels, LiveChannel } from './channels.ts';

/** What a plan comes to. */
export interface PlannedPlacement {
  /** The channels that there are to be of the pods that were placed. */
  readonly channels: readonly LiveChannel[];
  /** The pods that get a node. */
  readonly placed: readonly (readonly [Pod, NodeId])[];
  /** The pods that others take the place of, with the channels that they had when that was decided. */
  readonly leaving: ReadonlyMap<Pod, readonly LiveChannel[]>;
}

/**
 * Carries a plan out as far as it is SWM's: channels that are not wanted any more go, so that their bandwidth is free for
 * the new ones; channels that are as they were stay. A source pod has one channel of a kind. Endpoints are the pods' ends of
 * channels between nodes. Binding and deleting pods is the control plane's. Own design.
 */
export function carryOut(
  plan: AssignmentPlan,
  planned: PlannedPlacement,
  channels: Channels,
  plans: AssignmentPlans,
): void {
  const { placed, leaving } = planned;
  const stale = new Set([...leaving.values()].flat());
  const fresh: LiveChannel[] = [];
  for (const wanted of planned.channels) {
    const before = channels
      .of(wanted.source)
      .find(({ source, channel }) => source === wanted.source && channel === wanted.channel);
    if (before !== undefined && before.target === wanted.target && before.path === wanted.path) continue;
    if (before !== undefined) stale.add(before);
    fresh.push(wanted);
  }
  for (const channel of stale) {
    channels.close(channel);
    plans.act(plan, 'DeleteChannel', { channel: channel.id });
  }
  const isNew = new Set(placed.map(([pod]) => pod));
  const ends = new Map(
    fresh.filter(isBetweenNodes).flatMap(({ source, from, target, to }) => [
      [source, from],
      [target, to],
    ]),
  );
  for (const [pod, node] of ends)
    plans.act(plan, isNew.has(pod) ? 'CreateEndpoint' : 'ReconfigureEndpoint', { pod: pod.name, node });
  for (const wanted of fresh) {
    const error = channels.request(wanted);
    plans.act(plan, 'CreateChannel', { channel: wanted.id, ...(error === undefined ? {} : { error }) });
  }
  for (const [pod, node] of placed) plans.createPod(plan, pod, node);
  for (const [pod, had] of leaving) plans.deletePod(plan, pod, had.some(isBetweenNodes));
}

const isBetweenNodes = ({ way }: LiveChannel): boolean => way.length > 0;
