import { Option, type Command } from 'commander';
import { clusterForms, type ClusterForm } from '../../kind/index.ts';
import { UsageError } from '../usage-error.ts';
import { wholeNumber } from './options.ts';

export interface FormFlags {
  readonly clusters: ClusterForm;
  readonly name?: string;
  readonly scale: number;
  readonly shrink: number;
}

/** Options that say how a scenario's nodes become clusters and workers. */
export function addFormOptions(command: Command): void {
  command
    .addOption(
      new Option('--clusters <form>', describeChoices(clusterForms)).choices(Object.keys(clusterForms)).default('one'),
    )
    .option('--name <name>', "name of the kind cluster, or what the names begin with (default: the scenario's)")
    .option(
      '--scale <n>',
      'let one worker stand for up to so many nodes of the same cluster and class, and offer what they have together',
      positive('--scale'),
      1,
    )
    .option('--shrink <n>', 'divide CPU and memory of nodes, and later of pods, by it', positive('--shrink'), 1);
}

export const describeChoices = (choices: Readonly<Record<string, string>>): string =>
  Object.entries(choices)
    .map(([name, description]) => `${name}: ${description}`)
    .join('; ');

/** Reads the value of an option that is a whole number from 1. */
export const positive =
  (option: string) =>
  (text: string): number => {
    const number = wholeNumber(option)(text);
    if (number < 1) throw new UsageError(`${option}: found ${text}, expected at least 1`);
    return number;
  };
