import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type, type Static, type TProperties } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { DigestTrail } from '../kernel/index.ts';
import type { FileFacts } from './arrow-file.ts';
import { ResultsError, onDisk } from './errors.ts';
import { API_VERSION, MANIFEST, SCENARIO, TRAIL, isUnfinished } from './folder.ts';

const object = <T extends TProperties>(properties: T) => Type.Object(properties, { additionalProperties: false });
const count = Type.Integer({ minimum: 0 });
const hash = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** Plain names alone: nothing that a manifest says may lead out of its folder. */
const fileName = Type.String({ pattern: '^[a-z][a-z0-9_-]*\\.[a-z]+$' });

/** A quantity of a link as it was asked for and as it was measured before the start. */
const configuredAndMeasured = object({ configured: Type.Number(), measured: Type.Number() });

/** What a replay on a real cluster tells of itself; its steps are in `replay.json`. */
const Replay = object({
  /** Of the kubeconfig. */
  contexts: Type.Array(Type.String()),
  placement: Type.String(),
  workload: Type.String(),
  /** How much faster than the scenario it went. */
  speedUp: Type.Number({ exclusiveMinimum: 0 }),
  /** How the network was shaped. */
  shaping: Type.String(),
  /** Ways between nodes that were measured once they were shaped; bandwidth as TCP carries it. */
  links: Type.Optional(
    Type.Array(
      object({
        from: Type.String(),
        to: Type.String(),
        roundTripNs: Type.Optional(configuredAndMeasured),
        bandwidthBps: Type.Optional(configuredAndMeasured),
      }),
    ),
  ),
  /** Limits of the client: calls a second on average, and at once. */
  callsPerSecond: Type.Number({ exclusiveMinimum: 0 }),
  callsAtOnce: Type.Integer({ minimum: 1 }),
  /** Of the steps' beginnings, in real time. */
  latenessNs: object({ median: Type.Number(), max: Type.Number() }),
  /** What of the scenario was not applied, or in another way. */
  notApplied: Type.Array(Type.String()),
  /** What could not be taken away again. */
  leftOver: Type.Array(Type.String()),
  outcome: Type.Union([Type.Literal('done'), Type.Literal('interrupted'), Type.Literal('failed')]),
  /** Why it has failed. */
  failure: Type.Optional(Type.String()),
});

/** What a replay tells of itself. */
export type ReplayFacts = Static<typeof Replay>;

const Manifest = object({
  apiVersion: Type.Literal(API_VERSION),
  kind: Type.Literal('Run'),
  name: Type.String(),
  /** Absent: a simulation. */
  source: Type.Optional(Type.Literal('cluster')),
  scenario: object({ file: Type.String(), hash: Type.String() }),
  seed: Type.Number(),
  version: Type.String(),
  /** Hash of the program that ran it: tells two builds of one version apart. */
  program: Type.Optional(Type.String()),
  /** Version of Node.js that it ran on. */
  node: Type.String(),
  /** Over every event and every row: equal digests, equal runs. */
  digest: Type.String({ pattern: '^[0-9a-f]{16}$' }),
  events: count,
  /** How the events were followed; the entries are in `trail.bin`. */
  trail: object({ stride: Type.Integer({ minimum: 1 }), eventDigest: Type.String() }),
  tables: Type.Record(
    Type.String(),
    object({ file: fileName, rows: count, rowDigest: Type.String(), bytes: count, sha256: hash }),
  ),
  files: Type.Record(Type.String(), object({ bytes: count, sha256: hash })),
  replay: Type.Optional(Replay),
  /** Facts of the wall clock, here alone: all the rest is the same in every repetition. A run of a sweep has none. */
  startedAt: Type.Optional(Type.String()),
  wallTimeSeconds: Type.Optional(Type.Number({ minimum: 0 })),
  command: Type.Optional(Type.Array(Type.String())),
});

/** What `manifest.json` says of a run. */
export type Manifest = Static<typeof Manifest>;

export interface ReadManifestOptions {
  /** Also read every file and compare its hash: finds a changed byte, where sizes alone find a missing end. */
  readonly hashes?: boolean;
}

/**
 * Reads the manifest of a results folder, and checks it and the files it names.
 * @throws {ResultsError} naming the file and the way out, if the folder is not there, the run did not finish, the manifest
 *   is not ours or of another version, or a file is missing, has another size or (with `hashes`) another content
 */
export function readManifest(folder: string, options: ReadManifestOptions = {}): Manifest {
  const manifest = parseManifest(folder, readManifestText(folder));
  const files = [
    ...Object.values(manifest.tables).map(({ file, ...facts }) => [file, facts] as const),
    ...Object.entries(manifest.files),
  ];
  for (const [file, facts] of files) checkFile(join(folder, file), facts, options.hashes === true);
  return manifest;
}

