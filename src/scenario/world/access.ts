import {
  distance,
  parseBandwidth,
  parseDistance,
  parseDuration,
  type AccessPoint,
  type LinkId,
  type Point,
  type VertexId,
} from '../../model/index.ts';
import { readImpairments } from './impairments.ts';
import { technologyDefaults, type Scenario } from '../schema/index.ts';
import type { Path } from '../source.ts';
import type { Build } from './build.ts';
import { linkPowerField } from './energy.ts';
import type { Infrastructure } from './infrastructure.ts';
import { MOST_ACCESS_POINTS } from './limits.ts';
import { placeAll } from './positions.ts';

type Written = Exclude<Scenario['spec']['infrastructure']['access'], readonly unknown[]>;

const LEAST_HYSTERESIS_M = 1e-3;

type RateStep = NonNullable<AccessPoint['rateSteps']>[number];

function readStep({ within, rate }: { readonly within: string; readonly rate: string }): RateStep {
  return { withinM: parseDistance(within), rateBps: parseBandwidth(rate) };
}

/** Access points, by the entries of `spec.infrastructure.access`; stand-alone ones also become vertices with a link. */
export class Access {
  readonly accessPoints: AccessPoint[] = [];
  /** The points of each entry, which have one range. */
  readonly #cells: AccessPoint[][] = [];
  readonly #build: Build;
  readonly #infrastructure: Infrastructure;
  readonly #uplinks: (() => void)[] = [];

  constructor(build: Build, infrastructure: Infrastructure) {
    this.#build = build;
    this.#infrastructure = infrastructure;
  }

