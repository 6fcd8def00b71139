import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { World } from '../model/index.ts';
import { onDisk, readManifest, readScenario } from '../results/index.ts';
import { arrowFile } from './arrow.ts';
import { indexPage } from './index-page.ts';
import { motionOf, type Motion } from './motion.ts';
import type { SceneTable } from './replay/scene.ts';
import { sceneOf } from './scene-of.ts';
import { stylesheet } from './stylesheet.ts';
import { thinned, thinnings } from './thinning.ts';

/** A replay as files of a web site: contents by their path below its root, which has no dots and no slash in front. */
export type Site = ReadonlyMap<string, () => Uint8Array>;

/** Rows of a table of each kind that go to the page at most; of a longer one as many parts as fit. */
const MOST_ROWS = 240_000;
/** Other tables are there whole up to this size. */
const MOST_BYTES = 96e6;
/** Tables that the page reads whole. */
const wholeTables = [
  'pods',
  'faults',
  'movement',
  'migrations',
  'governance',
  'operations',
  'scalings',
  'app_status',
  'decisions',
  'verdicts',
] as const;

/** What the page's own modules import from beside them. */
const sharedModules = ['explanation.js', 'format.js'];

/**
 * Makes the page that replays a run.
 * @throws {ResultsError} if the folder is no whole result, or something in it is damaged
 */
export async function siteOf(folder: string): Promise<Site> {
  const manifest = readManifest(folder, { hashes: true });
  const stored = readScenario(folder, manifest) as {
    scenario: { metadata?: { description?: string } };
    world: World;
  };
  const files = new Map<string, () => Uint8Array>();
  const tables: Record<string, SceneTable> = {};
  const absent: string[] = [];
  for (const [name, thinning] of Object.entries(thinnings)) {
    const rows = manifest.tables[name]?.rows;
    if (rows === undefined) continue;
    const every = Math.max(1, Math.ceil(rows / MOST_ROWS));
    const bytes = await thinned(folder, manifest, name, thinning, every);
    files.set(`data/${name}.arrow`, () => bytes);
    tables[name] = { file: `data/${name}.arrow`, rows, every };
  }
  for (const name of wholeTables) {
    const table = manifest.tables[name];
    if (table === undefined) continue;
    if (table.bytes > MOST_BYTES) absent.push(name);
    else {
      const path = join(folder, table.file);
      files.set(`data/${name}.arrow`, () => onDisk(`read ${path}`, () => readFileSync(path)));
      tables[name] = { file: `data/${name}.arrow`, rows: table.rows, every: 1 };
    }
  }
  const motion = await motionOf(stored.world, folder, manifest);
  const motionBytes = motionFile(motion);
  files.set('data/motion.arrow', () => motionBytes);
  const scene = sceneOf(manifest, stored.scenario.metadata?.description, stored.world, motion, tables, absent);
  files.set('scene.json', () => Buffer.from(JSON.stringify(scene)));
  files.set('index.html', () => Buffer.from(indexPage(manifest.name)));
  files.set('style.css', () => Buffer.from(stylesheet));
  const arrow = join(dirname(createRequire(import.meta.url).resolve('apache-arrow')), 'Arrow.es2015.min.js');
  files.set('arrow.js', () => onDisk(`read ${arrow}`, () => readFileSync(arrow)));
  const built = fileURLToPath(new URL('../../dist/', import.meta.url));
  const own = ['view/page', 'view/replay'].flatMap((inner) =>
    onDisk(`read ${join(built, inner)}`, () => readdirSync(join(built, inner)).sort()).map(
      (file) => `${inner}/${file}`,
    ),
  );
  for (const module of [...sharedModules, ...own.filter((file) => file.endsWith('.js'))]) {
    files.set(module, () => onDisk(`read ${join(built, module)}`, () => readFileSync(join(built, module))));
  }
  return files;
}

const motionFile = ({ movers, timesNs, xs, ys, present }: Motion): Uint8Array =>
  arrowFile({ mover: movers, time_ns: timesNs, x_m: xs, y_m: ys, present: { flags: present } });
