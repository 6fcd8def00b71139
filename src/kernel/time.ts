declare const unit: unique symbol;

/** A point in virtual time or a duration: a whole number of nanoseconds, exact in a JavaScript number for 104 days. */
export type Nanoseconds = number & { readonly [unit]: 'ns' };

export const NS_PER_S = 1e9;
export const NS_PER_MS = 1e6;

/** The longest time that a whole number of nanoseconds holds exactly: 2^53 - 1 ns, 104 days. */
export const MAX_TIME_NS = Number.MAX_SAFE_INTEGER as Nanoseconds;

/** The duration that a model computed as a real number of nanoseconds, rounded up to the next whole one. */
export function roundUpNs(durationNs: number): Nanoseconds {
  return Math.ceil(durationNs) as Nanoseconds;
}

/** The duration of a computed number of seconds, rounded up to the next whole nanosecond. */
export function fromSeconds(seconds: number): Nanoseconds {
  return Math.ceil(seconds * NS_PER_S) as Nanoseconds;
}
