import type { CallPlan, Channel } from '../../model/index.ts';
import type { Network, ReservationId } from '../network/index.ts';

/** The reservations of the channels of the plans that are assured and state a bandwidth, one a channel. */
export function reservationsOf(
  plans: readonly (CallPlan | undefined)[],
  network: Network,
): ReadonlyMap<Channel, ReservationId> {
  const byChannel = new Map<Channel, ReservationId>();
  for (const plan of plans) {
    for (const channel of plan?.channels ?? []) {
      if (channel?.serviceClass !== 'ASSURED' || !(channel.minBandwidthBps! > 0) || byChannel.has(channel)) continue;
      byChannel.set(channel, network.addReservation(channel.minBandwidthBps!));
    }
  }
  return byChannel;
}
