import type { Nanoseconds } from '../../kernel/index.ts';
import {
  distance,
  parseDistance,
  parseDuration,
  parseSpeed,
  type AccessPoint,
  type Area,
  type Metres,
  type Mobility,
  type Point,
  type Range,
} from '../../model/index.ts';
import type { Scenario } from '../schema/index.ts';
import type { Path } from '../source.ts';
import type { Build } from './build.ts';
import { placeCentre } from './centre.ts';
import type { Infrastructure } from './infrastructure.ts';
import { MOST_USERS } from './limits.ts';
import { readTrace } from './tracks.ts';

type Written = Exclude<Scenario['spec']['users'][number]['mobility'], undefined>;
export type WrittenMoves = Exclude<Written, { readonly model: 'static' }>;
type WrittenArea = Extract<WrittenMoves, { readonly model: 'random-waypoint' }>['area'];
type Rectangle = Extract<Area, { readonly shape: 'rectangle' }>;

/** How a group moves, as far as it can be read before the plane is projected. */
export interface Motion {
  /** How many users there are where the group does not say so. */
  readonly count?: number;
  /** Most users that there can be. */
  readonly most?: number;
  /** A point of the area or way of a user; its coordinates are there once the plane has been projected. */
  readonly position: Point;
  /** The motion on the projected plane; what is wrong with it is reported. */
  readonly settle: (count: number) => Mobility | undefined;
}

/** A way or a step that is shorter makes more events than anybody wants. Own design. */
const LEAST_WAY_NS = 1e6;

/** Reads how a group moves; what is wrong is reported, and then the result is undefined. */
export function readMobility(
  build: Build,
  infrastructure: Infrastructure,
  accessPoints: readonly AccessPoint[],
  written: WrittenMoves,
  path: Path,
): Motion | undefined {
  switch (written.model) {
    case 'random-waypoint': {
      const area = readArea(build, infrastructure, accessPoints, written.area, path);
      const speedMps = readRange(build, written.speed, parseSpeed, [...path, 'speed']);
      const pauseNs = readRange(build, written.pause, parseDuration, [...path, 'pause']);
      if (area === undefined || speedMps === undefined || pauseNs === undefined) return undefined;
      return {
        position: area.centre,
        settle: () => {
          const settled = area.settle();
          if (settled === undefined) return undefined;
          const acrossM = settled.shape === 'disc' ? 2 * settled.radiusM : Math.max(settled.widthM, settled.heightM);
          demandLongWays(build, acrossM, speedMps.max, path);
          return { model: 'random-waypoint', area: settled, speedMps, pauseNs };
        },
      };
    }
    case 'manhattan': {
      const area = readArea(build, infrastructure, accessPoints, written.area, path);
      const speedMps = readRange(build, written.speed, parseSpeed, [...path, 'speed']);
      const blockM = parseDistance(written.block);
      if (area === undefined || speedMps === undefined) return undefined;
      demandLongWays(build, blockM, speedMps.max, path);
      return {
        position: area.centre,
        settle: () => {
          const settled = area.settle() as Rectangle | undefined;
          if (settled === undefined) return undefined;
          if (Math.min(settled.widthM, settled.heightM) < blockM) {
            const size = `${Math.floor(settled.widthM)} m by ${Math.floor(settled.heightM)} m`;
            build.problem([...path, 'block'], `a block of ${written.block} in an area of ${size}`, {
              expected: 'at least one block each way',
            });
          }
          return { model: 'manhattan', area: settled, blockM, speedMps, turn: written.turn };
        },
      };
    }
    case 'gauss-markov': {
      const area = readArea(build, infrastructure, accessPoints, written.area, path);
      const meanSpeedMps = parseSpeed(written.speed);
      const stepNs = parseDuration(written.step);
      if (stepNs < LEAST_WAY_NS) build.problem([...path, 'step'], 'too short a step', { expected: 'at least 1ms' });
      if (area === undefined) return undefined;
      return {
        position: area.centre,
        settle: () => {
          const settled = area.settle() as Rectangle | undefined;
          if (settled === undefined) return undefined;
          demandLongWays(build, Math.min(settled.widthM, settled.heightM), meanSpeedMps, path);
          return { model: 'gauss-markov', area: settled, meanSpeedMps, memory: written.memory, stepNs };
        },
      };
    }
    case 'route':
      return readRoute(build, infrastructure, written, path);
    case 'group': {
      const leader = readMobility(build, infrastructure, accessPoints, written.leader, [...path, 'leader']);
      const speedMps = readRange(build, written.speed, parseSpeed, [...path, 'speed']);
      const pauseNs = readRange(build, written.pause, parseDuration, [...path, 'pause']);
      const radiusM = parseDistance(written.radius);
      if (leader === undefined || speedMps === undefined || pauseNs === undefined) return undefined;
      demandLongWays(build, 2 * radiusM, speedMps.max, path);
      const { size } = written;
      return {
        // of a leader alone it is known how many there are
        ...(leader.most === undefined ? {} : { most: size === undefined ? MOST_USERS : leader.most * size }),
        position: leader.position,
        settle: (count) => {
          const perLeader = size ?? count;
          const settled = leader.settle(Math.ceil(count / perLeader));
          if (settled === undefined || settled.model === 'group') return undefined;
          return { model: 'group', leader: settled, size: perLeader, radiusM, speedMps, pauseNs };
        },
      };
    }
    case 'trace': {
      const tracks = readTrace(build, infrastructure.plane, written, path);
      return tracks && { ...tracks, most: tracks.count };
    }
  }
}

