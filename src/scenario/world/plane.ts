import { cos } from '../../kernel/index.ts';
import { degreesEast, parseCoordinate, projected, type Point, type Projection } from '../../model/index.ts';
import type { Path } from '../source.ts';
import { formatPath } from '../source.ts';
import type { Build } from './build.ts';

/** A position as a scenario writes it. */
export type WrittenPosition =
  { readonly x: string; readonly y: string } | { readonly lat: number; readonly lon: number };

/** Mean radius of the Earth, m: R1 of the IUGG's reference ellipsoid, (2a + b) / 3. */
const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

interface Geographic {
  readonly lat: number;
  readonly lon: number;
  readonly point: { x: number; y: number };
  readonly isInfrastructure: boolean;
}

/**
 * The plane that all positions lie in. Geographic ones are projected equirectangularly about a point: x = R cos(lat0)
 * (lon - lon0), y = R (lat - lat0). Within a city, distances agree with the great circle's to 0.1 %.
 *
 * The point is the mean of the infrastructure's positions (of the users' where it has none), so that adding users
 * moves nobody.
 */
export class Plane {
  readonly #build: Build;
  readonly #geographic: Geographic[] = [];
  #projection: Projection | undefined;
  #first: { readonly kind: string; readonly path: Path } | undefined;

  constructor(build: Build) {
    this.#build = build;
  }

  /** A written position as a point; a geographic one gets its coordinates in `project`. */
  place(written: WrittenPosition, path: Path, of: 'infrastructure' | 'users'): Point {
    this.demandKind('lat' in written ? 'geographic' : 'planar', path);
    if ('lat' in written) return this.placeGeographic(written.lat, written.lon, of);
    return { x: parseCoordinate(written.x), y: parseCoordinate(written.y) };
  }

  placeGeographic(lat: number, lon: number, of: 'infrastructure' | 'users'): Point {
    const point = { x: 0, y: 0 };
    this.#geographic.push({ lat, lon, point, isInfrastructure: of === 'infrastructure' });
    return point;
  }

  /** Reports a position of the other kind than the scenario's first one. */
  demandKind(kind: 'planar' | 'geographic', path: Path): void {
    this.#first ??= { kind, path };
    if (this.#first.kind === kind) return;
    this.#build.problem(path, `a ${kind} position`, {
      expected: `a ${this.#first.kind} one, as at ${formatPath(this.#first.path)}: a scenario uses one kind throughout`,
    });
  }

  /** How positions are projected, once they have been; undefined where all are planar. */
  get projection(): Projection | undefined {
    return this.#projection;
  }

  /** Projects all geographic positions that have been placed. */
  project(): void {
    const infrastructure = this.#geographic.filter((position) => position.isInfrastructure);
    const reference = infrastructure.length > 0 ? infrastructure : this.#geographic;
    const first = reference[0];
    if (first === undefined) return;
    let latSum = 0;
    let eastSum = 0;
    for (const { lat, lon } of reference) {
      latSum += lat;
      eastSum += degreesEast(first.lon, lon);
    }
    const lat0 = latSum / reference.length;
    const lon0 = first.lon + eastSum / reference.length;
    const metresPerDegree = EARTH_RADIUS_M * RADIANS;
    this.#projection = {
      latDegrees: lat0,
      lonDegrees: lon0,
      northMetresPerDegree: metresPerDegree,
      eastMetresPerDegree: metresPerDegree * cos(lat0 * RADIANS),
    };
    for (const { lat, lon, point } of this.#geographic) Object.assign(point, projected(this.#projection, lat, lon));
  }
}
