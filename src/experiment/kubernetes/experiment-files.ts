import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { onDisk } from '../../results/index.ts';
import { InputError, type FileUse } from '../../scenario/index.ts';
import { tarOf, type TarEntry } from './tar.ts';

/** What an object of a cluster's store may hold in all its values (Kubernetes, ConfigMap: "cannot exceed 1 MiB"). */
const CONFIG_MAP_BYTES = 1024 * 1024;
/** Left for the object's names, which count as well. Own design. */
const NAMES_BYTES = 64 * 1024;

/** The files of an experiment, laid out under one folder as they lie to each other here. */
export interface ExperimentFiles {
  /** The experiment's own file, relative to the folder. */
  readonly experiment: string;
  /** Folders that may be read from besides the experiment's, relative to the folder. */
  readonly allow: readonly string[];
  /** As they stand in a ConfigMap: by key, and where each key's file belongs. */
  readonly plain?: { readonly data: Readonly<Record<string, string>>; readonly items: readonly ConfigMapItem[] };
  /** In place of `plain` where it would be too large: a tar, gzipped, in base64. */
  readonly packed?: string;
}

/** Which file a key of a ConfigMap becomes. */
export interface ConfigMapItem {
  readonly key: string;
  readonly path: string;
}

/**
 * Lays out the files that an experiment has read, for a ConfigMap.
 * @param files the experiment's own first
 * @param allow folders that `--allow` has named
 * @throws {InputError} if one is named by an absolute path, or all are too large for a ConfigMap even when compressed
 */
export function layOut(files: readonly FileUse[], allow: readonly string[]): ExperimentFiles {
  const absolute = files.filter((file) => file.absolute !== undefined);
  if (absolute.length > 0) {
    throw new InputError(
      absolute.map(({ absolute: path }) => ({
        file: files[0]!.path,
        found: `${path} is an absolute path, which leads nowhere in a pod`,
        expected: 'a path relative to the file that names it',
      })),
    );
  }
  const allowed = allow.map((folder) => realpathSync(resolve(folder)));
  // A file that a symbolic link leads to lies where it is reached; one that is reached in two ways lies there twice.
  const places = [...new Set(files.map(({ reached }) => reached))];
  const root = commonFolder([...places.map(dirname), ...allowed]);
  const within = (path: string): string => relative(root, path).split(sep).join('/');
  const entries = places.map((path): TarEntry => ({
    path: within(path),
    content: onDisk(`read ${path}`, () => readFileSync(path)),
  }));
  const [own] = places as [string];
  const common = { experiment: within(own), allow: allowed.map((folder) => within(folder) || '.') };
  const bytes = entries.reduce((sum, { content }) => sum + content.length, 0);
  if (bytes <= CONFIG_MAP_BYTES - NAMES_BYTES) {
    const items = entries.map(({ path }, index): ConfigMapItem => ({ key: keyOf(path, index), path }));
    const data = Object.fromEntries(entries.map(({ content }, index) => [items[index]!.key, content.toString('utf8')]));
    return { ...common, plain: { data, items } };
  }
  // The time in a gzip's header is none of the files'; zlib leaves it zero.
  const packed = gzipSync(tarOf(entries), { level: 9 });
  if (packed.length > CONFIG_MAP_BYTES - NAMES_BYTES) {
    const largest = entries.toSorted((a, b) => b.content.length - a.content.length).slice(0, 3);
    const names = largest.map(({ path, content }) => `${path} (${mebibytes(content.length)})`).join(', ');
    throw new InputError([
      {
        file: own,
        found: `its files have ${mebibytes(bytes)}, ${mebibytes(packed.length)} compressed; the largest: ${names}`,
        expected: 'at most 0.94 MiB compressed, what a ConfigMap holds: shorter tables, or an image that holds them',
      },
    ]);
  }
  return { ...common, packed: packed.toString('base64') };
}

/** Keys hold letters, digits, `-`, `_`, `.` only; the number keeps paths apart that then look the same. */
const keyOf = (path: string, index: number): string => `${index}-${path.replaceAll(/[^-.\w]/g, '_').slice(-200)}`;

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

/** The innermost folder that holds all of these. */
function commonFolder(folders: readonly string[]): string {
  let [common] = folders as [string];
  for (const folder of folders) {
    while (folder !== common && !folder.startsWith(common.endsWith(sep) ? common : common + sep)) {
      common = join(common, '..');
    }
  }
  return common;
}
