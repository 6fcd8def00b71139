import type { AccessPoint, AccessPointId, Link, LinkId, VertexId } from '../../model/index.ts';
import { Components } from './components.ts';
import { grown } from './growth.ts';
import { NO_ROUTE, Routes } from './routes.ts';

declare const kind: unique symbol;
/** A user or a mobile node, attached to the network by an access point. */
export type AttachedEndpointId = number & { readonly [kind]: 'attached-endpoint' };
/** What sends and receives: a vertex itself, or what is attached at an access point. */
export type EndpointId = VertexId | AttachedEndpointId;

const NO_ACCESS_POINT = -1;

/**
 * Endpoints and the paths between them: a route through the wired network, and the radio legs at its ends. Vertices are
 * endpoints by their own number; endpoints that are attached at access points are numbered after them. Arcs as in `Network`.
 */
export class Paths {
  /** Called after each change of an access point, or of where an endpoint is attached, where somebody wants to know. */
  changed: ((endpoint?: AttachedEndpointId) => void) | undefined;
  /** The path last found: its arcs, from index 0, `length` of them. */
  arcs = new Int32Array(64);
  length = 0;
  /** The latency of the path last found, ns. */
  latencyNs = 0;
  /** The lowest rate cap of its endpoints, bit/s, or Infinity. */
  rateCapBps = Infinity;
  /** The way that it was laid on, where it was not looked for; see `follow`. */
  laidOn: Int32Array | undefined;

  readonly routes: Routes;
  readonly #components: Components;
  readonly #vertexCount: number;
  readonly #wiredArcCount: number;
  readonly #accessPoints: readonly Pick<AccessPoint, 'vertex' | 'latencyNs'>[];
  /** By attached endpoint, less the vertices' numbers: its access point or -1, and its own limit, bit/s. */
  #accessPoint = new Int32Array(64);
  #rateCap = new Float64Array(64);
  #endpointCount = 0;
  readonly #accessPointUp: Uint8Array;
  /** By vertex. */
  readonly #accessPointsAt: readonly (readonly number[])[];

  /** @throws {RangeError} if a link or an access point is at a vertex that is not there */
  constructor(
    vertexCount: number,
    links: readonly Pick<Link, 'from' | 'to' | 'latencyNs'>[],
    accessPoints: readonly Pick<AccessPoint, 'vertex' | 'latencyNs'>[],
  ) {
    this.routes = new Routes(vertexCount, links);
    this.#components = new Components(this.routes, vertexCount, links);
    for (const [index, { vertex }] of accessPoints.entries()) {
      if (!(vertex >= 0 && vertex < vertexCount)) {
        throw new RangeError(`accessPoints[${index}] is at vertex ${vertex}: there are ${vertexCount} vertices`);
      }
    }
    this.#vertexCount = vertexCount;
    this.#wiredArcCount = 2 * links.length;
    this.#accessPoints = accessPoints;
    const accessPointsAt = Array.from({ length: vertexCount }, (): number[] => []);
    for (const [index, { vertex }] of accessPoints.entries()) accessPointsAt[vertex]!.push(index);
    this.#accessPointsAt = accessPointsAt;
    this.#accessPointUp = new Uint8Array(accessPoints.length).fill(1);
  }

  /** Puts an access point out of service or back into it; its vertex is not touched. Returns whether that changes anything. */
  setAccessPointUp(accessPoint: AccessPointId, up: boolean): boolean {
    const before = this.#accessPointUp[accessPoint];
    if (before === undefined) {
      throw new RangeError(`no access point ${accessPoint}: there are ${this.#accessPoints.length}`);
    }
    this.#accessPointUp[accessPoint] = up ? 1 : 0;
    this.changed?.();
    return before !== this.#accessPointUp[accessPoint];
  }

  isAccessPointUp(accessPoint: AccessPointId): boolean {
    return this.#accessPointUp[accessPoint] === 1;
  }

