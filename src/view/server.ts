import { mkdirSync, readdirSync, existsSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { onDisk, ResultsError } from '../results/index.ts';
import type { Site } from './files.ts';
import { singlePage } from './single-page.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.arrow': 'application/vnd.apache.arrow.file',
};

/** A site that is being served. */
export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a site to this machine alone. What can be asked for are the paths of the site: none leads to the disk. A request
 * in another's name than this machine's is refused, so that no page of a stranger can read along by a name of its own.
 * @param port 0 for any that is free
 * @throws {ResultsError} if the port is taken or may not be used
 */
export async function serve(site: Site, port: number): Promise<Served> {
  const server = createServer((request, response) => answer(site, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portProblem(error, port)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portProblem(error: NodeJS.ErrnoException, port: number): unknown {
  if (error.code === 'EADDRINUSE') {
    return new ResultsError(`port ${port} is in use: give another with --port, or --port 0 for any that is free`);
  }
  if (error.code === 'EACCES') {
    return new ResultsError(`port ${port} may not be used by you: give one from 1024 on with --port`);
  }
  return error;
}

function answer(site: Site, { method, url, headers }: IncomingMessage, response: ServerResponse): void {
  const end = (status: number, text: string): void =>
    void response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '')) {
    end(403, 'this page is for this machine alone');
    return;
  }
  if (method !== 'GET' && method !== 'HEAD') {
    end(405, 'this page is only read');
    return;
  }
  const path = (url ?? '/').split('?', 1)[0]!.slice(1);
  const content = site.get(path === '' ? 'index.html' : path);
  if (content === undefined) {
    end(404, 'there is no such file');
    return;
  }
  try {
    const bytes = content();
    response.writeHead(200, {
      'content-type': types[extname(path === '' ? 'index.html' : path)]!,
      'content-length': bytes.length,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(method === 'HEAD' ? undefined : bytes);
  } catch (error) {
    // a file of the results went away meanwhile
    end(500, error instanceof ResultsError ? error.message : String(error));
  }
}

/**
 * Writes a site into a folder, for any web server to show; or, where it is to be a file that ends in .html, as one page
 * that a browser opens from the disk.
 * @returns bytes written
 * @throws {ResultsError} if the folder holds anything that is no such site, or the disk refuses
 */
export function writeSite(site: Site, folder: string): number {
  if (folder.endsWith('.html')) {
    const page = singlePage(site);
    onDisk(`write ${folder}`, () => writeFileSync(folder, page));
    return page.length;
  }
  const present = existsSync(folder) ? onDisk(`read ${folder}`, () => readdirSync(folder)) : [];
  if (present.length > 0 && !present.includes('scene.json')) {
    throw new ResultsError(`${folder} is not empty and holds no page of view: choose another folder with --out`);
  }
  let total = 0;
  for (const [path, content] of site) {
    const file = join(folder, path);
    const bytes = content();
    onDisk(`write ${file}`, () => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    });
    total += bytes.length;
  }
  return total;
}
