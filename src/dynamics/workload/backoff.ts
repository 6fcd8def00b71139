import type { RandomStream } from '../../kernel/index.ts';
import type { Retries } from '../../model/index.ts';

/**
 * How long a caller waits before a retry, ns: exponential back-off, doubled each time up to `maxBackoff`. With full jitter the
 * wait is uniform between 0 and that (M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
 * @param failed attempts that have failed so far, 1 or more
 * @param stream drawn from once, where there is jitter
 */
export function backoffNs(
  { backoffNs, maxBackoffNs, jitter }: Retries,
  failed: number,
  stream: () => RandomStream,
): number {
  let longestNs: number = backoffNs;
  for (let doubled = 1; doubled < failed && longestNs < maxBackoffNs; doubled++) longestNs *= 2;
  longestNs = Math.min(longestNs, maxBackoffNs);
  return jitter === 'none' ? longestNs : Math.ceil(longestNs * stream().uniform());
}
