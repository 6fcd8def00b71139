import type { Drawing } from '../drawing.ts';
import { color, seriesColor } from '../palette.ts';
import { composePicture, marginFor, shortNames, type LegendEntry } from '../picture.ts';
import { timeScale } from '../scales.ts';
import { rowNames } from './rows.ts';
import { timeAxis, type Timeline } from './time-axis.ts';

/** What lasts, by the words of the legend. */
const fills = {
  fault: color.alarm,
  'node not up': seriesColor(3),
  'cut off': seriesColor(4),
  'two copies': seriesColor(5),
  violation: seriesColor(7),
} as const;

/** A stretch of time in a row of a picture. */
export interface Span {
  readonly row: string;
  readonly kind: keyof typeof fills;
  readonly fromNs: number;
  readonly toNs: number;
}

/** Something that takes no time. */
export interface Instant {
  readonly row: string;
  readonly timeNs: number;
}

/** Bars and dots over simulated time, a row a thing. @param rows names of the rows that are drawn, from the top */
export function drawTimeline(
  drawing: Drawing,
  width: number,
  picture: { readonly id: string; readonly alt: string },
  rows: readonly string[],
  spans: readonly Span[],
  instants: readonly Instant[],
  time: Timeline,
): string {
  const { Plot } = drawing;
  const { size } = timeScale(time.durationNs);
  const rowOf = new Map(rows.map((name, row) => [name, row]));
  const names = shortNames(rows, width);
  const bars = spans.flatMap(({ row, kind, fromNs, toNs }) => {
    const at = rowOf.get(row);
    return at === undefined ? [] : [{ at, kind, from: fromNs / size, to: toNs / size }];
  });
  const dots = instants.flatMap(({ row, timeNs }) => {
    const at = rowOf.get(row);
    return at === undefined ? [] : [{ at, x: timeNs / size }];
  });
  const fill = ({ kind }: { readonly kind: Span['kind'] }) => fills[kind];
  const svg = drawing.plot({
    width,
    height: rows.length * 20 + 58,
    marginLeft: marginFor([...names.values()]),
    marginRight: 16,
    marginTop: 8,
    marginBottom: 42,
    x: timeAxis(time, width, true),
    y: { domain: [-0.5, rows.length - 0.5], reverse: true, axis: null },
    marks: [
      Plot.gridX({ stroke: color.grid, strokeOpacity: 1, ticks: width < 500 ? 5 : 10 }),
      Plot.rect(bars, {
        x1: 'from',
        x2: 'to',
        y1: ({ at }: (typeof bars)[number]) => at - 0.32,
        y2: ({ at }: (typeof bars)[number]) => at + 0.32,
        fill,
        // an instant is a line, not nothing
        stroke: fill,
      }),
      Plot.dot(dots, { x: 'x', y: 'at', r: 3.2, fill: seriesColor(0), fillOpacity: 0.75 }),
      rowNames(drawing, rows, names),
    ],
  });
  const kinds = (Object.keys(fills) as Span['kind'][]).filter((kind) => bars.some((bar) => bar.kind === kind));
  const legend: LegendEntry[] = [
    ...kinds.map((kind) => ({ label: kind, color: fills[kind], shape: 'box' as const })),
    ...(dots.length > 0 ? [{ label: 'event of governance', color: seriesColor(0), shape: 'dot' as const }] : []),
  ];
  return composePicture(width, picture, legend, [svg]);
}
