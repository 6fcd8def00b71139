import { formatDuration } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import { color, seriesColor } from '../palette.ts';
import { composePicture, marginFor, shortNames, type Picture } from '../picture.ts';
import { MOST_ROWS } from './estimates.ts';
import { latencyAcross, latencyAxis } from './latency-axis.ts';
import { rowNames } from './rows.ts';

/** Percentiles of latency of a variant: means over its runs, ns. */
export interface Percentiles {
  readonly label: string;
  readonly p50Ns: number;
  readonly p95Ns: number;
  readonly p99Ns: number;
}

const marks = [
  { name: 'p50', of: ({ p50Ns }: Percentiles) => p50Ns, series: 0 },
  { name: 'p95', of: ({ p95Ns }: Percentiles) => p95Ns, series: 1 },
  { name: 'p99', of: ({ p99Ns }: Percentiles) => p99Ns, series: 2 },
] as const;

/** The three percentiles that every run keeps, a row a variant. */
export function percentilesByVariant(drawing: Drawing, variants: readonly Percentiles[]): Picture {
  const shown = variants.slice(0, MOST_ROWS);
  const all = shown.flatMap((variant) => marks.map(({ of }) => of(variant)));
  const axis = latencyAxis(Math.min(...all), Math.max(...all));
  const { size } = axis;
  const rows = variants.map(({ label, p50Ns, p95Ns, p99Ns }) => [
    label,
    formatDuration(p50Ns),
    formatDuration(p95Ns),
    formatDuration(p99Ns),
  ]);
  const picture = {
    id: 'latency-percentiles',
    title: 'Latency by variant',
    caption:
      'Median, 95th and 99th percentile of the latency of answered requests, warm-up left out; of several replications the mean of their percentiles.' +
      axis.note +
      (variants.length > MOST_ROWS
        ? ` The first ${MOST_ROWS} of ${variants.length} variants are drawn; all are in the table.`
        : ''),
    alt: `${rows
      .slice(0, 12)
      .map((row) => `${row[0]}: median ${row[1]}, 95th percentile ${row[2]}, 99th ${row[3]}`)
      .join('. ')}.`,
    table: { head: ['', 'p50', 'p95', 'p99'], rows },
  };
  return {
    ...picture,
    draw(width) {
      const { Plot } = drawing;
      const labels = shown.map(({ label }) => label);
      const names = shortNames(labels, width);
      const spans = shown.map((variant, row) => ({ row, low: variant.p50Ns / size, high: variant.p99Ns / size }));
      const svg = drawing.plot({
        width,
        height: shown.length * 19 + 58,
        marginLeft: marginFor([...names.values()]),
        marginRight: 20,
        marginTop: 8,
        marginBottom: 42,
        x: latencyAcross(axis, width),
        y: { domain: [-0.5, shown.length - 0.5], reverse: true, axis: null },
        marks: [
          Plot.gridX({ stroke: color.grid, strokeOpacity: 1, ticks: width < 500 ? 5 : 9 }),
          Plot.link(spans, { x1: 'low', x2: 'high', y: 'row', stroke: color.muted, strokeOpacity: 0.6 }),
          ...marks.map(({ of, series }, m) =>
            Plot.dot(
              shown.map((variant, row) => ({ row, x: of(variant) / size })),
              { x: 'x', y: 'row', r: 4.5 - m * 0.5, fill: seriesColor(series) },
            ),
          ),
          rowNames(drawing, labels, names),
        ],
      });
      const legend = marks.map(({ name, series }) => ({
        label: name,
        color: seriesColor(series),
        shape: 'dot' as const,
      }));
      return composePicture(width, picture, legend, [svg]);
    },
  };
}
