import { readFileSync } from 'node:fs';

const packageJson = new URL('../package.json', import.meta.url);

/** Version of the simulator: a part of every run's identity. */
export const VERSION: string = (JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string }).version;
