import {
  MAX_TIME_NS,
  NO_EVENT,
  type EventId,
  type HandlerId,
  type Kernel,
  type Nanoseconds,
} from '../../kernel/index.ts';
import type { Fault, FaultEffect } from '../../model/index.ts';
import { durationSampler, type DurationSampler } from '../distributions/index.ts';
import { effectOf, type FaultTargets } from './effects.ts';

/** A fault of the scenario in the course of the run. */
interface FaultState {
  readonly fault: Fault;
  /** What it has hit this time, and whether that is in force: it is not in the pauses of one that flaps. */
  hit: readonly FaultEffect[];
  inForce: boolean;
  flap: EventId;
  /** Of one that comes again and again. */
  readonly upFor: DurationSampler | undefined;
  readonly downFor: DurationSampler | undefined;
}

/**
 * Puts the faults of a scenario on the calendar. Effects on one entity may overlap: it is whole again when nothing holds
 * it down any more.
 *
 * A fault with drawn times is an alternating renewal process that begins whole at the start of the run, so that the share
 * of time that its effects are in force tends to the mean time down over the mean of a whole cycle. Times come from the
 * stream `NAME/failures`, in the order up, down, up; what is hit with a probability from one stream for each effect, so
 * that an effect more or less changes no other.
 * @param noted told of each effect that begins or ends
 */
export function scheduleFaults(
  kernel: Kernel,
  faults: readonly Fault[],
  targets: FaultTargets,
  noted: (effect: FaultEffect, began: boolean) => void = () => {},
): void {
  const states = faults.map(({ timing }, index): FaultState => {
    const drawn = 'upFor' in timing ? timing : undefined;
    return {
      fault: faults[index]!,
      hit: [],
      inForce: false,
      flap: NO_EVENT,
      upFor: drawn && durationSampler(drawn.upFor),
      downFor: drawn && durationSampler(drawn.downFor),
    };
  });

  /** Schedules what is within the end of time, at least 1 ns from now. */
  function after(delayNs: number, handler: HandlerId, index: number): void {
    const time = kernel.now + Math.max(1, Math.ceil(delayNs));
    if (time <= MAX_TIME_NS) kernel.at(time as Nanoseconds, handler, index);
  }

  function setInForce(state: FaultState, inForce: boolean): void {
    if (state.inForce === inForce) return;
    state.inForce = inForce;
    for (const effect of state.hit) {
      if (inForce) effectOf(effect).begin(targets, effect);
      else effectOf(effect).end(targets, effect);
      noted(effect, inForce);
    }
  }

  const flap = kernel.on('fault.flap', (index) => {
    const state = states[index]!;
    setInForce(state, !state.inForce);
    scheduleFlap(state, index);
  });
  function scheduleFlap(state: FaultState, index: number): void {
    const { flapping } = state.fault;
    if (flapping === undefined) return;
    const time = kernel.now + (state.inForce ? flapping.downNs : flapping.upNs);
    state.flap = time <= MAX_TIME_NS ? kernel.at(time as Nanoseconds, flap, index) : NO_EVENT;
  }

  const begin = kernel.on('fault.begin', (index) => {
    const state = states[index]!;
    const { fault, downFor } = state;
    state.hit = hitBy(kernel, fault);
    setInForce(state, true);
    scheduleFlap(state, index);
    if (downFor !== undefined) after(downFor(kernel.streams.get(`${fault.name}/failures`)), end, index);
  });
  const end: HandlerId = kernel.on('fault.end', (index) => {
    const state = states[index]!;
    setInForce(state, false);
    if (state.flap !== NO_EVENT) kernel.cancel(state.flap);
    state.flap = NO_EVENT;
    if (state.upFor !== undefined) after(state.upFor(kernel.streams.get(`${state.fault.name}/failures`)), begin, index);
  });

  for (const [index, { fault, upFor }] of states.entries()) {
    const { timing } = fault;
    if (upFor !== undefined) after(upFor(kernel.streams.get(`${fault.name}/failures`)), begin, index);
    else if ('atNs' in timing) {
      kernel.at(timing.atNs, begin, index);
      const endNs = timing.durationNs === undefined ? Infinity : timing.atNs + timing.durationNs;
      if (endNs <= MAX_TIME_NS) kernel.at(endNs as Nanoseconds, end, index);
    }
  }
}

/** The effects that a fault has this time. */
function hitBy(kernel: Kernel, { name, effects, probability }: Fault): readonly FaultEffect[] {
  if (probability === undefined) return effects;
  return effects.filter(({ kind, target }) => kernel.streams.get(`${name}/${kind}/${target}`).bernoulli(probability));
}
