import { Interrupted } from '../shell-command.ts';
import type { RealTime } from './real-time.ts';

/**
 * Carries out steps at their times. Those of the same lane are done one after the other, in their order; those of different lanes do
 * not wait for each other. Own design.
 * @param steps in the order of their times
 * @param carry does a step; where it throws, nothing more is begun
 * @throws what `carry` has thrown first, once all that was begun has ended
 * @throws {Interrupted} if `signal` was given, likewise
 */
export async function carryOut<Step extends { readonly atNs: number }>(
  steps: readonly Step[],
  time: Pick<RealTime, 'until'>,
  laneOf: (step: Step) => string,
  carry: (step: Step, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const failures: unknown[] = [];
  const lanes = new Map<string, Promise<void>>();
  const fail = (error: unknown): void => {
    failures.push(error);
    failed.abort();
  };
  for (const step of steps) {
    await time.until(step.atNs, either).catch(fail);
    if (either.aborted) break;
    const lane = laneOf(step);
    const before = lanes.get(lane) ?? Promise.resolve();
    lanes.set(lane, before.then(() => (either.aborted ? undefined : carry(step, either))).catch(fail));
  }
  await Promise.all(lanes.values());
  const [cause] = failures.filter((error) => !(error instanceof Interrupted));
  if (cause !== undefined) throw cause;
  if (signal.aborted) throw new Interrupted();
}
