import { spawn } from 'node:child_process';
import { ClusterError } from './cluster-error.ts';

/** A program that is run, with its arguments; `stdin` is written to it. */
export interface ShellCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program that ended with another status than 0, or could not be started. */
export class CommandFailed extends ClusterError {
  readonly command: ShellCommand;
  /** What it said on stderr. */
  readonly stderr: string;

  constructor(command: ShellCommand, outcome: string, stderr: string) {
    const said = stderr.trim().split('\n').slice(-MOST_LINES).join('\n');
    super(
      [`${shellText(command)}`, `      ${outcome}`, ...(said === '' ? [] : [said.replace(/^/gm, '      ')])].join('\n'),
    );
    this.name = 'CommandFailed';
    this.command = command;
    this.stderr = stderr;
  }
}

/** The command was stopped because the user asked for it. */
export class Interrupted extends Error {}

const MOST_LINES = 20;

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** The command as one would type it into a POSIX shell; what goes to its stdin follows as a here-document. */
export function shellText({ program, args, stdin, env = {} }: ShellCommand): string {
  const line = [
    ...Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`),
    program,
    ...args.map(quoted),
  ];
  return stdin === undefined ? line.join(' ') : `${line.join(' ')} <<'EOF'\n${stdin.trimEnd()}\nEOF`;
}

/**
 * Runs a command to its end. It gets a process group of its own, so that an interrupt at the terminal reaches it by `signal` alone.
 * @returns what it wrote to stdout
 * @throws {CommandFailed} if it is not there or its status is not 0
 * @throws {Interrupted} if `signal` was given while it ran, or before
 */
export function runCommand(command: ShellCommand, signal?: AbortSignal): Promise<string> {
  if (signal?.aborted === true) return Promise.reject(new Interrupted());
  return new Promise((resolve, reject) => {
    const { program, args, stdin = '', env } = command;
    const child = spawn(program, args, { detached: true, env: { ...process.env, ...env } });
    const interrupt = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGINT');
      } catch (error) {
        // it has ended just now, and its end has not been told yet
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    };
    signal?.addEventListener('abort', interrupt, { once: true });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error: NodeJS.ErrnoException) => {
      signal?.removeEventListener('abort', interrupt);
      const outcome = error.code === 'ENOENT' ? `${program} is not installed, or not on PATH` : error.message;
      reject(new CommandFailed(command, outcome, ''));
    });
    child.on('close', (status, killedBy) => {
      signal?.removeEventListener('abort', interrupt);
      if (signal?.aborted === true) reject(new Interrupted());
      else if (status === 0) resolve(stdout);
      else
        reject(
          new CommandFailed(
            command,
            killedBy === null ? `ended with status ${status}` : `ended by ${killedBy}`,
            stderr,
          ),
        );
    });
    // a program that ends before it has read its input tells by its status what is wrong
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });
}
