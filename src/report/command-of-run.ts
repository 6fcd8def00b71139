import type { Manifest } from '../results/index.ts';

/** The command that makes a run again: the one that made it, or else, of a cell of a sweep and of a run by a program, a check of it. */
export const commandOfRun = (folder: string, { command }: Manifest): string =>
  command === undefined ? `codeco-sim verify ${folder}` : command.join(' ');
