import type { Markish } from '@observablehq/plot';
import type { Drawing } from '../drawing.ts';

/** One layer of a stack: its height in each window of time, NaN where there is none. */
export interface Layer {
  readonly fill: string;
  readonly heights: readonly number[];
}

/** A window of time in the unit of the axis. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Layers upon one another in windows of time, the first at the bottom, so that the upper edge is the sum. */
export function stackedLayers({ Plot }: Drawing, windows: readonly Window[], layers: readonly Layer[]): Markish {
  const bars = windows.flatMap(({ from, to }, w) => {
    let low = 0;
    return layers.flatMap(({ fill, heights }) => {
      const height = heights[w]! || 0;
      if (height === 0) return [];
      const bottom = low;
      low += height;
      return [{ from, to, bottom, top: low, fill }];
    });
  });
  return Plot.rect(bars, {
    x1: 'from',
    x2: 'to',
    y1: 'bottom',
    y2: 'top',
    insetLeft: 0.25,
    insetRight: 0.25,
    fill: ({ fill }: (typeof bars)[number]) => fill,
  });
}
