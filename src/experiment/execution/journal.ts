import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { onDisk } from '../../results/index.ts';
import type { RunResult } from './run-task.ts';

const JOURNAL = 'journal.jsonl';

/**
 * A line for each run that was finished, in the order of finishing: its row and what it took. It saves opening a table
 * for each run when a sweep goes on, and tells what runs cost; all else can be found again in the runs' own folders.
 */
export class Journal {
  readonly #descriptor: number;
  readonly #path: string;
  readonly #entries = new Map<string, RunResult>();

  /** @throws {ResultsError} if the disk refuses */
  constructor(folder: string) {
    this.#path = join(folder, JOURNAL);
    this.#descriptor = onDisk(`write ${this.#path}`, () => openSync(this.#path, 'a+'));
    const text = onDisk(`read ${this.#path}`, () => readFileSync(this.#path, 'utf8'));
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    // a process that was killed may have left half a line
    if (whole !== text) ftruncateSync(this.#descriptor, Buffer.byteLength(whole));
    for (const line of whole.split('\n')) {
      const entry = parse(line);
      if (entry !== undefined) this.#entries.set(entry.hash, entry);
    }
  }

  /** What came of a run, by the name of its folder. */
  get(hash: string): RunResult | undefined {
    return this.#entries.get(hash);
  }

  /** @throws {ResultsError} if the disk refuses */
  add(hash: string, { row, seconds }: RunResult): void {
    this.#entries.set(hash, { row, seconds });
    onDisk(`write ${this.#path}`, () => writeSync(this.#descriptor, `${JSON.stringify({ hash, seconds, row })}\n`));
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function parse(line: string): (RunResult & { readonly hash: string }) | undefined {
  try {
    const { hash, seconds, row } = JSON.parse(line) as Partial<RunResult & { hash: string }>;
    const isWhole = typeof hash === 'string' && typeof seconds === 'number' && typeof row === 'object' && row !== null;
    return isWhole ? { hash, seconds, row } : undefined;
  } catch {
    return undefined;
  }
}
