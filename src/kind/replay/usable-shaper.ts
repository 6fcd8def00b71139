import type { ContainerRuntime } from '../runtime.ts';
import type { ShaperName } from '../shaping.ts';
import { CommandFailed, runCommand, type ShellCommand } from '../shell-command.ts';

/** What of the network can be applied, and what cannot, with the reason. */
export interface UsableShaper {
  readonly shaper: ShaperName;
  readonly notApplied: readonly string[];
}

/** Queueing disciplines that each shaper needs (tc-htb(8), tc-netem(8)). */
const needed = { htb: 'handle 1: htb default 1', netem: 'netem limit 1000' };

/**
 * Tries in each node's container whether the kernel has what a shaper needs, and whether it may be used: on the loopback device, for a moment.
 * Without netem rates are applied alone; without htb, tc or the container itself nothing is.
 * @returns the best that all containers can do
 */
export async function usableShaper(
  wanted: ShaperName,
  runtime: ContainerRuntime,
  containers: readonly string[],
): Promise<UsableShaper> {
  if (wanted === 'none') return { shaper: 'none', notApplied: [] };
  for (const container of containers) {
    const failure = await tried(runtime, container, needed.htb);
    if (failure !== undefined)
      return {
        shaper: 'none',
        notApplied: [`bandwidth, delay, jitter and loss: ${container} cannot be shaped: ${failure}`],
      };
  }
  if (wanted === 'tc-rate') return { shaper: 'tc-rate', notApplied: [] };
  for (const container of containers) {
    const failure = await tried(runtime, container, needed.netem);
    if (failure !== undefined)
      return { shaper: 'tc-rate', notApplied: [`delay, jitter and loss: ${container} has no netem: ${failure}`] };
  }
  return { shaper: 'tc', notApplied: [] };
}

/** @returns why it cannot be used; undefined where it can */
async function tried(runtime: ContainerRuntime, container: string, qdisc: string): Promise<string | undefined> {
  const script = `tc qdisc replace dev lo root ${qdisc} && tc qdisc del dev lo root`;
  const command: ShellCommand = { program: runtime, args: ['exec', container, 'sh', '-c', script] };
  try {
    await runCommand(command);
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return error.stderr.trim().split('\n').at(-1) || error.message;
  }
}
