import { TableColumns } from '../replay/columns.ts';
import { Replay } from '../replay/replay.ts';
import type { Scene } from '../replay/scene.ts';
import { readArrow } from './arrow-global.ts';

/** Tables that are read when somebody asks why. */
const LATER: ReadonlySet<string> = new Set(['verdicts']);

/** Fetches a run and makes its replay. @throws {Error} in words for the reader */
export async function load(): Promise<Replay> {
  const scene = (await (await get('scene.json')).json()) as Scene;
  const tables = new Map<string, TableColumns>();
  const files = [
    ['motion', scene.motion.file] as const,
    ...Object.entries(scene.tables)
      .filter(([name]) => !LATER.has(name))
      .map(([name, { file }]) => [name, file] as const),
  ];
  await Promise.all(files.map(async ([name, file]) => tables.set(name, await loadTable(file))));
  return new Replay(scene, (name) => tables.get(name));
}

/** Fetches a table. @throws {Error} in words for the reader */
export async function loadTable(file: string): Promise<TableColumns> {
  const response = await get(file);
  return new TableColumns(readArrow(new Uint8Array(await response.arrayBuffer())));
}

async function get(file: string): Promise<Response> {
  const held = document.getElementById(`file:${file}`);
  if (held !== null) return unpacked(held.textContent);
  const response = await fetch(file);
  if (!response.ok) throw new Error(`cannot read ${file}: ${await response.text()}`);
  return response;
}

/** What a page that stands alone holds of a file. */
function unpacked(base64: string): Response {
  const packed = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip')));
}
