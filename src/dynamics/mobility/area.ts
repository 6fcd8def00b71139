import { log, type RandomStream } from '../../kernel/index.ts';
import type { Area, Point } from '../../model/index.ts';

/** A point uniform in an area; in a disc by rejection, exact and without trigonometry. */
export function drawPoint(area: Area, stream: RandomStream): Point {
  const { x, y } = area.centre;
  if (area.shape === 'rectangle') {
    const across = area.widthM * (stream.uniform() - 0.5);
    return { x: x + across, y: y + area.heightM * (stream.uniform() - 0.5) };
  }
  for (;;) {
    const dx = 2 * stream.uniform() - 1;
    const dy = 2 * stream.uniform() - 1;
    if (dx * dx + dy * dy <= 1) return { x: x + area.radiusM * dx, y: y + area.radiusM * dy };
  }
}

/** The greatest distance of two points of an area, m. */
export function diameterM(area: Area): number {
  if (area.shape === 'disc') return 2 * area.radiusM;
  return Math.sqrt(area.widthM * area.widthM + area.heightM * area.heightM);
}

/**
 * The mean distance of two independent uniform points of an area, m: 128 r / 45 pi in a disc, and Ghosh's formula in a
 * rectangle (Bulletin of the Calcutta Mathematical Society 43(1), 1951).
 */
export function meanDistanceM(area: Area): number {
  if (area.shape === 'disc') return (128 * area.radiusM) / (45 * Math.PI);
  const a = area.widthM;
  const b = area.heightM;
  const d = diameterM(area);
  const a2 = a * a;
  const b2 = b * b;
  const logs = (b2 / a) * log((a + d) / b) + (a2 / b) * log((b + d) / a);
  return ((a2 * a) / b2 + (b2 * b) / a2 + d * (3 - a2 / b2 - b2 / a2) + 2.5 * logs) / 15;
}
