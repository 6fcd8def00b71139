import type { Nanoseconds } from '../../kernel/index.ts';
import type { BitsPerSecond } from '../../model/index.ts';
import type { ImportedFile } from './imported-file.ts';

/** What stands in where a file states nothing, and what the scenario is called. */
export interface ImportOptions {
  /** Name of the scenario; made from the first file's name where absent. */
  readonly name?: string;
  /** Simulated time as a scenario writes it; the importer's own choice where absent. */
  readonly duration?: string;
  /** Of links between places that have no coordinates. Without it these are an error. */
  readonly defaultLatencyNs?: Nanoseconds;
  /** Of links that state none. */
  readonly defaultBandwidthBps?: BitsPerSecond;
  /** Whether the latencies of the file are those of a round trip, to be halved. */
  readonly roundTrip?: boolean;
  /** Distance between access points that are put over the area of a movement. None are put where absent. */
  readonly accessSpacingM?: number;
  /** What recorded times are divided by. */
  readonly timesDividedBy?: number;
  /** Folder that the scenario will lie in: references to files are relative to it. */
  readonly folder: string;
  /** Name of its file without the ending, for files beside it; absent where it is not written to a file. */
  readonly stem?: string;
  /** Whether files beside it may be overwritten. */
  readonly force?: boolean;
}

/** A scenario made from files of another format. */
export interface Draft {
  /** The scenario, YAML with comments. */
  readonly text: string;
  /** For people: what was read, what was left out, which units and values were assumed. */
  readonly notes: readonly string[];
  /** Folders outside the scenario's own that it reads from. */
  readonly allow?: readonly string[];
  /** Files that it refers to, to lie beside it; their text comes in pieces, for it may be long. */
  readonly companions?: readonly { readonly name: string; readonly pieces: () => Iterable<string> }[];
}

/** Reads one foreign format. */
export interface Importer {
  /** One sentence for `list` and `--help`. */
  readonly description: string;
  /** The files it takes, in order, as its usage line names them. */
  readonly files: readonly string[];
  /** @throws {InputError} with the lines of what cannot be used */
  readonly draft: (files: readonly ImportedFile[], options: ImportOptions) => Draft;
}
