import { resolve } from 'node:path';
import pc from 'picocolors';
import { runProgram } from '../../src/cli/program.ts';

/** The built program, for what only a process of its own shows: signals, full pipes, its own environment. */
export const builtProgram = resolve('dist/cli/main.js');

export interface Called {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * What the program answers to a command line given in a folder. Called in this process: starting one takes longer than
 * most commands do.
 * @param env variables that are set for it besides this process's own
 */
export async function callProgram(
  folder: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Called> {
  const before = { folder: process.cwd(), status: process.exitCode, env: { ...process.env } };
  let [stdout, stderr] = ['', ''];
  process.chdir(folder);
  process.exitCode = undefined;
  Object.assign(process.env, env);
  try {
    const status = await runProgram(args, {
      out: (text) => (stdout += text),
      err: (text) => (stderr += text),
      errIsTerminal: false,
      colors: pc.createColors(false),
      now: () => Date.now(),
    });
    return { status, stdout, stderr };
  } finally {
    process.chdir(before.folder);
    process.exitCode = before.status;
    for (const name of Object.keys(env)) {
      if (before.env[name] === undefined) delete process.env[name];
      else process.env[name] = before.env[name];
    }
  }
}
