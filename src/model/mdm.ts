import type { Nanoseconds } from '../kernel/index.ts';

/** How MDM keeps its catalogue of data and nodes. */
export interface MdmSettings {
  /** Time between two looks of a cluster's connector at what is there. */
  readonly intervalNs: Nanoseconds;
  /** From the arrival of metadata at MDM to their publication. */
  readonly delayNs: Nanoseconds;
  /** Age at which data count for half. */
  readonly halfLifeNs: Nanoseconds;
}
