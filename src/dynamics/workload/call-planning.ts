import type { RandomStream } from '../../kernel/index.ts';
import {
  callProbability,
  planCalls,
  type CallPlan,
  type Channel,
  type Service,
  type ServiceId,
} from '../../model/index.ts';

/** How the calls of requests that enter at one service are planned. */
export interface CallPlanning {
  /** The plan of every request, where nothing is left to chance. */
  readonly fixed: CallPlan | undefined;
  /** The plan of one request. */
  readonly draw: (stream: RandomStream) => CallPlan;
  /** The channels that may be called along. */
  readonly channels: readonly (Channel | undefined)[];
}

/** @param services whose calls end: see `meanVisits` */
export function planningOf(services: readonly Service[], entry: ServiceId): CallPlanning {
  const channels = channelsFrom(services, entry);
  const isDrawn = (channel: Channel): boolean => callProbability(channel) < 1;
  const fixed = channels.some(isDrawn) ? undefined : planCalls(services, entry);
  const draw = (stream: RandomStream): CallPlan =>
    planCalls(services, entry, (channel) => !isDrawn(channel) || stream.bernoulli(callProbability(channel)));
  return { fixed, draw, channels: fixed?.channels ?? channels };
}

/** Of the entry and all services that can be reached from it, breadth first. */
function channelsFrom(services: readonly Service[], entry: ServiceId): Channel[] {
  const reached = new Set([entry]);
  const channels: Channel[] = [];
  for (const service of reached) {
    for (const channel of services[service]!.channels) {
      channels.push(channel);
      reached.add(channel.to);
    }
  }
  return channels;
}
