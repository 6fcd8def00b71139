import type { Channel } from '../../model/index.ts';
import type { Network, ReservationId } from '../network/index.ts';

/** The reservations of those of the channels that are assured and state a bandwidth, one a channel. */
export function reservationsOf(channels: Iterable<Channel>, network: Network): ReadonlyMap<Channel, ReservationId> {
  const byChannel = new Map<Channel, ReservationId>();
  for (const channel of channels) {
    if (channel.serviceClass !== 'ASSURED' || !(channel.minBandwidthBps! > 0) || byChannel.has(channel)) continue;
    byChannel.set(channel, network.addReservation(channel.minBandwidthBps!));
  }
  return byChannel;
}
