import type { NodePower, PowerCurveName, Watts } from '../../../model/index.ts';
import { cubic } from './cubic.ts';
import { linear } from './linear.ts';
import { measured } from './measured.ts';

/** Power of a running node at a share of its CPU, 0 to 1. */
type PowerCurve = (power: NodePower, share: number) => Watts;

export const powerCurves: Readonly<Record<PowerCurveName, PowerCurve>> = { linear, cubic, measured };

/** What a running node draws at a share of its CPU, 0 to 1. */
export function powerAt(power: NodePower, share: number): Watts {
  return powerCurves[power.curve ?? 'linear'](power, share);
}
