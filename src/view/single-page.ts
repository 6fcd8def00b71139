import { posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Site } from './files.ts';

const dataUrl = (type: string, bytes: Uint8Array): string =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;

/** The policy of a page that holds all it needs: nothing is fetched at all. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * Puts a site into one HTML file, which a browser opens from the disk: modules as an import map of data URLs, since a page
 * of the disk may import no file; data packed by gzip, each in an element by whose id the page finds it.
 */
export function singlePage(site: Site): Uint8Array {
  const read = (path: string): Uint8Array => site.get(path)!();
  const text = (path: string): string => Buffer.from(read(path)).toString();
  const paths = [...site.keys()];
  const modules = paths.filter((path) => path.endsWith('.js') && path !== 'arrow.js');
  const imports = Object.fromEntries(
    modules.map((path) => [path, dataUrl('text/javascript', Buffer.from(withBareImports(path, text(path))))]),
  );
  const data = paths
    .filter((path) => path === 'scene.json' || path.startsWith('data/'))
    .map((path) => {
      const packed = Buffer.from(gzipSync(read(path))).toString('base64');
      return `<script type="application/gzip" id="file:${path}">${packed}</script>`;
    });
  const replaced: readonly (readonly [from: RegExp, to: string])[] = [
    [/(http-equiv="Content-Security-Policy" content=)"[^"]*"/, `$1"${POLICY}"`],
    [/<link rel="stylesheet"[^>]*>/, `<style>${text('style.css')}</style>`],
    [/ src="arrow\.js" defer/, ` src="${dataUrl('text/javascript', read('arrow.js'))}"`],
    [
      /<script type="module" src="([^"]*)"><\/script>/,
      `<script type="importmap">${JSON.stringify({ imports })}</script>\n<script type="module">import '$1';</script>`,
    ],
    [/<\/body>/, `${data.join('\n')}\n</body>`],
  ];
  return Buffer.from(replaced.reduce((page, [from, to]) => page.replace(from, to), text('index.html')));
}

/** Imports by the path below the site's root: what comes from a data URL has no folder to start from. */
const withBareImports = (path: string, module: string): string =>
  module.replaceAll(
    /\b(from|import)\s*(['"])(\.{1,2}\/[^'"]+)\2/g,
    (_, word: string, quote: string, target: string) =>
      `${word} ${quote}${posix.join(posix.dirname(path), target)}${quote}`,
  );
