import type { NodePower, Watts } from '../../../model/index.ts';

/** Straight lines between measured points. Source: `PowerModelSpecPower` of CloudSim, over results of SPECpower_ssj2008. */
export function measured({ points }: NodePower, share: number): Watts {
  let right = 1;
  while (right < points!.length - 1 && points![right]!.share < share) right++;
  const from = points![right - 1]!;
  const to = points![right]!;
  return (from.powerW + ((to.powerW - from.powerW) * (share - from.share)) / (to.share - from.share)) as Watts;
}
