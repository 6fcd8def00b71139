import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onDisk, ResultsError } from '../../results/index.ts';
import { CELLS, PARTIAL, SWEEP } from '../sweep-file.ts';
import { ObjectStore, parseStorePlace, type StoreAccess } from './object-store.ts';

/** Requests at a time. Own design. */
const REQUESTS = 8;
/** The last file of a run's folder: whoever finds it finds the rest. */
const MANIFEST = 'manifest.json';

/**
 * The folder of a sweep that is kept in an object store as well, file by file: each run as soon as it is finished, so that
 * whoever goes on elsewhere finds it.
 */
export class StoredSweep {
  readonly #folder: string;
  readonly #prefix: string;
  readonly #store: ObjectStore;
  readonly #limit = new Limit(REQUESTS);
  /** Files that the store has; those of runs never change. */
  readonly #stored = new Set<string>();
  readonly #running: Promise<void>[] = [];

  /**
   * @param place as `s3://BUCKET/PREFIX`
   * @throws {ResultsError} if it is no place in a store
   */
  constructor(folder: string, place: string, access: StoreAccess) {
    const { bucket, prefix } = parseStorePlace(place);
    this.#folder = folder;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.#store = new ObjectStore(access, bucket);
  }

  /**
   * Brings what the store has into the folder, but for files that are there already.
   * @returns how many files came
   * @throws {ResultsError} if the store or the disk refuses
   */
  async restore(): Promise<number> {
    const objects = await this.#store.list(this.#prefix);
    let came = 0;
    const bring = async (key: string, bytes: number): Promise<void> => {
      const file = key.slice(this.#prefix.length);
      if (file.split('/').includes('..') || file === '' || file.endsWith('/')) return;
      if (file.startsWith(`${CELLS}/`)) this.#stored.add(file);
      const path = join(this.#folder, file);
      if (existsSync(path) && (!file.startsWith(`${CELLS}/`) || statSync(path).size === bytes)) return;
      const content = await this.#store.get(key);
      onDisk(`write ${path}`, () => {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, content);
      });
      came++;
    };
    await Promise.all(objects.map(({ key, bytes }) => this.#limit.run(() => bring(key, bytes))));
    return came;
  }

  /** Begins to keep a run that is finished. Whether that succeeds is told by `finish`. */
  keep(hash: string): void {
    const kept = this.#putRun(join(CELLS, hash));
    kept.catch(() => undefined);
    this.#running.push(kept);
  }

  /**
   * Keeps all that is not kept yet, what tells of the whole last.
   * @throws {ResultsError} if the store refuses
   */
  async finish(): Promise<void> {
    await Promise.all(this.#running);
    const cells = join(this.#folder, CELLS);
    const runs = readdirSync(cells).filter((name) => !name.endsWith(PARTIAL));
    await Promise.all(runs.map((hash) => this.#putRun(join(CELLS, hash))));
    const isOwn = (name: string): boolean => !name.startsWith('lock.json') && !name.endsWith('.tmp') && name !== SWEEP;
    const files = readdirSync(this.#folder).filter((name) => name !== CELLS && isOwn(name));
    await Promise.all(files.map((file) => this.#put(file)));
    await this.#put(SWEEP);
  }

  async #putRun(run: string): Promise<void> {
    const files = readdirSync(join(this.#folder, run)).map((name) => join(run, name));
    const manifest = join(run, MANIFEST);
    const missing = files.filter((file) => !this.#stored.has(file));
    await Promise.all(missing.filter((file) => file !== manifest).map((file) => this.#put(file)));
    if (missing.includes(manifest)) await this.#put(manifest);
    for (const file of missing) this.#stored.add(file);
  }

  #put(file: string): Promise<void> {
    return this.#limit.run(() => this.#store.put(this.#prefix + file, readFileSync(join(this.#folder, file))));
  }
}

/**
 * Brings sweeps from a store into a folder: the one at a place, or all those below it.
 * @returns the folders, in the order of their names
 * @throws {ResultsError} if there is none, or the store or the disk refuses
 */
export async function fetchSweeps(place: string, into: string, access: StoreAccess): Promise<string[]> {
  const { bucket, prefix } = parseStorePlace(place);
  const start = prefix === '' ? '' : `${prefix}/`;
  const objects = await new ObjectStore(access, bucket).list(start);
  const sweeps = objects.filter(({ key }) => key.split('/').at(-1) === SWEEP).map(({ key }) => dirname(key));
  if (sweeps.length === 0) throw new ResultsError(`${place} holds no sweep: there is no ${SWEEP} in it or below it`);
  const folders: string[] = [];
  for (const sweep of sweeps) {
    const folder = join(into, bucket, sweep);
    await new StoredSweep(folder, `s3://${bucket}/${sweep === '.' ? '' : sweep}`, access).restore();
    folders.push(folder);
  }
  return folders;
}

/** Lets only so many things be done at a time. */
class Limit {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  async run<T>(action: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((go) => this.#waiting.push(go));
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
