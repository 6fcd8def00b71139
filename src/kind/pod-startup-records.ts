import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CsvError, InputError, nearest, readCsv } from '../scenario/index.ts';

/** One measured batch: pods that were created together, and when each was ready. */
export interface StartupBatch {
  /** Which repetition of its size it is. */
  readonly iteration: number;
  /** From the creation of the batch's first pod to each pod's creation, ms, ascending: what was asked of the cluster. */
  readonly createdMs: readonly number[];
  /** From the creation of the batch's first pod to each pod's readiness, ms, ascending. */
  readonly readyMs: readonly number[];
  /** How many of them each node took, where it was recorded. */
  readonly podsByNode?: readonly number[];
}

const COLUMNS = ['Pod Name', 'Creation Timestamp', 'Ready Timestamp'] as const;
const FILE = /^pod_creation_(\d+)\.csv$/;

/**
 * Reads measured pod start-ups: the files `pod_creation_N.csv` of a folder (columns Pod Name, Creation Timestamp, Ready
 * Timestamp, both Unix ms; a pod is named ...-ITERATION-NUMBER) and, where they are there, `node_dist_N.csv`. This is the
 * form in which the CODECO experiments of arXiv 2603.07621 publish theirs.
 * @throws {InputError} if the folder holds none, or one cannot be read
 */
export function readPodStartupRecords(folder: string): StartupBatch[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError([
      {
        file: folder,
        found: code === 'ENOENT' ? 'no such folder' : code === 'ENOTDIR' ? 'a file' : `cannot be read (${code})`,
        expected: 'a folder with pod_creation_N.csv files',
      },
    ]);
  }
  const files = names
    .filter((name) => FILE.test(name))
    .toSorted((a, b) => Number(FILE.exec(a)![1]) - Number(FILE.exec(b)![1]));
  if (files.length === 0) {
    throw new InputError([
      { file: folder, found: 'no file pod_creation_N.csv in it', expected: 'measured start-ups of N pods each' },
    ]);
  }
  return files.flatMap((name) => {
    const distribution = name.replace('pod_creation_', 'node_dist_');
    const placed = names.includes(distribution) ? readPlaced(read(join(folder, distribution))) : new Map();
    return readBatches(join(folder, name), placed);
  });
}

/** @throws {InputError} */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError([{ file, found: `cannot be read (${(error as NodeJS.ErrnoException).code})` }]);
  }
}

/** @throws {InputError} */
function readBatches(file: string, placed: ReadonlyMap<number, readonly number[]>): StartupBatch[] {
  const text = read(file);
  const fail = (line: number, found: string, expected: string, meant?: string): never => {
    throw new InputError([{ file, line, found, expected, ...(meant === undefined ? {} : { nearest: meant }) }]);
  };
  const rows = readRows(file, text);
  const head = (rows[0]?.fields ?? []).map((field) => field.trim());
  const at = COLUMNS.map((column) => {
    const index = head.indexOf(column);
    return index >= 0 ? index : fail(1, `no column '${column}'`, COLUMNS.join(', '), nearest(column, head));
  });
  const pods = new Map<number, { createdMs: number; readyMs: number }[]>();
  for (const { line, fields } of rows.slice(1)) {
    const [name, created, ready] = at.map((index) => fields[index]?.trim() ?? '') as [string, string, string];
    const iteration = /-(\d+)-\d+$/.exec(name)?.[1] ?? fail(line, `the pod name '${name}'`, 'NAME-ITERATION-NUMBER');
    const [createdMs, readyMs] = [created, ready].map((field) =>
      /^\d{1,15}$/.test(field) ? Number(field) : fail(line, `'${field}'`, 'a time in Unix milliseconds'),
    ) as [number, number];
    if (readyMs < createdMs) fail(line, 'ready before it was created', 'a time not before its creation');
    const batch = pods.get(Number(iteration)) ?? [];
    pods.set(Number(iteration), batch);
    batch.push({ createdMs, readyMs });
  }
  if (pods.size === 0) fail(1, 'no pods', 'a row for each pod');
  return [...pods].map(([iteration, batch]) => {
    const firstMs = Math.min(...batch.map(({ createdMs }) => createdMs));
    const createdMs = batch.map((pod) => pod.createdMs - firstMs).toSorted((a, b) => a - b);
    const readyMs = batch.map((pod) => pod.readyMs - firstMs).toSorted((a, b) => a - b);
    const podsByNode = placed.get(iteration);
    // a distribution of other pods than these says nothing of them
    const fits = podsByNode !== undefined && podsByNode.reduce((sum, count) => sum + count, 0) === batch.length;
    return { iteration, createdMs, readyMs, ...(fits ? { podsByNode } : {}) };
  });
}

function readRows(file: string, text: string) {
  try {
    return [...readCsv(text)];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InputError([{ file, line: error.line, found: error.message }]);
  }
}

/** Pods by node of each iteration: lines such as `iter=1 pods=10     5 ip-10-0-136-130`. */
function readPlaced(text: string): Map<number, number[]> {
  const placed = new Map<number, number[]>();
  for (const [, iteration, count] of text.matchAll(/^iter=(\d+) pods=\d+ +(\d+) \S+ *$/gm)) {
    const counts = placed.get(Number(iteration)) ?? [];
    placed.set(Number(iteration), counts);
    counts.push(Number(count));
  }
  return placed;
}
