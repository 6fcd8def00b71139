import type { ServiceId } from './ids.ts';
import type { Channel, Service } from './world.ts';

/**
 * The calls that one request makes, unrolled from the service graph into a tree. Position 0 is the service that the
 * request enters at; the calls of a position stand side by side from `firstCall`.
 */
export interface CallPlan {
  readonly services: readonly ServiceId[];
  /** By position, the channel along which it is called; none for the entry. */
  readonly channels: readonly (Channel | undefined)[];
  readonly firstCall: readonly number[];
  readonly callCount: readonly number[];
}

/** A service graph may unroll to many more calls than it has services; more than this is surely a mistake. */
export const MAX_CALLS = 10_000;

/**
 * Unrolls the calls of a request that enters at `entry`. A service calls the target of each of its channels, save a
 * service that is already among its callers: a channel back to a caller (as in the published Bookinfo resource, where
 * `details` names `productpage`) carries the response and is no further call. Own design: CODECO's sources describe
 * channels as communication needs, not as calls.
 * @throws {RangeError} where the tree has more than `MAX_CALLS` calls
 */
export function planCalls(services: readonly Pick<Service, 'name' | 'channels'>[], entry: ServiceId): CallPlan {
  const planned: ServiceId[] = [entry];
  const channels: (Channel | undefined)[] = [undefined];
  const caller = [-1];
  const firstCall: number[] = [];
  const callCount: number[] = [];
  for (let position = 0; position < planned.length; position++) {
    firstCall.push(planned.length);
    for (const channel of services[planned[position]!]!.channels) {
      const { to } = channel;
      if (isCaller(planned, caller, position, to)) continue;
      planned.push(to);
      channels.push(channel);
      caller.push(position);
    }
    callCount.push(planned.length - firstCall[position]!);
    if (planned.length > MAX_CALLS) {
      throw new RangeError(
        `a request to service ${services[entry]!.name} would make more than ${MAX_CALLS} calls: its service graph branches too much`,
      );
    }
  }
  return { services: planned, channels, firstCall, callCount };
}

function isCaller(
  planned: readonly ServiceId[],
  caller: readonly number[],
  position: number,
  service: ServiceId,
): boolean {
  for (let at = position; at >= 0; at = caller[at]!) if (planned[at] === service) return true;
  return false;
}
