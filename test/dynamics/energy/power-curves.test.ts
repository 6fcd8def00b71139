import { describe, expect, test } from 'vitest';
import { powerAt } from '../../../src/dynamics/energy/power-curves/index.ts';
import type { NodePower, Watts } from '../../../src/model/index.ts';

const W = (value: number): Watts => value as Watts;

describe('power of a node by the share of its CPU in use', () => {
  test('linear: 93.7 W idle, 135 W peak at 30 % (CloudSim, PowerModelLinear, by hand)', () => {
    expect(powerAt({ idleW: W(93.7), peakW: W(135) }, 0.3)).toBeCloseTo(93.7 + 0.3 * 41.3, 12);
  });
  test('cubic: half the load takes an eighth of the dynamic power', () => {
    const power: NodePower = { idleW: W(100), peakW: W(180), curve: 'cubic' };
    expect([0, 0.5, 1].map((share) => powerAt(power, share))).toEqual([100, 110, 180]);
  });
  test('measured: HP ProLiant ML110 G5, the points of SPECpower_ssj2008 as in CloudSim', () => {
    const watts = [93.7, 97, 101, 105, 110, 116, 121, 125, 129, 133, 135];
    const points = watts.map((value, index) => ({ share: index / 10, powerW: W(value) }));
    const power: NodePower = { idleW: W(93.7), peakW: W(135), curve: 'measured', points };
    expect(points.map(({ share }) => powerAt(power, share))).toEqual(watts);
    expect(powerAt(power, 0.45)).toBeCloseTo(113, 12);
  });
});
