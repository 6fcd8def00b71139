import { projected, type RecordingMobility } from '../../model/index.ts';
import { TraceError, TraceReader } from '../../traces/index.ts';
import type { MobilityModel } from './itinerary.ts';
import { goOn, stay, type Leg } from './leg.ts';

const NONE = -1;

/** A sample that waits for its mover, in columns: what is free is taken again. */
class WaitingSamples {
  timesNs = new Float64Array(1024);
  xs = new Float64Array(1024);
  ys = new Float64Array(1024);
  /** The sample after this one, of the same mover or free. */
  nexts = new Int32Array(1024);
  #free = NONE;
  #used = 0;

  add(timeNs: number, x: number, y: number): number {
    let at = this.#free;
    if (at === NONE) {
      at = this.#used++;
      if (at === this.timesNs.length) this.#widen();
    } else this.#free = this.nexts[at]!;
    this.timesNs[at] = timeNs;
    this.xs[at] = x;
    this.ys[at] = y;
    this.nexts[at] = NONE;
    return at;
  }

  release(at: number): void {
    this.nexts[at] = this.#free;
    this.#free = at;
  }

  #widen(): void {
    const wider = (column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      const copy = new Float64Array(2 * column.length);
      copy.set(column);
      return copy;
    };
    this.timesNs = wider(this.timesNs);
    this.xs = wider(this.xs);
    this.ys = wider(this.ys);
    const nexts = new Int32Array(2 * this.nexts.length);
    nexts.set(this.nexts);
    this.nexts = nexts;
  }
}

/**
 * Reads a recording in step with its movers. A mover asks for its next sample only while it is there, so that the reading is
 * never further ahead than the longest gap in a stay: as many samples wait as are in it.
 */
class RecordingFeed {
  /** The sample that was taken last. */
  timeNs = 0;
  x = 0;
  y = 0;
  readonly #mobility: RecordingMobility;
  readonly #reader: TraceReader;
  readonly #moverOf: ReadonlyMap<string, number>;
  readonly #waiting = new WaitingSamples();
  /** By mover: the first and last of its samples that wait. */
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;

  constructor(mobility: RecordingMobility) {
    const { file, sizeBytes, coordinates, movers } = mobility;
    this.#mobility = mobility;
    this.#reader = new TraceReader(file, { coordinates });
    if (this.#reader.sizeBytes !== sizeBytes) {
      this.#reader.close();
      throw this.#changed();
    }
    this.#moverOf = new Map(movers.map(({ id }, index) => [id, index]));
    this.#heads = new Int32Array(movers.length).fill(NONE);
    this.#tails = new Int32Array(movers.length).fill(NONE);
  }

  /** Takes a mover's first sample that is not before a time. */
  take(mover: number, notBeforeNs: number): void {
    do {
      while (this.#heads[mover] === NONE) this.#read();
      const at = this.#heads[mover]!;
      this.#heads[mover] = this.#waiting.nexts[at]!;
      this.timeNs = this.#waiting.timesNs[at]!;
      this.x = this.#waiting.xs[at]!;
      this.y = this.#waiting.ys[at]!;
      this.#waiting.release(at);
    } while (this.timeNs < notBeforeNs);
  }

  close(): void {
    this.#reader.close();
  }

  #read(): void {
    const sample = this.#reader.next();
    if (sample === undefined) throw this.#changed();
    const { projection, movers } = this.#mobility;
    const mover = this.#moverOf.get(sample.id);
    if (mover === undefined || sample.timeNs > (movers[mover]!.staysNs.at(-1) ?? NONE)) return;
    const { x, y } =
      projection === undefined ? { x: sample.east, y: sample.north } : projected(projection, sample.north, sample.east);
    const at = this.#waiting.add(sample.timeNs, x, y);
    if (this.#heads[mover] === NONE) this.#heads[mover] = at;
    else this.#waiting.nexts[this.#tails[mover]!] = at;
    this.#tails[mover] = at;
  }

  #changed(): TraceError {
    return new TraceError(this.#mobility.file, 'another file than when the scenario was read', {
      expected: 'the same trace in the same place',
    });
  }
}

/** A recorded motion that is read as the run goes on; the same as `trace` with all samples at hand. */
export const recording: MobilityModel<RecordingMobility> = (mobility, { index, legs, shared }) => {
  const mover = mobility.movers[index];
  if (mover === undefined) throw new RangeError(`a mover ${index} of a recording of ${mobility.movers.length}`);
  const { staysNs } = mover;
  const feed = shared(() => new RecordingFeed(mobility));
  const first = legs.add(0, mover.first);
  /** The times of the stay that it is in, or comes to next, are at 2 * at and one after. */
  let at = 0;

  function next(leg: Leg): void {
    const now = leg.endNs;
    if (leg.present && now === staysNs[2 * at + 1]) at++;
    const startNs = staysNs[2 * at] ?? Infinity;
    leg.present = now >= startNs;
    if (!leg.present) {
      stay(leg, startNs - now);
      return;
    }
    if (now === startNs) {
      feed.take(index, startNs);
      leg.toX = feed.x;
      leg.toY = feed.y;
    }
    feed.take(index, now + 1);
    goOn(leg, feed.x, feed.y, feed.timeNs - now);
  }

  next(first);
  return { first, next };
};
