#!/usr/bin/env node
import { exitCodes } from './exit-codes.ts';
import { processIo } from './io.ts';
import { runProgram } from './program.ts';

const io = processIo();
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // a reader that closes the pipe early, such as head, has seen enough
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
  io.err(`codeco-sim failed: cannot write to standard output: ${error.message}\n`);
  process.exit(exitCodes.failed);
});
// nobody listens to what is said on the way; the results count
process.stderr.on('error', () => undefined);

process.exitCode = await runProgram(process.argv.slice(2), io);
