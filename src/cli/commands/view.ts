import { spawn } from 'node:child_process';
import { Option, type Command } from 'commander';
import { folderOfRun } from '../../experiment/index.ts';
import { formatBytes } from '../../format.ts';
import { serve, siteOf, writeSite } from '../../view/index.ts';
import { untilInterrupted } from '../interruption.ts';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';
import { wholeNumber } from './options.ts';

const DEFAULT_PORT = 8100;
const MOST_PORT = 65_535;

interface ViewFlags {
  readonly port: number;
  readonly out?: string;
  readonly replication?: number;
  readonly open: 'yes' | 'no' | 'auto';
}

/** `view RESULTS`: a page that replays a run, served to this machine or written to a folder. */
export function addViewCommand(program: Command, io: Io): void {
  program
    .command('view')
    .summary('replay a run in the browser: map, requests, pods, faults, and why')
    .description(
      'Serves a page to this machine alone that replays a run: the map with clusters, nodes, links and movers, requests on\n' +
        'their way, pods that start, move and end, faults and what they cut off; with a click on anything its history and why.\n' +
        'It ends with Ctrl+C. With --out it is written instead: to a folder, which any web server can show, or to one file\n' +
        '(FILE.html), which a browser opens from the disk.\n\n' +
        "Examples:\n  codeco-sim view results/a\n  codeco-sim view 'results/sweep#3' --replication 1\n  codeco-sim view results/a --out a.html",
    )
    .argument('<results>', 'results folder, or FOLDER#NUMBER of a cell of a sweep')
    .option('--port <n>', 'where to serve; 0: any that is free', portNumber, DEFAULT_PORT)
    .option('--replication <n>', 'which run of a cell, from 0 (default: the first)', wholeNumber('--replication'))
    .option('--out <path>', 'write the page into this folder, or this file where it ends in .html, and serve nothing')
    .addOption(
      new Option('--open <when>', 'open the page in a browser; auto: where the output is a terminal')
        .choices(['auto', 'yes', 'no'])
        .default('auto'),
    )
    .action(async (reference: string, flags: ViewFlags) => {
      const site = await siteOf(await folderOfRun(reference, flags.replication));
      if (flags.out !== undefined) {
        const bytes = writeSite(site, flags.out);
        io.out(`${flags.out}  ${formatBytes(bytes)}\n`);
        return;
      }
      const served = await serve(site, flags.port);
      await untilInterrupted(async (signal) => {
        io.out(`${served.url}\n`);
        io.err('Ctrl+C ends it.\n');
        if (flags.open === 'yes' || (flags.open === 'auto' && io.errIsTerminal)) openBrowser(served.url);
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      });
      await served.close();
    });
}

function portNumber(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= MOST_PORT) return Number(text);
  throw new UsageError(`--port: found '${text}', expected a port from 0 to ${MOST_PORT}`);
}

/** Where there is no browser, the address that was printed is all there is. */
function openBrowser(url: string): void {
  const program = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  const child = spawn(program, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
