import { type EventRange, firstDifference } from './digest-trail.ts';
import { type EventDifference, firstDivergence } from './event-log.ts';
import type { Kernel } from './kernel.ts';

/** Makes a kernel with these options added to its own, runs it to its end and returns it. */
export type KernelRun = (options: { readonly log?: EventRange }) => Kernel;

const MAX_ATTEMPTS = 8;

/**
 * Runs both, and if their digests differ runs them again to name the first event that does. With the same function twice it
 * finds what in it is not deterministic.
 *
 * The second time only the events between two entries of the digest trail are logged, so a long run costs no memory. Should the
 * runs not part there again (because one is not deterministic, or because an entry agreed by chance), more is logged and they are run again.
 * @returns undefined if the runs are the same
 * @throws {Error} if the runs differ in a way that could not be caught in 8 attempts
 */
export function divergence(left: KernelRun, right: KernelRun): EventDifference | undefined {
  const first = firstDifference(left({}).trail, right({}).trail);
  if (first === undefined) return undefined;
  let { from, to } = first;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const log = { from: Math.max(0, from - 1), to }; // one more: the last event in common is worth seeing
    const l = left({ log });
    const r = right({ log });
    if (l.log === undefined || r.log === undefined) {
      throw new Error(
        'divergence: found a kernel without a log, expected the option `log` to be passed on to the kernel',
      );
    }
    if (l.log.digestBefore === r.log.digestBefore) {
      const found = firstDivergence(l.log, r.log);
      if (found !== undefined) return found;
    }
    const next = firstDifference(l.trail, r.trail) ?? { from, to };
    from = Math.max(0, Math.min(from, next.from) - (to - from));
    to = Math.max(to, next.to);
  }
  throw new Error(
    `divergence: the runs parted at an event from ${first.from} to ${first.to - 1}, but not so again in ${MAX_ATTEMPTS} attempts`,
  );
}
