import {
  MAX_TIME_NS,
  NO_EVENT,
  type EventId,
  type HandlerId,
  type Kernel,
  type Nanoseconds,
} from '../../kernel/index.ts';

/** Schedules an event after a delay that a scenario states, rounded up to whole ns; none where it lies beyond the end of time. */
export function afterOrNever(kernel: Kernel, delayNs: number, handler: HandlerId, a = 0, b = 0): EventId {
  const time = kernel.now + Math.ceil(delayNs);
  return time > MAX_TIME_NS ? NO_EVENT : kernel.at(time as Nanoseconds, handler, a, b);
}
