import { Command } from 'commander';
import pc from 'picocolors';
import type { Io } from '../../src/cli/io.ts';

/** Runs a command of the program in this process: what it wrote. */
export async function runCommand(
  add: (program: Command, io: Io) => void,
  ...args: readonly string[]
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  let stdout = '';
  let stderr = '';
  const program = new Command().exitOverride();
  const io: Io = {
    out: (text) => void (stdout += text),
    err: (text) => void (stderr += text),
    errIsTerminal: false,
    colors: pc.createColors(false),
    now: () => Date.now(),
  };
  add(program, io);
  await program.parseAsync(args, { from: 'user' });
  return { stdout, stderr };
}
