import type { NodePower, Watts } from '../../../model/index.ts';

/** Idle to peak in proportion to the share of CPU in use. Source: Fan, Weber & Barroso, ISCA 2007, eq. 1. */
export function linear({ idleW, peakW }: NodePower, share: number): Watts {
  return (idleW + (peakW - idleW) * share) as Watts;
}
