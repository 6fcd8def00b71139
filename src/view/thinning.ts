import type { Manifest } from '../results/index.ts';
import { eachBatch } from '../report/index.ts';
import { arrowFile, type WrittenColumn } from './arrow.ts';

/** The columns of a table that a page reads, where the table is long, and which of its rows stay. */
export interface Thinning {
  readonly numbers: readonly string[];
  readonly names: readonly string[];
  /** Rows (by the number of the request) or samples (rows of one time) of which one in so many stays. */
  readonly by: 'request' | 'sample';
}

/** Tables that grow with the run. */
export const thinnings: Readonly<Record<string, Thinning>> = {
  requests: {
    numbers: ['issued_ns', 'completed_ns'],
    names: ['user', 'access_point', 'pod', 'node', 'app', 'outcome'],
    by: 'request',
  },
  nodes: { numbers: ['time_ns', 'cpu_utilization'], names: ['node', 'state'], by: 'sample' },
  links: { numbers: ['time_ns', 'utilization'], names: ['link', 'direction', 'state'], by: 'sample' },
};

/**
 * Writes one in so many rows of a table as an Arrow file.
 * @param every keep one of so many; 1 keeps all
 * @throws {ResultsError} if the table is damaged
 */
export async function thinned(
  folder: string,
  manifest: Manifest,
  name: string,
  { numbers, names, by }: Thinning,
  every: number,
): Promise<Uint8Array> {
  const values = numbers.map((): number[] => []);
  const codes = names.map((): number[] => []);
  const codeOf = names.map(() => new Map<string, number>());
  let [samples, sampleNs] = [-1, NaN];
  await eachBatch(folder, manifest, name, (batch) => {
    const key = batch.numbers(by === 'request' ? 'request' : 'time_ns');
    const readNumber = numbers.map((column) => batch.numbers(column));
    const readName = names.map((column) => batch.names(column));
    for (let row = 0; row < batch.rows; row++) {
      if (by === 'sample' && key(row) !== sampleNs) {
        samples++;
        sampleNs = key(row);
      }
      if ((by === 'request' ? key(row) : samples) % every !== 0) continue;
      for (const [i, read] of readNumber.entries()) values[i]!.push(read(row));
      for (const [i, read] of readName.entries()) codes[i]!.push(code(codeOf[i]!, read(row)));
    }
  });
  const columns: [string, WrittenColumn][] = [
    ...numbers.map((column, i): [string, WrittenColumn] => [column, Float64Array.from(values[i]!)]),
    ...names.map((column, i): [string, WrittenColumn] => [
      column,
      { codes: Int32Array.from(codes[i]!), names: [...codeOf[i]!.keys()] },
    ]),
  ];
  return arrowFile(Object.fromEntries(columns));
}

function code(codes: Map<string, number>, name: string | null): number {
  if (name === null) return -1;
  let found = codes.get(name);
  if (found === undefined) codes.set(name, (found = codes.size));
  return found;
}
