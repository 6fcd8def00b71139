import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { onDisk, ResultsError } from '../../results/index.ts';

const LOCK = 'lock.json';

/** Who holds a folder. A process that has ended may leave its number to another one, so the moment of its start counts. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  /** As the system tells it; null where it does not. */
  readonly started: string | null;
}

/**
 * Takes a folder for this process alone. The lock of a process of this machine that is no more is taken over.
 * @returns gives it back
 * @throws {ResultsError} if another process holds it, here or on another machine
 */
export function takeLock(folder: string): () => void {
  const path = join(folder, LOCK);
  const own = join(folder, `${LOCK}.${process.pid}`);
  const text = `${JSON.stringify(thisProcess())}\n`;
  onDisk(`write ${own}`, () => writeFileSync(own, text));
  try {
    for (;;) {
      // a link appears with its content, and only if there is none
      if (link(own, path)) break;
      const held = read(path);
      if (held === undefined) continue;
      const holder = parse(held);
      if (holder === undefined || isAlive(holder)) throw new ResultsError(refusal(folder, path, holder));
      setAside(path, held, own);
    }
  } finally {
    onDisk(`remove ${own}`, () => rmSync(own, { force: true }));
  }
  return () => {
    if (read(path) === text) onDisk(`remove ${path}`, () => rmSync(path, { force: true }));
  };
}

function refusal(folder: string, path: string, holder: Holder | undefined): string {
  if (holder === undefined) return `${path} is no lock of codeco-sim: remove it if no sweep writes into ${folder}`;
  const { pid, host } = holder;
  return host === hostname()
    ? `another sweep, process ${pid}, writes into ${folder}: wait for it, or choose another folder with --out`
    : `another sweep, process ${pid} on ${host}, writes into ${folder}: wait for it or, if it is no more, remove ${path}`;
}

/** Takes a dead process' lock away; one that somebody else has taken in the meantime goes back. */
function setAside(path: string, held: string, own: string): void {
  const aside = `${own}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (read(aside) !== held) link(aside, path);
  rmSync(aside, { force: true });
}

function link(from: string, to: string): boolean {
  return onDisk(`write ${to}`, () => {
    try {
      linkSync(from, to);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  });
}

function read(path: string): string | undefined {
  return onDisk(`read ${path}`, () => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  });
}

function parse(text: string): Holder | undefined {
  try {
    const { host, pid, started } = JSON.parse(text) as Partial<Holder>;
    const isHolder = typeof host === 'string' && Number.isSafeInteger(pid) && pid! > 0 && started !== undefined;
    return isHolder ? { host, pid: pid!, started } : undefined;
  } catch {
    return undefined;
  }
}

const thisProcess = (): Holder => ({ host: hostname(), pid: process.pid, started: startOf(process.pid) });

function isAlive({ host, pid, started }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startOf(pid);
  return started === null || now === null || started === now;
}

/** Ticks from the start of the machine to that of a process (proc(5), stat, field 22), where Linux tells them. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name of the program, in parentheses, may hold anything
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