function readRoute(
  build: Build,
  { plane }: Infrastructure,
  written: Extract<WrittenMoves, { readonly model: 'route' }>,
  path: Path,
): Motion | undefined {
  const { speed, timetable, end } = written;
  const waypoints = written.waypoints.map((at, index) => plane.place(at, [...path, 'waypoints', index], 'users'));
  if ((speed === undefined) === (timetable === undefined)) {
    build.entryProblem(path, speed === undefined ? 'neither "speed" nor "timetable"' : 'both "speed" and "timetable"', {
      expected: 'exactly one of them',
    });
    return undefined;
  }
  const timetableNs = timetable?.map((time) => parseDuration(typeof time === 'string' ? time : time.arrive));
  const departuresNs = timetable?.map((time) => parseDuration(typeof time === 'string' ? time : time.depart));
  const everyNs = written.every === undefined ? undefined : parseDuration(written.every);
  if (timetableNs !== undefined) {
    if (timetableNs.length !== waypoints.length) {
      build.problem([...path, 'timetable'], `${timetableNs.length} times for ${waypoints.length} waypoints`, {
        expected: 'one time for each waypoint',
      });
      return undefined;
    }
    checkTimetable(build, timetable!, timetableNs, departuresNs!, path);
    const lastNs = departuresNs!.at(-1)!;
    if (everyNs !== undefined && timetableNs[0]! + everyNs <= lastNs) {
      build.problem([...path, 'every'], `a timetable that begins anew before it is over`, {
        expected: `more than ${(lastNs - timetableNs[0]!) / 1e9}s`,
      });
    }
    if (end !== 'stop') {
      build.problem([...path, 'end'], `"${end}" of a route with a timetable`, { expected: 'stop: it ends there' });
    }
  }
  if (everyNs !== undefined && timetable === undefined) {
    build.problem([...path, 'every'], '"every" of a route without a timetable', {
      expected: 'end: loop, or a timetable',
    });
  }
  const speedMps = speed === undefined ? undefined : parseSpeed(speed);
  return {
    count: 1,
    position: waypoints[0]!,
    settle: () => {
      if (speedMps !== undefined && end !== 'stop') {
        let lengthM = 0;
        for (const [index, point] of waypoints.entries())
          lengthM += distance(waypoints[Math.max(index - 1, 0)]!, point);
        demandLongWays(build, lengthM / waypoints.length, speedMps, path);
      }
      return {
        model: 'route',
        waypoints,
        ...(timetableNs === undefined ? {} : { timetableNs }),
        ...(timetable?.some((time) => typeof time !== 'string') ? { departuresNs: departuresNs! } : {}),
        ...(everyNs === undefined ? {} : { everyNs }),
        ...(speedMps === undefined ? {} : { speedMps }),
        pauseNs: parseDuration(written.pause),
        end,
        headwayNs: parseDuration(written.headway),
      };
    },
  };
}