/** Reads how the events of the run went, to compare another run with it. */
export function readTrail(folder: string, manifest: Manifest = readManifest(folder)): DigestTrail {
  const { stride, eventDigest } = manifest.trail;
  const bytes = new Uint8Array(readListedFile(folder, manifest, TRAIL));
  return { stride, eventCount: manifest.events, digest: eventDigest, bytes };
}

/** Reads the resolved scenario that the run was of, as it was given to `Recorder.close`. */
export function readScenario(folder: string, manifest: Manifest = readManifest(folder)): unknown {
  return JSON.parse(readListedFile(folder, manifest, SCENARIO).toString()) as unknown;
}

/**
 * A scenario as its file has it. JSON has no infinite number (RFC 8259, 6) and would have null for it: a number above all that a double holds
 * is written in its place, which is read as infinite.
 */
export function scenarioText(scenario: unknown): string {
  const infinite = (value: unknown): unknown =>
    value === Infinity ? INFINITE : value === -Infinity ? `-${INFINITE}` : value;
  const text = JSON.stringify(scenario, (_, value: unknown) => infinite(value), 2);
  return `${text.replaceAll(JSON.stringify(INFINITE), '1e999').replaceAll(JSON.stringify(`-${INFINITE}`), '-1e999')}\n`;
}

/** Stands for infinity until the text is whole; no text of a scenario holds it. */
const INFINITE = '\u0000infinite\u0000';

function readListedFile(folder: string, manifest: Manifest, file: string): Buffer {
  const path = join(folder, file);
  const facts = manifest.files[file];
  if (facts === undefined) throw new ResultsError(`${join(folder, MANIFEST)} lists no ${file}: run the scenario again`);
  checkFile(path, facts, true);
  return onDisk(`read ${path}`, () => readFileSync(path));
}

/** Writes the manifest under another name first: a manifest that is there is whole. */
export function writeManifest(folder: string, manifest: Manifest): void {
  const path = join(folder, MANIFEST);
  onDisk(`write ${path}`, () => {
    writeFileSync(`${path}.tmp`, `${JSON.stringify(manifest, null, 2)}\n`);
    renameSync(`${path}.tmp`, path);
  });
}

/** Writes a whole file. @returns what the manifest says of it */
export function writeFile(path: string, content: Uint8Array): FileFacts {
  onDisk(`write ${path}`, () => writeFileSync(path, content, { flag: 'wx' }));
  return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

function readManifestText(folder: string): string {
  const path = join(folder, MANIFEST);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') onDisk(`read ${path}`, () => raise(error));
    const message = isUnfinished(folder)
      ? `the run in ${folder} did not finish, so it has no ${MANIFEST}: run the scenario again`
      : `${folder} is no results folder: there is no ${MANIFEST} in it; give the folder that a run wrote with --out`;
    throw new ResultsError(message, { cause: error });
  }
}

function raise(error: unknown): never {
  throw error;
}

function parseManifest(folder: string, text: string): Manifest {
  const path = join(folder, MANIFEST);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ResultsError(`${path} is not JSON (${(error as Error).message}): run the scenario again`, { cause: error });
  }
  const { apiVersion } = (value ?? {}) as { apiVersion?: unknown };
  if (typeof apiVersion !== 'string' || !apiVersion.startsWith('codeco-sim/')) {
    throw new ResultsError(`${path} was not written by codeco-sim: its apiVersion is not ${API_VERSION}`);
  }
  if (apiVersion !== API_VERSION) {
    throw new ResultsError(
      `${path} has apiVersion ${apiVersion}, this program reads ${API_VERSION}: ` +
        'read it with the version that wrote it, or run the scenario again',
    );
  }
  if (!Value.Check(Manifest, value)) {
    const { path: pointer, message } = Value.Errors(Manifest, value).First()!;
    throw new ResultsError(`${path} was changed or cut: at ${pointer || '/'}, ${message}; run the scenario again`);
  }
  return value;
}

/** Compares a file with what the manifest says of it. */
export function checkFile(path: string, expected: FileFacts, hashes: boolean): void {
  const { size } = onDisk(`read ${path}, which the manifest names`, () => statSync(path));
  if (size !== expected.bytes) {
    throw new ResultsError(
      `${path} has ${size} bytes, the manifest says ${expected.bytes}: ` +
        `it was ${size < expected.bytes ? 'cut' : 'changed'} after the run; run the scenario again`,
    );
  }
  if (hashes && hashOf(path) !== expected.sha256) {
    throw new ResultsError(`${path} was changed after the run: its SHA-256 is not the manifest's; run the scenario again`);
  }
}

function hashOf(path: string): string {
  return onDisk(`read ${path}`, () => {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(1 << 20);
    const fd = openSync(path, 'r');
    try {
      for (let n = readSync(fd, piece); n > 0; n = readSync(fd, piece)) hash.update(piece.subarray(0, n));
    } finally {
      closeSync(fd);
    }
    return hash.digest('hex');
  });
}
