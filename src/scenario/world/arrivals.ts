import type { Nanoseconds } from '../../kernel/index.ts';
import { expectedUnit, parseDuration, parseMeanIntervalNs, type LinearSeries } from '../../model/index.ts';
import { MOST_FACTOR, type Scenario } from '../schema/index.ts';
import type { Path } from '../source.ts';
import type { Build } from './build.ts';
import { meanDurationNs, readDuration } from './durations.ts';
import { readSeries } from './energy.ts';
import { constant, crowd, meanFactor, unrolled } from './rate-factors.ts';
import { readRecordedArrivals } from './recorded-arrivals.ts';
import type { Load } from './recording.ts';

type WrittenRequests = NonNullable<Scenario['spec']['users'][number]['requests']>;
type WrittenProcess<Name> = Extract<WrittenRequests['arrivals'], { readonly process: Name }>;

/** States that are shorter change more often than anybody wants. Own design. */
const LEAST_STAY_NS = 1e6;
const FALLBACK_NS = 1e9 as Nanoseconds;

/**
 * When a group's requests come, once it is known how many users it has; what is wrong is reported, and then the result is
 * undefined.
 * @param services the services of the application that it sends to
 */
export function readArrivals(
  build: Build,
  written: WrittenRequests,
  services: readonly string[],
  path: Path,
): ((users: number) => Load) | undefined {
  const { rate, arrivals } = written;
  const at = [...path, 'arrivals'];
  // no run comes of a duration that is wrong, but what else is wrong is told
  const durationNs = build.isBroken('spec', 'duration') ? FALLBACK_NS : parseDuration(build.scenario.spec.duration);
  if (typeof arrivals !== 'string' && (arrivals.process === 'recorded' || arrivals.process === 'closed')) {
    if (rate !== undefined) {
      const expected = `no "rate": ${arrivals.process === 'closed' ? 'answers and think times' : 'the recording'} give it`;
      build.problem([...path, 'rate'], `a rate of requests that are ${arrivals.process}`, { expected });
    }
    return arrivals.process === 'closed'
      ? readClosed(build, arrivals, at)
      : readRecordedArrivals(build, arrivals, { service: written.to, services, durationNs }, at);
  }
  if (rate === undefined) {
    build.entryProblem(path, '"rate" is missing', { expected: expectedUnit('rate') });
    return undefined;
  }
  const load = readOpen(build, arrivals, parseMeanIntervalNs(rate), durationNs, at);
  return load && (() => load);
}

function readClosed(build: Build, written: WrittenProcess<'closed'>, path: Path): (() => Load) | undefined {
  const thinkTime = readDuration(build, written.thinkTime, [...path, 'thinkTime']);
  const meanNs = meanDurationNs(thinkTime);
  if (meanNs === 0) {
    build.problem([...path, 'thinkTime'], 'no time to think', {
      expected: 'more than 0s in the mean: a request that fails at once would be sent again for ever',
    });
  }
  // at most so many: answers that take no time
  return () => ({ arrivals: { process: 'closed', thinkTime }, meanRatePerNs: 1 / meanNs });
}

function readOpen(
  build: Build,
  arrivals: 'poisson' | 'periodic' | WrittenProcess<'mmpp' | 'diurnal' | 'flash-crowd'>,
  meanIntervalNs: number,
  durationNs: Nanoseconds,
  path: Path,
): Load | undefined {
  if (typeof arrivals === 'string') {
    return { arrivals: { process: arrivals, meanIntervalNs }, meanRatePerNs: 1 / meanIntervalNs };
  }
  switch (arrivals.process) {
    case 'mmpp': {
      const states = arrivals.states.map(({ factor, meanStay }) => ({ factor, meanStayNs: parseDuration(meanStay) }));
      for (const [index, { meanStayNs }] of states.entries()) {
        if (meanStayNs >= LEAST_STAY_NS) continue;
        build.problem([...path, 'states', index, 'meanStay'], 'too short a stay', { expected: 'at least 1ms' });
      }
      if (states.every(({ factor }) => factor === 0)) {
        build.problem([...path, 'states'], 'factors that are all 0', { expected: 'one above 0' });
      }
      // from each state to any other alike: each is visited as often, and lasts its share of the time
      const cycleNs = states.reduce((sum, { meanStayNs }) => sum + meanStayNs, 0);
      const mean = states.reduce((sum, { factor, meanStayNs }) => sum + factor * (meanStayNs / cycleNs), 0);
      const process = { process: 'mmpp', meanIntervalNs, states, chainOf: arrivals.statesOf } as const;
      return { arrivals: process, meanRatePerNs: mean / meanIntervalNs };
    }
    case 'diurnal':
    case 'flash-crowd': {
      const factor = arrivals.process === 'diurnal' ? readDay(build, arrivals, durationNs, path) : readCrowd(arrivals);
      if (factor === undefined) return undefined;
      const mean = meanFactor(factor, durationNs);
      return { arrivals: { process: arrivals.process, meanIntervalNs, factor }, meanRatePerNs: mean / meanIntervalNs };
    }
  }
}

function readDay(
  build: Build,
  written: WrittenProcess<'diurnal'>,
  durationNs: Nanoseconds,
  path: Path,
): LinearSeries | undefined {
  const { hourly, file } = written;
  if ((hourly === undefined) === (file === undefined)) {
    const found = hourly === undefined ? 'neither "hourly" nor "file"' : 'both "hourly" and "file"';
    build.entryProblem(path, found, { expected: 'exactly one of them' });
    return undefined;
  }
  const day = hourly === undefined ? { file: file! } : { hourly };
  const steps = readSeries<number>(build, day, path, 'factor', MOST_FACTOR, (factor) => factor);
  const during = written.crowd === undefined ? constant : readCrowd(written.crowd);
  return unrolled(steps, during, durationNs);
}

function readCrowd(written: NonNullable<WrittenProcess<'diurnal'>['crowd']>): LinearSeries {
  const { at, rise, factor, hold, decay } = written;
  return crowd({
    atNs: parseDuration(at),
    riseNs: parseDuration(rise),
    factor,
    holdNs: parseDuration(hold),
    decayNs: parseDuration(decay),
  });
}
