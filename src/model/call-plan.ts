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

export type ServiceGraph = readonly Pick<Service, 'name' | 'channels'>[];

/** A service graph may unroll to many more calls than it has services; more than this is surely a mistake. */
export const MAX_CALLS = 10_000;

/**
 * Unrolls the calls of a request that enters at `entry`: each service calls the target of each of its channels, as often as the
 * channel's `fanOut` says, no deeper than its `maxDepth`, and where `happens` says so.
 *
 * A channel whose scenario states neither a probability nor a depth is no call where it leads back to a caller: it carries
 * the response (as in the published Bookinfo resource, where `details` names `productpage`). Own design: CODECO's sources
 * describe channels as communication needs, not as calls.
 * @param happens whether one call along a channel is made; asked in the order of the tree, breadth first
 */
export function planCalls(
  services: ServiceGraph,
  entry: ServiceId,
  happens: (channel: Channel) => boolean = () => true,
): CallPlan {
  const planned: ServiceId[] = [entry];
  const channels: (Channel | undefined)[] = [undefined];
  const caller = [-1];
  const depth = [1];
  const firstCall: number[] = [];
  const callCount: number[] = [];
  for (let position = 0; position < planned.length; position++) {
    firstCall.push(planned.length);
    for (const channel of services[planned[position]!]!.channels) {
      const { to } = channel;
      if (depth[position]! >= maxDepth(channel)) continue;
      if (isResponse(channel, (service) => isCaller(planned, caller, position, service))) continue;
      for (let call = fanOut(channel); call > 0; call--) {
        if (!happens(channel)) continue;
        planned.push(to);
        channels.push(channel);
        caller.push(position);
        depth.push(depth[position]! + 1);
      }
    }
    callCount.push(planned.length - firstCall[position]!);
  }
  return { services: planned, channels, firstCall, callCount };
}

/** Along how many calls, one beside or after the other, a channel is used when it is. */
export function fanOut({ calls }: Channel): number {
  return calls?.fanOut ?? 1;
}

/** With what probability each of them is made. */
export function callProbability({ calls }: Channel): number {
  return calls?.probability ?? 1;
}

/** How deep below the user, whose request is at depth 1, a call along the channel may be. */
export function maxDepth({ calls }: Channel): number {
  return calls?.maxDepth ?? Infinity;
}

/** Whether the channel carries a response and no call, when it comes from a service with these callers or as itself. */
export function isResponse({ to, calls }: Channel, isCaller: (service: ServiceId) => boolean): boolean {
  return calls?.probability === undefined && calls?.maxDepth === undefined && isCaller(to);
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
