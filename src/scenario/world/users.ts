import { RandomStream } from '../../kernel/index.ts';
import {
  parseDistance,
  type AccessPoint,
  type AppId,
  type Mobility,
  type Point,
  type RequestLoad,
  type ServiceId,
  type User,
  type UserGroup,
} from '../../model/index.ts';
import { userPositions, type Scenario } from '../schema/index.ts';
import { isMap, type Path } from '../source.ts';
import type { Apps } from './apps.ts';
import { readArrivals } from './arrivals.ts';
import { Names, type Build } from './build.ts';
import type { Infrastructure } from './infrastructure.ts';
import { MOST_USERS } from './limits.ts';
import { placeCentre } from './centre.ts';
import { readMobility, type WrittenMoves } from './mobility.ts';
import { placeAll } from './positions.ts';

type Written = Scenario['spec']['users'][number];

/** A group whose positions are known to be good, waiting for the plane to be projected. */
interface Placement {
  readonly group: number;
  readonly name: string;
  readonly path: Path;
  readonly count: number;
  readonly positions: () => (index: number) => Point;
  /** What each of its users sends; undefined where nothing. */
  readonly load?: (count: number) => RequestLoad;
  /** How its users move; undefined where they stand still. What is wrong with it is reported. */
  readonly mobility?: (count: number) => Mobility | undefined;
}

/** The users, by groups. */
export class Users {
  readonly groups: UserGroup[] = [];
  readonly users: User[] = [];
  readonly #build: Build;
  readonly #infrastructure: Infrastructure;
  readonly #apps: Apps;
  readonly #accessPoints: readonly AccessPoint[];
  readonly #placements: Placement[] = [];
  #count = 0;

  constructor(build: Build, infrastructure: Infrastructure, apps: Apps, accessPoints: readonly AccessPoint[]) {
    this.#build = build;
    this.#accessPoints = accessPoints;
    this.#infrastructure = infrastructure;
    this.#apps = apps;
  }

  /** Reads the groups and puts their listed positions on the plane. */
  place(): void {
    const names = new Names<number>('group of users');
    const { seed, users } = this.#build.scenario.spec;
    for (const [written, path] of this.#build.readable(users, 'spec', 'users')) {
      const load = this.#readLoad(written, path);
      const group = this.groups.push({ name: written.name }) - 1;
      const namePath = this.#build.places.get(written, 'name') === undefined ? path : [...path, 'name'];
      this.#build.declare(names, written.name, group, namePath);
      const placement = this.#placeGroup(written, path, group, seed);
      if (placement === undefined) continue;
      this.#placements.push(load === undefined ? placement : { ...placement, load });
      this.#count += placement.count;
      if (this.#count > MOST_USERS) {
        this.#build.entryProblem(path, `${this.#count} users so far`, { expected: `at most ${MOST_USERS} in all` });
        this.#build.problems.throwIfAny();
      }
    }
  }

  /** Reports unknown applications and services in the groups that cannot be read as a whole. */
  checkNames(): void {
    const groups: unknown = this.#build.scenario.spec.users;
    if (!Array.isArray(groups)) return;
    for (const [index, group] of (groups as unknown[]).entries()) {
      const path = ['spec', 'users', index];
      const requests = isMap(group) ? group['requests'] : undefined;
      if (!this.#build.isBroken(...path) || !isMap(requests)) continue;
      const { app, to } = requests;
      if (typeof app === 'string' && typeof to === 'string') this.#resolve(app, to, [...path, 'requests']);
    }
  }

  #resolve(app: string, to: string, path: Path): ServiceId | undefined {
    const id: AppId | undefined = this.#build.resolve(this.#apps.appNames, app, [...path, 'app']);
    const services = id === undefined ? undefined : this.#apps.serviceNames[id];
    return services && this.#build.resolve(services, to, [...path, 'to']);
  }

  /** Makes the users; the plane must have been projected. */
  settle(): void {
    for (const { group, name, count, positions, mobility, load } of this.#placements) {
      const position = positions();
      const moves = mobility?.(count);
      if (load !== undefined) this.groups[group] = { ...this.groups[group]!, requests: load(count) };
      if (moves !== undefined) this.groups[group] = { ...this.groups[group]!, mobility: moves };
      for (let index = 0; index < count; index++) {
        this.users.push({ name: `${name}-${index + 1}`, group, position: position(index) });
      }
    }
  }

