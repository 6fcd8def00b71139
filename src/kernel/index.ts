export { Digest } from './digest.ts';
export { type DigestTrail, type EventRange, firstDifference, TrailRecorder } from './digest-trail.ts';
export { divergence, type KernelRun } from './divergence.ts';
export { type EventDifference, EventLog, firstDivergence, type LoggedEvent } from './event-log.ts';
export { type EventId, EventQueue, NO_EVENT } from './event-queue.ts';
export { type Handler, type HandlerId, Kernel, type KernelOptions, type RunEnd, type RunOptions } from './kernel.ts';
export { acos, asin, atan, atan2, cos, exp, expm1, hypot, log, log1p, pow, sin, tan } from './math/index.ts';
export { RandomStream, RandomStreams, type StreamFamily } from './streams.ts';
export { fromSeconds, MAX_TIME_NS, NS_PER_MS, NS_PER_S, roundUpNs, type Nanoseconds } from './time.ts';
