import type { RecordingArrivals } from '../../../model/index.ts';
import { RequestRows, TableReader, TraceError } from '../../../traces/index.ts';
import type { MakeArrivals } from './process.ts';
import { inLine, type RequestLine } from './request-line.ts';
import { WaitingRequests } from './waiting-requests.ts';

/**
 * Reads a recording of requests in step with the run: of those that are not in the order of time no more wait than could
 * come before the one that is wanted.
 */
class RecordingLine implements RequestLine {
  timeNs = 0;
  user = 0;
  cpuNs = 0;
  readonly #recording: RecordingArrivals;
  readonly #table: TableReader;
  readonly #rows: RequestRows;
  readonly #waiting = new WaitingRequests();
  /** How many have been read, and how many have come. */
  #read = 0;
  #come = 0;
  /** The latest that was read. */
  #latestNs = -1;

  /** @throws {TraceError} if the file is not the one that the scenario was read with */
  constructor(recording: RecordingArrivals) {
    this.#recording = recording;
    this.#table = new TableReader(recording.file, recording.file);
    const heading = this.#table.sizeBytes === recording.sizeBytes ? this.#table.next() : undefined;
    const rows = heading && RequestRows.of(this.#table, heading, recording.played);
    if (rows === undefined) {
      this.#table.close();
      throw this.#changed();
    }
    this.#rows = rows;
  }

  next(): boolean {
    const { count, lateNs, users } = this.#recording;
    if (this.#come === count) {
      this.#table.close();
      return false;
    }
    const waiting = this.#waiting;
    // one that is still to be read comes no more than `lateNs` before the latest
    while (this.#read < count && (waiting.size === 0 || this.#latestNs <= waiting.firstNs + lateNs)) this.#readOne();
    waiting.take();
    this.timeNs = waiting.timeNs;
    this.cpuNs = waiting.cpuNs;
    this.user = (this.#rows.columns.user < 0 ? this.#come : waiting.user) % users;
    this.#come++;
    return true;
  }

  close(): void {
    this.#table.close();
  }

  /** Reads on to the next request that is wanted. */
  #readOne(): void {
    const { app, func, service } = this.#recording;
    const { columns } = this.#rows;
    const isOther = (fields: readonly string[], column: number, wanted: string | undefined): boolean =>
      column >= 0 && wanted !== undefined && fields[column]!.trim() !== wanted;
    for (;;) {
      const row = this.#table.next();
      if (row === undefined) throw this.#changed();
      const { fields } = row;
      if (isOther(fields, columns.app, app) || isOther(fields, columns.func, func)) continue;
      if (isOther(fields, columns.service, service)) continue;
      const rows = this.#rows;
      const user = rows.userOf(row);
      rows.read(row);
      if (!rows.isPlayed) continue;
      this.#waiting.add(rows.atNs, user, rows.tookNs);
      this.#latestNs = Math.max(this.#latestNs, rows.atNs);
      this.#read++;
      return;
    }
  }

  #changed(): TraceError {
    return new TraceError(this.#recording.file, 'another file than when the scenario was read', {
      expected: 'the same recording in the same place',
    });
  }
}

/** The requests of a recording that is too long to be held; the same as if it were. */
export const recordingArrivals: MakeArrivals<'recording'> = (recording, setting) =>
  inLine(new RecordingLine(recording), setting, recording.useDuration);