  /** Warns of users that no access point reaches. */
  warnUncovered(isCovered: (point: Point) => boolean): void {
    const uncovered = new Map<number, number>();
    for (const { group, position } of this.users) {
      if (this.groups[group]!.mobility === undefined && !isCovered(position))
        uncovered.set(group, (uncovered.get(group) ?? 0) + 1);
    }
    for (const { group, path, count } of this.#placements) {
      const outside = uncovered.get(group) ?? 0;
      if (outside === 0) continue;
      this.#build.warn(
        [...path, 'at'],
        `${outside} of ${count} users are out of range of every access point: their requests fail`,
      );
    }
  }

  #readLoad(written: Written, path: Path): ((count: number) => RequestLoad) | undefined {
    if (written.requests === undefined) return undefined;
    const requestsPath = [...path, 'requests'];
    const service = this.#resolve(written.requests.app, written.requests.to, requestsPath);
    const app = this.#apps.appNames.entries.get(written.requests.app)?.entry;
    const services = app === undefined ? [] : [...this.#apps.serviceNames[app]!.entries.keys()];
    const arrivals = readArrivals(this.#build, written.requests, services, requestsPath);
    if (service === undefined || arrivals === undefined) return undefined;
    return (count) => ({ to: service, ...arrivals(count) });
  }

  #placeGroup(written: Written, path: Path, group: number, seed: number): Placement | undefined {
    const { name } = written;
    const { plane } = this.#infrastructure;
    if (written.mobility !== undefined && written.mobility.model !== 'static') {
      if (written.at !== undefined) {
        this.#build.problem([...path, 'at'], 'a position of users who move', {
          expected: 'no "at": "mobility" says where they are from the start',
        });
      }
      return this.#placeMoving(written, written.mobility, path, group);
    }
    if (written.at === undefined) {
      this.#build.entryProblem(path, '"at" is missing', { expected: userPositions['expects'] as string });
      return undefined;
    }
    if ('uniform' in written.at) {
      const { around } = written.at.uniform;
      const centre = placeCentre(this.#build, this.#infrastructure, around, [...path, 'at', 'uniform', 'around']);
      const radiusM = parseDistance(written.at.uniform.radius);
      if (written.count === undefined) {
        this.#build.entryProblem(path, '"count" is missing', { expected: 'how many users are drawn from the disc' });
      }
      if (centre === undefined) return undefined;
      const positions = () => drawFromDisc(new RandomStream(seed, `users/${name}/position`), centre, radiusM);
      return { group, name, path, count: written.count ?? 0, positions };
    }
    const room = { of: 'users', most: MOST_USERS, keepRows: false } as const;
    const paths = { positions: [...path, 'at'], count: [...path, 'count'] };
    const placed = placeAll(this.#build, plane, written.at, written.count, paths, room);
    return placed && { group, name, path, count: placed.count, positions: () => placed.position };
  }

  #placeMoving(written: Written, mobility: WrittenMoves, path: Path, group: number): Placement | undefined {
    const mobilityPath = [...path, 'mobility'];
    const motion = readMobility(this.#build, this.#infrastructure, this.#accessPoints, mobility, mobilityPath);
    if (motion === undefined) return undefined;
    const { count = motion.count } = written;
    if (count === undefined) {
      this.#build.entryProblem(path, '"count" is missing', { expected: 'how many users move so' });
      return undefined;
    }
    if (motion.most !== undefined && count > motion.most) {
      const expected = `at most ${motion.most}`;
      this.#build.problem([...path, 'count'], `${count} of them, but ${motion.most} recorded`, { expected });
      return undefined;
    }
    const { position } = motion;
    return { group, name: written.name, path, count, positions: () => () => position, mobility: motion.settle };
  }
}

/**
 * Positions uniform in a disc, drawn one after the other, by rejection from the square around it: exact, and without
 * trigonometry. Each position depends on the seed, the group's name and its own number alone.
 */
function drawFromDisc(stream: RandomStream, centre: Point, radiusM: number): () => Point {
  return () => {
    for (;;) {
      const x = 2 * stream.uniform() - 1;
      const y = 2 * stream.uniform() - 1;
      if (x * x + y * y <= 1) return { x: centre.x + radiusM * x, y: centre.y + radiusM * y };
    }
  };
}
