import type { Nanoseconds } from '../kernel/index.ts';
import type { PowerCurveName } from './choices.ts';
import type { Joules, Watts } from './units.ts';

/** A quantity that is constant between instants: the last value holds to the end, or the whole repeats. */
export interface StepSeries {
  /** Where each value begins to hold, ascending; the first is 0. */
  readonly startsNs: readonly Nanoseconds[];
  readonly values: readonly number[];
  /** After this time it begins anew; longer than the last start. */
  readonly periodNs?: Nanoseconds;
}

/** What a running node draws, by the share of its CPU that is in use. */
export interface NodePower {
  readonly idleW: Watts;
  readonly peakW: Watts;
  /** Between idle and peak; linear where absent. */
  readonly curve?: Exclude<PowerCurveName, 'linear'>;
  /** Of the curve `measured`: from share 0 (the idle power) to share 1 (the peak), shares ascending. */
  readonly points?: readonly { readonly share: number; readonly powerW: Watts }[];
  /** It never sleeps where absent. */
  readonly sleep?: SleepState;
}

/** When a node without work goes to sleep, and what that saves and costs. */
export interface SleepState {
  /** After so long without work. */
  readonly afterNs: Nanoseconds;
  /** Drawn asleep. */
  readonly powerW: Watts;
  /** From the first work to the start of it. */
  readonly wakeTimeNs: Nanoseconds;
  /** Drawn beside the idle power while it wakes. */
  readonly wakingW: Watts;
}

/** Where a node's energy comes from, where that is not the mains alone. */
export interface EnergySupply {
  /** Takes over what sun and battery do not give. Without it an empty battery takes the node down. */
  readonly mains: boolean;
  readonly battery?: Battery;
  /** Watts of the panel. */
  readonly solarW?: StepSeries;
  /** Watts that a charger of the battery can take from the mains; 0 while it is not plugged in. */
  readonly chargerW?: StepSeries;
}

export interface Battery {
  readonly capacityJ: Joules;
  readonly initialJ: Joules;
  /** Most that it takes in. */
  readonly maxChargeW: Watts;
  /** Share of what it takes in that can be drawn again. */
  readonly efficiency: number;
  /** Charge at which a node that it let down comes back. */
  readonly returnJ: Joules;
}

/** What a link or an access point draws. */
export interface LinkPower {
  readonly idleW: Watts;
  /** Energy of carrying a bit, on top. */
  readonly perBitJ: Joules;
}

/** What energy from the mains costs the climate and its user, in one region. */
export interface Region {
  readonly name: string;
  /** Grams of CO2 equivalent a kWh. */
  readonly carbonGPerKwh: StepSeries;
  /** In the scenario's currency, a kWh. */
  readonly pricePerKwh: StepSeries;
}
