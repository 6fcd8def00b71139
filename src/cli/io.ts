import pc from 'picocolors';
import { hasColors } from './colors.ts';
import { pictureWidth } from './pictures.ts';

/** The world of a command: data goes to `out`, everything said to a person to `err`. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Whether `err` is a terminal on which a line can be written over. */
  readonly errIsTerminal: boolean;
  /** Characters that a bar may take on `out`; none where it shows no pictures, as a pipe does. */
  readonly pictureWidth?: number;
  colors: ReturnType<typeof pc.createColors>;
  /** Milliseconds of the wall clock. */
  now(): number;
}

export function processIo(): Io {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    errIsTerminal: process.stderr.isTTY === true,
    pictureWidth: pictureWidth(process.stdout, process.env),
    colors: pc.createColors(hasColors('auto', process.stdout, process.env)),
    now: () => Date.now(),
  };
}
