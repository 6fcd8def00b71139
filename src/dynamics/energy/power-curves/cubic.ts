import type { NodePower, Watts } from '../../../model/index.ts';

/**
 * Idle to peak with the cube of the share of CPU in use: dynamic power of a processor whose voltage follows its
 * frequency goes with f³. Source: `PowerModelCubic` of CloudSim (Beloglazov & Buyya, CCPE 24(13), 2012).
 */
export function cubic({ idleW, peakW }: NodePower, share: number): Watts {
  return (idleW + (peakW - idleW) * share * share * share) as Watts;
}
