import type { CallPlan, Channel } from '../../model/index.ts';
import { NO_RESERVATION, type Network, type ReservationId } from '../network/index.ts';

/** By plan and position: the reservation of its channel, where that is assured and states a bandwidth; one a channel. */
export function reservationsOf(
  plans: readonly (CallPlan | undefined)[],
  network: Network,
): (readonly ReservationId[] | undefined)[] {
  const byChannel = new Map<Channel, ReservationId>();
  return plans.map((plan) => {
    const reservations = plan?.channels.map((channel) => {
      if (channel?.serviceClass !== 'ASSURED' || !(channel.minBandwidthBps! > 0))
        return NO_RESERVATION as ReservationId;
      const known = byChannel.get(channel) ?? network.addReservation(channel.minBandwidthBps!);
      byChannel.set(channel, known);
      return known;
    });
    return reservations?.some((reservation) => reservation !== NO_RESERVATION) === true ? reservations : undefined;
  });
}
