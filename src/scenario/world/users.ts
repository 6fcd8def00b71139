import { RandomStream } from '../../kernel/index.ts';
import {
  parseDistance,
  parseMeanIntervalNs,
  type AppId,
  type Point,
  type RequestLoad,
  type ServiceId,
  type User,
  type UserGroup,
} from '../../model/index.ts';
import type { Scenario } from '../schema/index.ts';
import { isMap, type Path } from '../source.ts';
import type { Apps } from './apps.ts';
import { Names, type Build } from './build.ts';
import type { Infrastructure } from './infrastructure.ts';
import { MOST_USERS } from './limits.ts';
import { placeAll } from './positions.ts';

type Written = Scenario['spec']['users'][number];
type Disc = Extract<Written['at'], { readonly uniform: unknown }>['uniform'];

/** A group whose positions are known to be good, waiting for the plane to be projected. */
interface Placement {
  readonly group: number;
  readonly name: string;
  readonly path: Path;
  readonly count: number;
  readonly positions: () => (index: number) => Point;
}

/** The users, by groups. */
export class Users {
  readonly groups: UserGroup[] = [];
  readonly users: User[] = [];
  readonly #build: Build;
  readonly #infrastructure: Infrastructure;
  readonly #apps: Apps;
  readonly #placements: Placement[] = [];
  #count = 0;

  constructor(build: Build, infrastructure: Infrastructure, apps: Apps) {
    this.#build = build;
    this.#infrastructure = infrastructure;
    this.#apps = apps;
  }

  /** Reads the groups and puts their listed positions on the plane. */
  place(): void {
    const names = new Names<number>('group of users');
    const { seed, users } = this.#build.scenario.spec;
    for (const [written, path] of this.#build.readable(users, 'spec', 'users')) {
      const load = this.#readLoad(written, path);
      const group = this.groups.push({ name: written.name, ...(load === undefined ? {} : { requests: load }) }) - 1;
      const namePath = this.#build.places.get(written, 'name') === undefined ? path : [...path, 'name'];
      this.#build.declare(names, written.name, group, namePath);
      const placement = this.#placeGroup(written, path, group, seed);
      if (placement === undefined) continue;
      this.#placements.push(placement);
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
    for (const { group, name, count, positions } of this.#placements) {
      const position = positions();
      for (let index = 0; index < count; index++) {
        this.users.push({ name: `${name}-${index + 1}`, group, position: position(index) });
      }
    }
  }

  /** Warns of users that no access point reaches. */
  warnUncovered(isCovered: (point: Point) => boolean): void {
    const uncovered = new Map<number, number>();
    for (const { group, position } of this.users) {
      if (!isCovered(position)) uncovered.set(group, (uncovered.get(group) ?? 0) + 1);
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

  #readLoad(written: Written, path: Path): RequestLoad | undefined {
    if (written.requests === undefined) return undefined;
    const { app, to, rate, arrivals } = written.requests;
    const service = this.#resolve(app, to, [...path, 'requests']);
    return service === undefined ? undefined : { to: service, arrivals, meanIntervalNs: parseMeanIntervalNs(rate) };
  }

  #placeGroup(written: Written, path: Path, group: number, seed: number): Placement | undefined {
    const { name } = written;
    const { plane } = this.#infrastructure;
    if ('uniform' in written.at) {
      const centre = this.#centreOf(written.at.uniform, [...path, 'at', 'uniform', 'around']);
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

  #centreOf(disc: Disc, path: Path): Point | undefined {
    const { clusters, clusterNames, plane, vertices } = this.#infrastructure;
    if (typeof disc.around !== 'string') return plane.place(disc.around, path, 'users');
    const cluster = this.#build.resolve(clusterNames, disc.around, path);
    if (cluster === undefined) return undefined;
    const { position } = vertices[clusters[cluster]!.gateway]!;
    if (position === undefined && !this.#build.isBroken('spec', 'infrastructure', 'clusters', cluster)) {
      this.#build.problem(path, `the cluster "${disc.around}" has no position`, {
        expected: 'a cluster with "at", or a position',
      });
    }
    return position;
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
