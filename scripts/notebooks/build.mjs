import { join, resolve } from 'node:path';
import { build } from 'vite';
import { config, observable } from '@observablehq/notebook-kit/vite';
import { RESULTS } from './results.mjs';

/** Where the pages are built. */
const SITE = resolve(RESULTS, 'site');

/** Packages that notebooks import, from the installed ones: Notebook Kit would load them from a server in the network. */
const installed = {
  name: 'installed-packages',
  enforce: 'pre',
  async resolveId(id, importer) {
    const named = /^(?:https:\/\/cdn\.jsdelivr\.net\/npm\/|npm:)((?:@[^/@]+\/)?[^/@]+)(?:@[^/]+)?(\/.*)?$/.exec(id);
    if (named === null) return undefined;
    const found = await this.resolve(named[1], importer, { skipSelf: true });
    // what is not installed is loaded only by a notebook that uses it
    return found ?? { id, external: true };
  },
  transform(code, id) {
    // style sheets import one another from the same server
    return id.endsWith('.css') ? code.replaceAll('https://cdn.jsdelivr.net/npm/', '') : undefined;
  },
};

/** Builds the pages of notebooks into `SITE`. */
export async function buildNotebooks(names) {
  const root = resolve('notebooks');
  const { resolve: resolution, ...rest } = config();
  await build({
    ...rest,
    // the kit's alias of `npm:` comes before all plugins, and leads into the network
    resolve: { alias: resolution.alias.filter(({ find }) => !String(find).includes('npm')) },
    configFile: false,
    logLevel: 'error',
    root,
    plugins: [installed, observable()],
    build: {
      outDir: SITE,
      emptyOutDir: true,
      target: 'es2022',
      chunkSizeWarningLimit: 5_000,
      assetsInlineLimit: 0,
      rollupOptions: { input: names.map((name) => join(root, name)) },
    },
  });
}
