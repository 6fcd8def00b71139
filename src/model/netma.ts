import type { Nanoseconds } from '../kernel/index.ts';
import type { ProbeErrorName } from './choices.ts';

/** How NetMA measures the network. */
export interface NetmaSettings {
  /** Time between two rounds of probes. */
  readonly intervalNs: Nanoseconds;
  /** Distribution of the relative error of a measurement, and its coefficient of variation: none where that is 0. */
  readonly error: ProbeErrorName;
  readonly errorCv: number;
  /** Weight of the newest measurement in what is believed, above 0, at most 1. */
  readonly gain: number;
  readonly packetBytes: number;
  /** Ways between two nodes that SWM may choose from. */
  readonly paths: number;
  /** How long it takes to join two clusters by an overlay; they need none where absent. */
  readonly overlaySetUpNs?: Nanoseconds;
}
