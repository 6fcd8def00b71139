import { Option, type Command } from 'commander';
import { stringify } from 'yaml';
import type { LoadOptions } from '../../scenario/index.ts';
import { csvText } from '../csv.ts';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';

/** Flags of every command that reads a scenario. */
export interface ScenarioFlags {
  readonly seed?: number;
  readonly set?: readonly string[];
  readonly allow?: readonly string[];
}

/** Gathers the values of a repeatable option. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

/** Reads the value of an option that is a whole number from 0. */
export const wholeNumber =
  (option: string) =>
  (text: string): number => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) {
      throw new UsageError(`${option}: found '${text}', expected a whole number from 0 to 2^53 - 1`);
    }
    return number;
  };

export function addScenarioOptions(command: Command): void {
  command
    .option('--seed <n>', "in place of the scenario's seed", wholeNumber('--seed'))
    .option('--set <path=value>', 'put a value in, such as users[0].count=50 (repeatable)', collect)
    .option('--allow <dir>', "folder outside the scenario's own that it may read from (repeatable)", collect);
}

export function asLoadOptions({ seed, set, allow }: ScenarioFlags): LoadOptions {
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(set === undefined ? {} : { set }),
    ...(allow === undefined ? {} : { allow }),
  };
}

export function outputOption(command: Command): void {
  command.addOption(new Option('-o, --output <format>', 'print for programs').choices(['json', 'yaml', 'csv']));
}

/**
 * Prints a value for programs.
 * @param rows the same as a table, for `csv`
 */
export function printAs(
  io: Io,
  format: string,
  value: unknown,
  rows: () => readonly Readonly<Record<string, unknown>>[],
): void {
  if (format === 'csv') io.out(csvText(rows()));
  else io.out(format === 'yaml' ? stringify(value) : `${JSON.stringify(value, null, 2)}\n`);
}
