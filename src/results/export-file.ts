import { closeSync, openSync, writeSync } from 'node:fs';
import type { CellReader } from './cell-readers.ts';


/** A file of another format that takes a table batch by batch. */
export interface ExportFile {
  write(columns: readonly CellReader[], rows: number): void | Promise<void>;
  finish(): void | Promise<void>;
  /** Closes the file as it is; does nothing after `finish`. */
  abandon(): void;
}

/** Rows that become one text before they are written. */
const ROWS_PER_WRITE = 4096;

/** A text file of one line a row. */
export function lineFile(
  path: string,
  head: string,
  line: (columns: readonly CellReader[], row: number) => string,
): ExportFile {
  let fd: number | undefined = openSync(path, 'w');
  const write = (text: string) => {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += writeSync(fd!, bytes, done);
  };
  const close = () => {
    if (fd === undefined) return;
    closeSync(fd);
    fd = undefined;
  };
  write(head);
  return {
    write(columns, rows) {
      for (let first = 0; first < rows; first += ROWS_PER_WRITE) {
        const end = Math.min(first + ROWS_PER_WRITE, rows);
        let text = '';
        for (let row = first; row < end; row++) text += line(columns, row);
        write(text);
      }
    },
    finish: close,
    abandon: close,
  };
}
