import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageJson = new URL('../package.json', import.meta.url);

/** Version of the simulator: a part of every run's identity. */
export const VERSION: string = (JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string }).version;

let hash: string | undefined;

/**
 * Hash of the program's own files, 16 hexadecimal digits: tells two builds of one version apart. Installed packages are
 * not in it; the version stands for them.
 */
export function programHash(): string {
  if (hash !== undefined) return hash;
  const here = fileURLToPath(import.meta.url);
  const folder = join(here, '..');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(extname(here)))
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
  const sum = createHash('sha256');
  for (const file of files)
    sum
      .update(file)
      .update('\0')
      .update(readFileSync(join(folder, file)))
      .update('\0');
  hash = sum.digest('hex').slice(0, 16);
  return hash;
}