  /** A new endpoint that is attached nowhere. */
  addEndpoint(): AttachedEndpointId {
    const index = this.#endpointCount++;
    this.#accessPoint = grown(this.#accessPoint, this.#endpointCount);
    this.#rateCap = grown(this.#rateCap, this.#endpointCount);
    this.#accessPoint[index] = NO_ACCESS_POINT;
    return (this.#vertexCount + index) as AttachedEndpointId;
  }

  /** Attaches an endpoint, in place of where it was attached. */
  attach(endpoint: AttachedEndpointId, accessPoint: AccessPointId, rateCapBps: number): void {
    if (this.#accessPoints[accessPoint] === undefined) {
      throw new RangeError(`no access point ${accessPoint}: there are ${this.#accessPoints.length}`);
    }
    if (!(rateCapBps >= 0)) throw new RangeError(`rate cap ${rateCapBps} bit/s: expected a number >= 0`);
    const index = this.#index(endpoint);
    this.#accessPoint[index] = accessPoint;
    this.#rateCap[index] = rateCapBps;
    this.changed?.(endpoint);
  }

  detach(endpoint: AttachedEndpointId): void {
    this.#accessPoint[this.#index(endpoint)] = NO_ACCESS_POINT;
    this.changed?.(endpoint);
  }

  /** The access point that an endpoint is attached to, if any. */
  accessPointOf(endpoint: AttachedEndpointId): AccessPointId | undefined {
    const accessPoint = this.#accessPoint[this.#index(endpoint)]!;
    return accessPoint === NO_ACCESS_POINT ? undefined : (accessPoint as AccessPointId);
  }

  /** The latency of an arc, ns. */
  latencyOf(arc: number): number {
    if (arc < this.#wiredArcCount) return this.routes.linkLatencyNs((arc >> 1) as LinkId);
    return this.#accessPointOver(arc).latencyNs;
  }

  /** The rate cap of the endpoint that an arc is the radio leg of, bit/s; Infinity for a wire. */
  rateCapOver(arc: number, from: number, to: number): number {
    if (arc < this.#wiredArcCount) return Infinity;
    return this.#rateCap[this.#index((arc & 1) === 0 ? from : to)]!;
  }

  /** Whether what was sent over an arc on its way to an endpoint comes to the arc's end. */
  stands(arc: number, to: number): boolean {
    if (arc < this.#wiredArcCount) return this.routes.isUsable(arc);
    const accessPoint = (arc - this.#wiredArcCount) >> 1;
    if (this.#accessPointUp[accessPoint] === 0) return false;
    if (!this.routes.isVertexUp(this.#accessPoints[accessPoint]!.vertex)) return false;
    return (arc & 1) === 0 || this.#accessPoint[this.#index(to)] === accessPoint;
  }

  /** Where what is sent over an arc on its way to an endpoint is at the arc's end. */
  endOf(arc: number, to: number): number {
    if (arc < this.#wiredArcCount) return this.routes.arcTo(arc);
    return (arc & 1) === 0 ? this.#accessPointOver(arc).vertex : to;
  }

  #accessPointOver(arc: number): Pick<AccessPoint, 'vertex' | 'latencyNs'> {
    return this.#accessPoints[(arc - this.#wiredArcCount) >> 1]!;
  }

  /** The arc from what is attached to an access point to its vertex; the arc back is the next one. */
  uplinkOf(accessPoint: number): number {
    return this.#wiredArcCount + 2 * accessPoint;
  }

  /** The arcs from and to a vertex, those of its access points included. */
  arcsAt(vertex: VertexId): number[] {
    const arcs: number[] = [];
    for (const arc of this.routes.arcsFrom(vertex)) arcs.push(arc, arc ^ 1);
    for (const accessPoint of this.#accessPointsAt[vertex]!) {
      arcs.push(this.uplinkOf(accessPoint), this.uplinkOf(accessPoint) + 1);
    }
    return arcs;
  }

  /** Finds the path between two endpoints as things stand, into `arcs` and its siblings; false where there is none. */
  find(from: number, to: number): boolean {
    if (!(from >= 0 && to >= 0)) throw new RangeError(`no endpoint ${from >= 0 ? to : from}`);
    this.#clear();
    let fromVertex = from;
    let toVertex = to;
    let uplink = -1;
    let downlink = -1;
    if (from >= this.#vertexCount) {
      const index = this.#index(from);
      if (from === to) return true;
      const accessPoint = this.#accessPoint[index]!;
      if (accessPoint === NO_ACCESS_POINT || this.#accessPointUp[accessPoint] === 0) return false;
      fromVertex = this.#accessPoints[accessPoint]!.vertex;
      uplink = this.uplinkOf(accessPoint);
      this.latencyNs += this.#accessPoints[accessPoint]!.latencyNs;
      this.rateCapBps = this.#rateCap[index]!;
    }
    if (to >= this.#vertexCount) {
      const index = this.#index(to);
      const accessPoint = this.#accessPoint[index]!;
      if (accessPoint === NO_ACCESS_POINT || this.#accessPointUp[accessPoint] === 0) return false;
      toVertex = this.#accessPoints[accessPoint]!.vertex;
      downlink = this.uplinkOf(accessPoint) + 1;
      this.latencyNs += this.#accessPoints[accessPoint]!.latencyNs;
      if (this.#rateCap[index]! < this.rateCapBps) this.rateCapBps = this.#rateCap[index]!;
    }
    const { routes } = this;
    const route = routes.find(fromVertex as VertexId, toVertex as VertexId);
    if (route === NO_ROUTE) return false;
    this.latencyNs += routes.latencyNs[route]!;
    const wiredLength = routes.length[route]!;
    this.arcs = grown(this.arcs, wiredLength + 2);
    const path = this.arcs;
    let length = 0;
    if (uplink >= 0) path[length++] = uplink;
    const start = routes.offset[route]!;
    for (let i = start; i < start + wiredLength; i++) path[length++] = routes.arcs[i]!;
    if (downlink >= 0) path[length++] = downlink;
    this.length = length;
    return true;
  }

  /** Takes a given way between two endpoints as the path, as `find` does the shortest; false where it does not stand. */
  follow(way: Int32Array, from: number, to: number): boolean {
    this.#clear();
    this.arcs = grown(this.arcs, way.length);
    for (const arc of way) {
      const isUplink = arc >= this.#wiredArcCount && (arc & 1) === 0;
      if (!this.stands(arc, to)) return false;
      if (isUplink && this.uplinkOf(this.#accessPoint[this.#index(from)]!) !== arc) return false;
      this.latencyNs += this.latencyOf(arc);
      this.rateCapBps = Math.min(this.rateCapBps, this.rateCapOver(arc, from, to));
      this.arcs[this.length++] = arc;
    }
    this.laidOn = way;
    return true;
  }

  #clear(): void {
    this.length = 0;
    this.latencyNs = 0;
    this.rateCapBps = Infinity;
    this.laidOn = undefined;
  }

  /** Whether there is a path between two endpoints as things stand: as `find`, without the path. */
  areConnected(from: EndpointId, to: EndpointId): boolean {
    if (from === to && from >= this.#vertexCount) return true;
    const fromVertex = this.#vertexAt(from);
    const toVertex = this.#vertexAt(to);
    if (fromVertex === undefined || toVertex === undefined) return false;
    return this.#components.areConnected(fromVertex, toVertex);
  }

  /** The vertex that an endpoint is, or is attached at by an access point that works; else undefined. */
  #vertexAt(endpoint: EndpointId): VertexId | undefined {
    if (endpoint < this.#vertexCount) return endpoint as VertexId;
    const accessPoint = this.#accessPoint[this.#index(endpoint)]!;
    if (accessPoint === NO_ACCESS_POINT || this.#accessPointUp[accessPoint] === 0) return undefined;
    return this.#accessPoints[accessPoint]!.vertex;
  }

  #index(endpoint: number): number {
    const index = endpoint - this.#vertexCount;
    if (!(index >= 0 && index < this.#endpointCount)) {
      throw new RangeError(`${endpoint} is not an endpoint made by addEndpoint`);
    }
    return index;
  }
}