type WrittenTime = string | { readonly arrive: string; readonly depart: string };

/** Reports stops that are left before they are reached. */
function checkTimetable(
  build: Build,
  timetable: readonly WrittenTime[],
  arrivalsNs: readonly Nanoseconds[],
  departuresNs: readonly Nanoseconds[],
  path: Path,
): void {
  for (const [index, time] of timetable.entries()) {
    const at = [...path, 'timetable', index];
    if (index > 0 && arrivalsNs[index]! <= departuresNs[index - 1]!) {
      const before = timetable[index - 1]!;
      const expected = `later than ${typeof before === 'string' ? before : before.depart}`;
      const place = typeof time === 'string' ? at : [...at, 'arrive'];
      build.problem(place, 'a time that does not come after the one before', { expected });
      return;
    }
    if (typeof time !== 'string' && departuresNs[index]! < arrivalsNs[index]!) {
      build.problem([...at, 'depart'], 'a departure before the arrival', { expected: `${time.arrive} or later` });
      return;
    }
  }
}

function readRange<Value extends number>(
  build: Build,
  written: string | { readonly min: string; readonly max: string },
  parse: (text: string) => Value,
  path: Path,
): Range<Value> | undefined {
  if (typeof written === 'string') return { min: parse(written), max: parse(written) };
  const range = { min: parse(written.min), max: parse(written.max) };
  if (range.max >= range.min) return range;
  build.problem([...path, 'max'], 'a largest value below the smallest', { expected: `at least ${written.min}` });
  return undefined;
}

/** An area; the default one, and the coordinates of every one, are there when it is settled. */
function readArea(
  build: Build,
  infrastructure: Infrastructure,
  accessPoints: readonly AccessPoint[],
  written: WrittenArea,
  path: Path,
): { readonly centre: Point; readonly settle: () => Area | undefined } | undefined {
  if (written === undefined) {
    const centre = { x: 0, y: 0 };
    return { centre, settle: () => around(build, accessPoints, centre, path) };
  }
  const centre = placeCentre(build, infrastructure, written.around, [...path, 'area', 'around']);
  if (centre === undefined) return undefined;
  const area: Area =
    'radius' in written
      ? { shape: 'disc', centre, radiusM: parseDistance(written.radius) }
      : { shape: 'rectangle', centre, widthM: parseDistance(written.width), heightM: parseDistance(written.height) };
  return { centre, settle: () => area };
}

/** The smallest rectangle that holds all access points. */
function around(
  build: Build,
  accessPoints: readonly AccessPoint[],
  centre: { x: number; y: number },
  path: Path,
): Rectangle | undefined {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { position } of accessPoints) {
    left = Math.min(left, position.x);
    right = Math.max(right, position.x);
    bottom = Math.min(bottom, position.y);
    top = Math.max(top, position.y);
  }
  if (!(right > left && top > bottom)) {
    build.entryProblem(path, '"area" is missing, and the access points span none', {
      expected: 'an area such as { around: { x: 0m, y: 0m }, width: 1km, height: 500m }',
    });
    return undefined;
  }
  centre.x = (left + right) / 2;
  centre.y = (bottom + top) / 2;
  return { shape: 'rectangle', centre, widthM: (right - left) as Metres, heightM: (top - bottom) as Metres };
}

/** Reports ways that are over before they have begun. */
function demandLongWays(build: Build, lengthM: number, speedMps: number, path: Path): void {
  const durationNs = ((lengthM / speedMps) * 1e9) as Nanoseconds;
  if (durationNs >= LEAST_WAY_NS) return;
  build.entryProblem(path, `ways of ${lengthM} m at ${speedMps} m/s: they take less than 1ms`, {
    expected: 'longer ways or a lower speed',
  });
}
