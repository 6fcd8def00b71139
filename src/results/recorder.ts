import { join } from 'node:path';
import { Digest, type DigestTrail } from '../kernel/index.ts';
import type { Column, Columns } from './columns.ts';
import { Dictionary } from './dictionary.ts';
import { API_VERSION, REPLAY, SCENARIO, TRAIL, markFinished, prepareFolder, tableFile } from './folder.ts';
import { scenarioText, writeFile, writeManifest, type Manifest, type ReplayFacts } from './manifest.ts';
import { TableWriter } from './table-writer.ts';
import { tableNames, tables, type Domain, type ObservedMeasures, type TableName, type Tables } from './tables.ts';

/** What is known of a run before it begins. */
export interface RunHeader {
  readonly name: string;
  /** A real cluster was observed; absent: a simulation. */
  readonly source?: 'cluster';
  /** The file that was read, as the user named it, and a hash of the resolved scenario. */
  readonly scenario: { readonly file: string; readonly hash: string };
  readonly seed: number;
  /** Version of the simulator. */
  readonly version: string;
  /** Hash of the program's own code. */
  readonly program?: string;
  /** The command line, word by word. */
  readonly command?: readonly string[];
}

export interface RecorderOptions {
  /** Write into a folder that holds other things. */
  readonly force?: boolean;
  /** Tables that are written, besides `runs`; all by default. Those that are not written are checked and digested all the same. */
  readonly tables?: readonly TableName[];
  /** No facts of the wall clock: the folder of a repetition is then the same to the byte. */
  readonly timeless?: boolean;
}

/** What is known of a run at its end. */
export interface RunEnding {
  /** The events: their number, their digest, and the trail that another run can be compared with. */
  readonly trail: DigestTrail;
  readonly measures: ObservedMeasures;
  /** The resolved scenario, to run it again from the results alone. */
  readonly scenario?: unknown;
  /** Of a replay on a real cluster: what it tells of itself, and its steps. */
  readonly replay?: { readonly facts: ReplayFacts; readonly steps: readonly unknown[] };
}

type RowDigests = Partial<Record<TableName, string>>;
type TableWriters = { readonly [T in TableName]: TableWriter<Tables[T]['columns']> };

/** All tables but the one whose only row is made at the end. */
const producedTables = tableNames.filter((name) => name !== 'runs');

/**
 * Records a run: its tables while it goes, and at the end the manifest. What it writes into tables depends on the run
 * alone; the wall clock appears in the manifest only.
 */
export class Recorder {
  readonly tables: TableWriters;
  /** Codes of the strings in dictionary columns, by domain. */
  readonly dictionaries: Readonly<Record<Domain, Dictionary>>;
  readonly #folder: string | undefined;
  readonly #header: RunHeader;
  readonly #written: readonly TableName[];
  readonly #startedAt: Date | undefined;
  #open = true;

  /**
   * @param folder where to write; without it nothing is written, but the rows are checked and digested all the same
   * @throws {ResultsError} if the folder cannot be used
   */
  constructor(folder: string | undefined, header: RunHeader, options: RecorderOptions = {}) {
    this.#folder = folder;
    this.#header = header;
    this.#startedAt = options.timeless === true ? undefined : new Date();
    const { tables: wanted = tableNames } = options;
    this.#written = folder === undefined ? [] : tableNames.filter((name) => name === 'runs' || wanted.includes(name));
    if (folder !== undefined) prepareFolder(folder, options.force === true);
    this.dictionaries = makeDictionaries();
    const metadata = {
      scenario: header.name,
      scenario_hash: header.scenario.hash,
      seed: String(header.seed),
      version: header.version,
    };
    const writers: Partial<Record<TableName, TableWriter>> = {};
    try {
      for (const name of tableNames) {
        const path = this.#written.includes(name) ? join(folder!, tableFile(name)) : undefined;
        writers[name] = new TableWriter<Columns>(name, tables[name], this.dictionaries, path, metadata);
      }
    } catch (error) {
      for (const writer of Object.values(writers)) writer.abandon();
      throw error;
    }
    this.tables = writers as unknown as TableWriters;
  }

