import type { Markish } from '@observablehq/plot';
import type { Drawing } from '../drawing.ts';
import { color } from '../palette.ts';

/** The name of each row, to the left of a chart whose rows are numbered from 0. */
export function rowNames({ Plot }: Drawing, labels: readonly string[], names: ReadonlyMap<string, string>): Markish {
  return Plot.text(labels, {
    frameAnchor: 'left',
    y: (_: string, row: number) => row,
    text: (label: string) => names.get(label)!,
    textAnchor: 'end',
    dx: -8,
    fontSize: 12,
    fill: color.ink,
  });
}

/** The title of one of several charts side by side, above it, cut off where it would run into the next. */
export function panelTitle({ Plot }: Drawing, title: string, plotWidth: number): Markish {
  return Plot.text([title], {
    frameAnchor: 'top-left',
    dy: -20,
    lineWidth: Math.max(8, plotWidth / 7.2),
    textOverflow: 'ellipsis',
    fontWeight: 600,
    fontSize: 11,
    fill: color.ink,
  });
}
