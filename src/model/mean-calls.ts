import { callProbability, fanOut, isResponse, maxDepth, MAX_CALLS, type ServiceGraph } from './call-plan.ts';
import type { ServiceId } from './ids.ts';

/** Levels of the tree of calls that are looked at, and the mean number of visits below which nothing more comes. */
const MAX_LEVELS = 100_000;
const NEGLIGIBLE = 1e-100;

/** A service and all services that have called on the way to it: what decides what it calls. */
interface Place {
  readonly service: ServiceId;
  readonly path: ReadonlySet<ServiceId>;
  /** Where its calls lead; found when first needed. */
  calls?: readonly { readonly to: Place; readonly mean: number; readonly maxDepth: number }[];
}

/** A request makes more calls than are simulated, in the mean. */
export class TooManyCalls extends RangeError {
  /** Whether it goes round a loop of services. */
  readonly isLoop: boolean;

  constructor(entry: string, loop: readonly string[] | undefined) {
    super(
      loop === undefined
        ? `a request to service ${entry} would make more than ${MAX_CALLS} calls: its service graph branches too much`
        : `a request to service ${entry} would make more than ${MAX_CALLS} calls in the mean, round the loop ${loop.join(' → ')}`,
    );
    this.isLoop = loop !== undefined;
  }
}

/**
 * The mean number of visits that a request which enters at `entry` makes to each service, itself included: the row of the entry
 * in the sum of all powers of the matrix of mean calls, which is finite where its spectral radius is below 1 (Harris, The Theory
 * of Branching Processes, 1963, ch. II) or where `maxDepth` ends the loops. Summed level by level, so exact where there are no
 * loops.
 * @returns by service
 * @throws {TooManyCalls} where a request makes more than `MAX_CALLS` calls in the mean; it names the loop if there is one
 */
export function meanVisits(services: ServiceGraph, entry: ServiceId): number[] {
  const visits = services.map(() => 0);
  const places = new Map<string, Place>();
  let level = new Map<Place, number>([[placeOf(places, entry, new Set([entry])), 1]]);
  let total = 0;
  let halfway = 0;
  for (let depth = 1; level.size > 0; depth++) {
    const next = new Map<Place, number>();
    let mean = 0;
    for (const [place, visitsHere] of level) {
      visits[place.service]! += visitsHere;
      mean += visitsHere;
      for (const call of callsOf(services, places, place)) {
        if (depth < call.maxDepth) next.set(call.to, (next.get(call.to) ?? 0) + visitsHere * call.mean);
      }
    }
    total += mean;
    if (mean < NEGLIGIBLE) break;
    if (depth === MAX_LEVELS / 2) halfway = mean;
    const isEndless = depth === MAX_LEVELS && mean > 0.99 * halfway;
    if (total > MAX_CALLS || places.size > MAX_CALLS || isEndless) {
      throw new TooManyCalls(services[entry]!.name, loopIn(services, places, level));
    }
    if (depth === MAX_LEVELS) break;
    level = next;
  }
  return visits;
}

function placeOf(places: Map<string, Place>, service: ServiceId, path: ReadonlySet<ServiceId>): Place {
  const key = `${service}<${[...path].sort((a, b) => a - b).join(',')}`;
  let place = places.get(key);
  if (place === undefined) places.set(key, (place = { service, path }));
  return place;
}

function callsOf(services: ServiceGraph, places: Map<string, Place>, place: Place): NonNullable<Place['calls']> {
  return (place.calls ??= services[place.service]!.channels.flatMap((channel) => {
    const mean = fanOut(channel) * callProbability(channel);
    if (mean === 0 || isResponse(channel, (service) => place.path.has(service))) return [];
    const to = placeOf(places, channel.to, new Set([...place.path, channel.to]));
    return [{ to, mean, maxDepth: maxDepth(channel) }];
  }));
}

/** The shortest loop through the place where most visits are left, of those that lie on one: the names of its services. */
function loopIn(
  services: ServiceGraph,
  places: Map<string, Place>,
  level: ReadonlyMap<Place, number>,
): readonly string[] | undefined {
  const byVisits = [...level].sort(([, a], [, b]) => b - a).map(([place]) => place);
  for (const place of byVisits.slice(0, 100)) {
    const loop = loopThrough(services, places, place);
    if (loop !== undefined) return loop.map(({ service }) => services[service]!.name);
  }
  return undefined;
}

/** The shortest way of calls from a place back to it, breadth first. */
function loopThrough(services: ServiceGraph, places: Map<string, Place>, start: Place): Place[] | undefined {
  const cameFrom = new Map<Place, Place>();
  const queue = [start];
  for (const place of queue) {
    for (const { to } of callsOf(services, places, place)) {
      if (to === start) {
        const loop = [start];
        for (let at = place; at !== start; at = cameFrom.get(at)!) loop.unshift(at);
        return [start, ...loop];
      }
      if (cameFrom.has(to)) continue;
      cameFrom.set(to, place);
      queue.push(to);
    }
    if (places.size > 2 * MAX_CALLS) return undefined;
  }
  return undefined;
}
