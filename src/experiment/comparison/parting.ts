import { firstDifference, type EventRange } from '../../kernel/index.ts';
import {
  cellReaders,
  openTable,
  readManifest,
  readTrail,
  type CellReader,
  type Manifest,
  type OpenTable,
} from '../../results/index.ts';

/** Where two runs of the same seed begin to differ. */
export interface Parting {
  /** The first event that differs is one of these; absent where all events are the same. */
  readonly events?: EventRange;
  /** The earliest of the rows that differ first in their table; absent where no table with times has any. */
  readonly row?: DifferingRow;
  /** Tables that differ. */
  readonly tables: readonly string[];
}

/** The first row of a table in which two runs differ. */
export interface DifferingRow {
  readonly table: string;
  /** From 0. */
  readonly row: number;
  /** When what it tells of happened, in the run where that is earlier. */
  readonly timeNs: number;
  /** Columns that differ, with both values; undefined where one table has no such row any more. */
  readonly columns: readonly (readonly [name: string, baseline: unknown, other: unknown])[];
}

/** When the row of a table was written: rows are in this order. */
const TIMES: Readonly<Record<string, readonly string[]>> = {
  decisions: ['time_ns'],
  nodes: ['time_ns'],
  links: ['time_ns'],
  movement: ['time_ns'],
  faults: ['time_ns'],
  requests: ['completed_ns', 'issued_ns'],
};

/**
 * Finds where two runs part.
 * @returns undefined if they are the same, event by event and row by row
 * @throws {ResultsError} if a folder is damaged
 */
export async function findParting(baseline: string, other: string): Promise<Parting | undefined> {
  const [left, right] = [readManifest(baseline), readManifest(other)];
  if (left.digest === right.digest) return undefined;
  const events = firstDifference(readTrail(baseline, left), readTrail(other, right));
  const shared = Object.keys(left.tables).filter((name) => name !== 'runs' && Object.hasOwn(right.tables, name));
  const tables = shared.filter((name) => left.tables[name]!.rowDigest !== right.tables[name]!.rowDigest);
  const rows: DifferingRow[] = [];
  for (const name of tables.filter((table) => Object.hasOwn(TIMES, table))) {
    const row = await firstDifferingRow(name, [baseline, left], [other, right]);
    if (row !== undefined) rows.push(row);
  }
  const earliest = rows.toSorted((a, b) => a.timeNs - b.timeNs)[0];
  return {
    ...(events === undefined ? {} : { events }),
    ...(earliest === undefined ? {} : { row: earliest }),
    tables,
  };
}

async function firstDifferingRow(
  name: string,
  [leftFolder, leftManifest]: readonly [string, Manifest],
  [rightFolder, rightManifest]: readonly [string, Manifest],
): Promise<DifferingRow | undefined> {
  const left = await openTable(leftFolder, name, leftManifest);
  try {
    const right = await openTable(rightFolder, name, rightManifest);
    try {
      return await scan(name, left, right);
    } finally {
      await right.close();
    }
  } finally {
    await left.close();
  }
}

/** A table's rows in stretches: one batch of it at a time. */
class Rows {
  readonly #batches: ReturnType<OpenTable['batches']>;
  readonly #readers: ReturnType<typeof cellReaders>;
  cells: CellReader[] = [];
  at = 0;
  end = 0;

  constructor(table: OpenTable) {
    this.#batches = table.batches();
    this.#readers = cellReaders(table.schema);
  }

  /** @returns whether there is a row left */
  async fill(): Promise<boolean> {
    while (this.at === this.end) {
      const { value, done } = await this.#batches.next();
      if (done === true) return false;
      this.cells = this.#readers.map((reader) => reader(value));
      this.at = 0;
      this.end = value.numRows;
    }
    return true;
  }
}

async function scan(name: string, left: OpenTable, right: OpenTable): Promise<DifferingRow | undefined> {
  const names = left.schema.fields.map((field) => field.name).filter((column) => indexIn(right, column) >= 0);
  const leftAt = names.map((column) => indexIn(left, column));
  const rightAt = names.map((column) => indexIn(right, column));
  const [a, b] = [new Rows(left), new Rows(right)];
  for (let row = 0; ;) {
    const [hasLeft, hasRight] = [await a.fill(), await b.fill()];
    if (!hasLeft && !hasRight) return undefined;
    const count = hasLeft && hasRight ? Math.min(a.end - a.at, b.end - b.at) : 1;
    for (let i = 0; i < count; i++, row++) {
      const leftOf = (k: number) => (hasLeft ? a.cells[leftAt[k]!]!(a.at + i) : undefined);
      const rightOf = (k: number) => (hasRight ? b.cells[rightAt[k]!]!(b.at + i) : undefined);
      if (names.every((_, k) => leftOf(k) === rightOf(k))) continue;
      const times = TIMES[name]!.flatMap((column) => {
        const k = names.indexOf(column);
        return [leftOf(k), rightOf(k)];
      }).filter((time) => typeof time === 'number');
      const columns = names
        .map((column, k) => [column, leftOf(k), rightOf(k)] as const)
        .filter(([, one, two]) => one !== two);
      return { table: name, row, timeNs: Math.min(...times), columns };
    }
    a.at += hasLeft ? count : 0;
    b.at += hasRight ? count : 0;
  }
}

const indexIn = (table: OpenTable, column: string): number =>
  table.schema.fields.findIndex(({ name }) => name === column);