  /**
   * Ends the run: writes what is left of the tables, then the manifest as the last file.
   * @returns the run's digest, over every event and every row; and the manifest, when there is a folder
   */
  close(ending: RunEnding): { readonly digest: string; readonly manifest: Manifest | undefined } {
    if (!this.#open) throw new Error('the recorder is closed');
    try {
      const rowDigests = this.#endRows();
      const digest = this.#runDigest(ending.trail, rowDigests);
      rowDigests.runs = this.#endRun(digest, ending);
      const manifest = this.#folder === undefined ? undefined : this.#write(this.#folder, digest, rowDigests, ending);
      this.#open = false;
      return { digest, manifest };
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** Gives up a run that failed: closes the files, and leaves a folder that says it is unfinished. */
  abandon(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const name of tableNames) this.tables[name].abandon();
  }

  #endRows(): RowDigests {
    return Object.fromEntries(producedTables.map((name) => [name, this.tables[name].endRows()]));
  }

  #endRun(digest: string, { trail, measures }: RunEnding): string {
    const { name: run, scenario, seed, version } = this.#header;
    const known = { run, scenario_hash: scenario.hash, seed, version, digest, events: trail.eventCount };
    this.tables.runs.append({ ...measures, ...known });
    return this.tables.runs.endRows();
  }

  #runDigest(trail: DigestTrail, rowDigests: RowDigests): string {
    const digest = new Digest();
    digest.updateText(trail.digest);
    for (const name of producedTables) digest.updateText(rowDigests[name]!);
    for (const dictionary of Object.values(this.dictionaries)) dictionary.fold(digest);
    return digest.hex;
  }

  #write(
    folder: string,
    digest: string,
    rowDigests: RowDigests,
    { trail, scenario, replay }: RunEnding,
  ): Manifest {
    const tableFacts = this.#written.map((name) => {
      const { rows } = this.tables[name];
      const facts = this.tables[name].finish({ digest })!;
      return [name, { file: tableFile(name), rows, rowDigest: rowDigests[name]!, ...facts }] as const;
    });
    const files: Manifest['files'] = { [TRAIL]: writeFile(join(folder, TRAIL), trail.bytes) };
    if (scenario !== undefined) {
      files[SCENARIO] = writeFile(join(folder, SCENARIO), Buffer.from(scenarioText(scenario)));
    }
    if (replay !== undefined) {
      files[REPLAY] = writeFile(join(folder, REPLAY), Buffer.from(`${JSON.stringify(replay.steps, null, 2)}\n`));
    }
    const { name, source: of, scenario: source, seed, version, program, command } = this.#header;
    const manifest: Manifest = {
      apiVersion: API_VERSION,
      kind: 'Run',
      name,
      ...(of === undefined ? {} : { source: of }),
      scenario: { ...source },
      seed,
      version,
      ...(program === undefined ? {} : { program }),
      node: process.version,
      digest,
      events: trail.eventCount,
      trail: { stride: trail.stride, eventDigest: trail.digest },
      tables: Object.fromEntries(tableFacts),
      files,
      ...(replay === undefined ? {} : { replay: replay.facts }),
      ...(this.#startedAt === undefined
        ? {}
        : {
            startedAt: this.#startedAt.toISOString(),
            wallTimeSeconds: (Date.now() - this.#startedAt.getTime()) / 1000,
          }),
      ...(command === undefined ? {} : { command: [...command] }),
    };
    writeManifest(folder, manifest);
    markFinished(folder);
    return manifest;
  }
}

/** One empty dictionary for every domain that a column names, in the order of the tables. */
function makeDictionaries(): Record<Domain, Dictionary> {
  const dictionaries: Partial<Record<string, Dictionary>> = {};
  for (const name of tableNames) {
    for (const column of Object.values<Column>(tables[name].columns)) {
      if (column.kind === 'dictionary') dictionaries[column.domain] ??= new Dictionary(column.domain);
    }
  }
  return dictionaries as Record<Domain, Dictionary>;
}
