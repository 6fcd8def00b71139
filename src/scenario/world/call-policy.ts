import { parseDuration, parseShare, type CallPolicy, type Channel } from '../../model/index.ts';
import { nearest } from '../nearest.ts';
import type { Scenario } from '../schema/index.ts';
import type { Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';

type WrittenCalls = Scenario['spec']['apps'][number]['behaviour'][string]['callsTo'];
type WrittenPolicy = Pick<WrittenCalls[string], 'timeout' | 'retries'>;

/** What a caller does about slow and failed calls; undefined where it says nothing of the kind. */
export function readCallPolicy(build: Build, { timeout, retries }: WrittenPolicy, path: Path): CallPolicy | undefined {
  if (timeout === undefined && retries === undefined) return undefined;
  if (retries !== undefined && parseDuration(retries.maxBackoff) < parseDuration(retries.backoff)) {
    build.problem([...path, 'retries', 'maxBackoff'], `less than backoff, ${retries.backoff}`, {
      expected: `a duration of at least ${retries.backoff}`,
    });
  }
  return {
    ...(timeout === undefined ? {} : { timeoutNs: parseDuration(timeout) }),
    ...(retries === undefined
      ? {}
      : {
          retries: {
            attempts: retries.attempts,
            backoffNs: parseDuration(retries.backoff),
            maxBackoffNs: parseDuration(retries.maxBackoff),
            jitter: retries.jitter,
            ...(retries.budget === undefined ? {} : { budget: retries.budget }),
          },
        }),
  };
}

/** A channel with what its caller's behaviour says of the calls along it. */
export function withCallSettings(
  build: Build,
  channel: Channel,
  calls: WrittenCalls,
  name: string,
  path: Path,
): Channel {
  if (!Object.hasOwn(calls, name)) return channel;
  const { fanOut, probability, maxDepth, ...written } = calls[name]!;
  const policy = readCallPolicy(build, written, [...path, name]);
  const isOnce = fanOut === 1 && probability === undefined && maxDepth === undefined;
  return {
    ...channel,
    ...(policy === undefined ? {} : { policy }),
    ...(isOnce
      ? {}
      : {
          calls: {
            fanOut,
            ...(probability === undefined ? {} : { probability: parseShare(probability) }),
            ...(maxDepth === undefined ? {} : { maxDepth }),
          },
        }),
  };
}

/**
 * Reports settings of calls that are never made.
 * @param called names of the services that the channels lead to, of all services with this behaviour
 * @param path of `callsTo`
 */
export function demandCalled(build: Build, calls: WrittenCalls, called: ReadonlySet<string>, path: Path): void {
  const known = [...called];
  for (const name of Object.keys(calls)) {
    if (called.has(name)) continue;
    build.entryProblem([...path, name], `no channel leads to a service ${quote(name)}`, {
      expected: known.length === 0 ? 'no callsTo: there are no channels' : `one of ${known.join(', ')}`,
      nearest: () => nearest(name, known),
    });
  }
}
