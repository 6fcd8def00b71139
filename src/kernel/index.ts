export { Kernel, NO_EVENT, type EventId, type Handler, type HandlerId, type RunOptions } from './kernel.ts';
export { RandomStream, RandomStreams } from './streams.ts';
export { fromSeconds, MAX_TIME_NS, NS_PER_MS, NS_PER_S, roundUpNs, type Nanoseconds } from './time.ts';
