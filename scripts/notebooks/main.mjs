// The notebooks, from a clean clone: makes the results that they open, builds their pages, and shows them.
//   npm run notebooks                      and open the address it prints
//   npm run notebooks -- --check           runs every cell in a headless Chromium instead, and compares numbers with the CLI's
//   npm run notebooks -- --measured DIR    measured pod start-ups (pod_creation_N.csv) for start-up.html
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { preview } from 'vite';
import { buildNotebooks } from './build.mjs';
import { checkNotebooks } from './check.mjs';
import { notebooks, RESULTS } from './results.mjs';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean' },
    measured: { type: 'string', default: '../shared/data/codeco/pod-startup/codeco-no-cam-aws' },
  },
});

const made = notebooks.filter(({ name, needs }) => {
  const missing = needs?.(values);
  if (missing === undefined || existsSync(missing)) return true;
  console.log(
    `skipped: ${name} needs measurements, and there are none at ${missing}; name their folder with --measured`,
  );
  return false;
});
const expected = made.map(({ name, make }) => {
  console.log(`results for ${name}`);
  return { name, texts: make(values) };
});
await buildNotebooks(made.map(({ name }) => name));

const server = await preview({
  root: RESULTS,
  build: { outDir: 'site' },
  appType: 'mpa',
  preview: { host: '127.0.0.1', port: 4173 },
});
const address = server.resolvedUrls.local[0];
if (values.check) {
  const failures = await checkNotebooks(address, expected);
  await server.close();
  for (const failure of failures) console.error(failure);
  process.exitCode = failures.length > 0 ? 1 : 0;
} else {
  for (const { name } of made) console.log(`${address}${name}`);
  console.log('Ctrl-C ends.');
}