  build(): void {
    const path = ['spec', 'infrastructure', 'access'];
    const written = this.#build.scenario.spec.infrastructure.access;
    if (this.#build.isBroken(...path)) this.#infrastructure.placeNames.complete = false;
    if (Array.isArray(written)) {
      for (const [entry, at] of this.#build.readable(written as readonly Written[], ...path)) this.#add(entry, at);
    } else if (!this.#build.isBroken(...path)) this.#add(written as Written, path);
  }

  /** The wires of stand-alone access points; after the scenario's own links, so that those keep their numbers. */
  buildUplinks(): void {
    for (const add of this.#uplinks) add();
  }

  /** Whether a point is in range of an access point. */
  coverage(): (point: Point) => boolean {
    const grids = this.#cells.filter((cells) => cells.length > 0).map((cells) => new Grid(cells));
    return (point) => grids.some((grid) => grid.covers(point));
  }

  #add(entry: Written, path: Path): void {
    const build = this.#build;
    const before = build.problems.length;
    const isAlone = entry.at !== undefined;
    if (isAlone && entry.clusters !== undefined) {
      build.problem([...path, 'clusters'], '"clusters" beside "at"', {
        expected: 'one of the two: access points at the nodes of clusters, or stand-alone ones',
      });
    }
    if (isAlone && entry.uplink === undefined) {
      build.entryProblem(path, '"uplink" is missing', {
        expected: 'the wire of the stand-alone access points: { to, bandwidth, latency }',
      });
    }
    if (!isAlone && entry.uplink !== undefined) {
      build.problem([...path, 'uplink'], '"uplink" without "at"', {
        expected: 'positions of stand-alone access points in "at"',
      });
    }
    if (entry.hysteresis !== undefined) this.#checkHysteresis(parseDistance(entry.hysteresis), path);
    this.#checkRates(entry.rates?.map(readStep) ?? [], path);
    const cells: AccessPoint[] = [];
    this.#cells.push(cells);
    if (isAlone) this.#addStandAlone(entry, path, cells);
    else this.#addAtNodes(entry, path, cells);
    if (cells.length === 0 && build.problems.length === before && this.#infrastructure.nodeNames.complete) {
      build.entryProblem(path, 'no node has a position, so there is no access point', {
        expected: 'nodes with "at", or the positions of stand-alone access points in "at"',
      });
    }
  }

  /** Where it is less than the rounding of positions, two access points could take turns for ever. */
  #checkHysteresis(hysteresisM: number, path: Path): void {
    if (hysteresisM === 0 || hysteresisM >= LEAST_HYSTERESIS_M) return;
    this.#build.problem([...path, 'hysteresis'], 'too small a distance', { expected: '0m or at least 0.001m' });
  }

  #checkRates(steps: readonly RateStep[], path: Path): void {
    const wrong = steps.findIndex((step, index) => {
      const before = steps[index - 1];
      return before !== undefined && (step.withinM <= before.withinM || step.rateBps >= before.rateBps);
    });
    if (wrong < 0) return;
    this.#build.problem([...path, 'rates', wrong], 'a step that is not farther and slower than the one before', {
      expected: 'steps from the nearest and fastest to the farthest and slowest',
    });
  }

  #addAtNodes(entry: Written, path: Path, cells: AccessPoint[]): void {
    const { nodes, vertices, clusterNames } = this.#infrastructure;
    const clusters = entry.clusters?.map((name, index) =>
      this.#build.resolve(clusterNames, name, [...path, 'clusters', index]),
    );
    for (const { name, cluster, vertex } of nodes) {
      const { position } = vertices[vertex]!;
      if (position === undefined || clusters?.includes(cluster) === false) continue;
      this.#addPoint(entry, `${entry.name ?? entry.technology}-${name}`, vertex, position, cells, path);
    }
  }

  #addStandAlone(entry: Written, path: Path, cells: AccessPoint[]): void {
    const build = this.#build;
    const { placeNames, plane } = this.#infrastructure;
    const room = { of: 'infrastructure', most: MOST_ACCESS_POINTS, keepRows: false } as const;
    const placed = placeAll(build, plane, entry.at!, undefined, { positions: [...path, 'at'], count: path }, room);
    const target =
      entry.uplink === undefined ? undefined : build.resolve(placeNames, entry.uplink.to, [...path, 'uplink', 'to']);
    this.#infrastructure.demandWired(target?.vertex, [...path, 'uplink', 'to']);
    if (placed === undefined || target === undefined || entry.uplink === undefined) {
      placeNames.complete = false;
      return;
    }
    const bandwidthBps = parseBandwidth(entry.uplink.bandwidth);
    const latencyNs = parseDuration(entry.uplink.latency);
    for (let index = 0; index < placed.count; index++) {
      const name = `${entry.name ?? entry.technology}-${index + 1}`;
      const position = placed.position(index);
      const vertex = this.#infrastructure.addVertex(name, 'access-point', position);
      const at = entry.name === undefined ? path : [...path, 'name'];
      build.declare(placeNames, name, { vertex, kind: 'access-point', index: this.accessPoints.length }, at);
      this.#addPoint(entry, name, vertex, position, cells, path);
      this.#uplinks.push(() => {
        build.declare(this.#infrastructure.linkNames, name, this.#infrastructure.links.length as LinkId, at);
        this.#infrastructure.addFullDuplex(name, vertex, target.vertex, bandwidthBps, latencyNs);
      });
    }
  }

  #addPoint(entry: Written, name: string, vertex: VertexId, position: Point, cells: AccessPoint[], path: Path): void {
    if (this.accessPoints.length >= MOST_ACCESS_POINTS) {
      this.#build.entryProblem(path, `more than ${MOST_ACCESS_POINTS} access points in all`, { expected: 'fewer' });
      this.#build.problems.throwIfAny();
    }
    const defaults = technologyDefaults[entry.technology];
    const bandwidthBps = parseBandwidth(entry.bandwidth ?? defaults.bandwidth);
    const isHalf = (entry.duplex ?? defaults.duplex) === 'half';
    const uplinkMedium = this.#infrastructure.addMedium(isHalf ? name : `${name} up`, bandwidthBps);
    const downlinkMedium = isHalf ? uplinkMedium : this.#infrastructure.addMedium(`${name} down`, bandwidthBps);
    const point: AccessPoint = {
      name,
      vertex,
      position,
      technology: entry.technology,
      rangeM: parseDistance(entry.range ?? defaults.range),
      latencyNs: parseDuration(entry.latency ?? defaults.latency),
      ...readImpairments(entry),
      uplinkMedium,
      downlinkMedium,
      ...linkPowerField(entry.power),
      hysteresisM: parseDistance(entry.hysteresis ?? defaults.hysteresis),
      handoverNs: parseDuration(entry.handover ?? defaults.handover),
      ...(entry.pingPongWindow === undefined ? {} : { pingPongNs: parseDuration(entry.pingPongWindow) }),
      ...(entry.rates === undefined ? {} : { rateSteps: entry.rates.map(readStep) }),
    };
    this.accessPoints.push(point);
    cells.push(point);
  }
}

/** Access points of one range in squares of that size: those in range of a point are in its square or a neighbour. */
class Grid {
  readonly #rangeM: number;
  readonly #squares = new Map<string, Point[]>();

  constructor(cells: readonly AccessPoint[]) {
    this.#rangeM = cells[0]!.rangeM;
    for (const { position } of cells) {
      const key = `${this.#column(position.x)},${this.#column(position.y)}`;
      const square = this.#squares.get(key);
      if (square === undefined) this.#squares.set(key, [position]);
      else square.push(position);
    }
  }

  covers(point: Point): boolean {
    for (let i = -1; i <= 1; i++) {
      for (let j = -1; j <= 1; j++) {
        const square = this.#squares.get(`${this.#column(point.x) + i},${this.#column(point.y) + j}`);
        if (square?.some((cell) => distance(cell, point) <= this.#rangeM)) return true;
      }
    }
    return false;
  }

  #column(coordinate: number): number {
    return Math.floor(coordinate / this.#rangeM);
  }
}
