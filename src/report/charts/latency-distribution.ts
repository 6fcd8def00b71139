import type { LatencyHistogram } from '../../dynamics/index.ts';
import { formatCount, formatDuration } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import { color, seriesColor, seriesDash } from '../palette.ts';
import { composePicture, type Picture } from '../picture.ts';
import { latencyAcross, latencyAxis } from './latency-axis.ts';

/** The latencies of one variant: of all its runs together. */
export interface LatencySample {
  readonly label: string;
  readonly latencies: LatencyHistogram;
}

/** Points that a curve has at most: two a pixel show nothing more. */
const MOST_POINTS = 500;
const MARKS = [0.5, 0.95, 0.99] as const;

/**
 * Empirical distribution functions of latency, one a variant.
 * @param samples at least one, each with at least one latency
 * @param note of what was left out, for the caption
 */
export function latencyDistribution(drawing: Drawing, samples: readonly LatencySample[], note: string): Picture {
  const curves = samples.map(({ label, latencies }) => ({ label, points: thinned(latencies), latencies }));
  const largest = Math.max(...samples.map(({ latencies }) => latencies.maxNs!));
  const smallest = Math.min(...curves.map(({ points }) => points[0]!.latencyNs));
  const axis = latencyAxis(smallest, largest);
  const { size, isLogarithmic } = axis;
  const isOne = samples.length === 1;
  const rows = samples.map(({ label, latencies }) => [
    label,
    formatCount(latencies.count),
    formatDuration(latencies.meanNs!),
    ...[0.5, 0.9, 0.95, 0.99, 0.999].map((q) => formatDuration(latencies.quantileNs(q)!)),
    formatDuration(latencies.maxNs!),
  ]);
  const alt = `Distribution functions of latency. ${rows
    .map((row) => `${row[0]}: median ${row[3]}, 95th percentile ${row[5]}, 99th ${row[6]}, highest ${row[8]}`)
    .join('. ')}.`;
  const picture = {
    id: 'latency-distribution',
    title: 'How long requests took',
    caption:
      `The share of answered requests whose latency was not above the value on the axis (empirical distribution function); ` +
      `dots mark the 50th, 95th and 99th percentile. The warm-up is left out, and so is what failed. Latencies are counted in ` +
      `buckets, so each value is within 0.1 %; a curve has at most ${MOST_POINTS} points.` +
      axis.note +
      note,
    alt,
    table: { head: ['', 'answered', 'mean', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max'], rows },
  };
  return {
    ...picture,
    draw(width) {
      const { Plot } = drawing;
      const marks = curves.map(({ latencies }, i) => MARKS.map((q) => ({ q, i, x: latencies.quantileNs(q)! / size })));
      const svg = drawing.plot({
        width,
        height: Math.min(360, Math.max(240, width * 0.5)),
        marginLeft: 46,
        marginRight: 20,
        marginTop: 26,
        marginBottom: 40,
        x: latencyAcross(axis, width),
        y: { label: 'share of requests, %', labelArrow: 'none', domain: [0, 100], ticks: 5 },
        marks: [
          Plot.gridY({ stroke: color.grid, strokeOpacity: 1, ticks: 5 }),
          Plot.gridX({ stroke: color.grid, strokeOpacity: 1, ticks: width < 500 ? 5 : 9 }),
          Plot.ruleY([0], { stroke: color.muted }),
          ...curves.map(({ points }, i) =>
            Plot.line(points, {
              x: ({ latencyNs }: (typeof points)[number]) => latencyNs / size,
              y: ({ share }: (typeof points)[number]) => 100 * share,
              z: null,
              curve: 'step-after',
              stroke: seriesColor(i),
              strokeWidth: 2,
              strokeDasharray: seriesDash(i),
            }),
          ),
          ...marks.map((ofCurve, i) =>
            Plot.dot(ofCurve, { x: 'x', y: ({ q }: { q: number }) => 100 * q, r: 3.5, fill: seriesColor(i) }),
          ),
          ...(isOne ? [percentileList(drawing, samples[0]!.latencies, isLogarithmic)] : []),
        ],
      });
      const legend = isOne
        ? []
        : samples.map(({ label }, i) => ({
            label,
            color: seriesColor(i),
            shape: 'line' as const,
            dash: seriesDash(i),
          }));
      return composePicture(width, picture, legend, [svg]);
    },
  };
}

/** Names the percentiles of a curve that is alone, in the corner that the curve leaves free. */
function percentileList({ Plot }: Drawing, latencies: LatencyHistogram, isLogarithmic: boolean) {
  const [low, high] = [latencies.quantileNs(0)!, latencies.maxNs!];
  const lines = MARKS.map((q) => `p${q * 100}  ${formatDuration(latencies.quantileNs(q)!)}`);
  // a distribution function rises: where a third is below two thirds of the axis, nothing is below it on the right
  const across = isLogarithmic ? low * Math.cbrt(high / low) ** 2 : (2 / 3) * high;
  const isRight = latencies.quantileNs(0.35)! <= across;
  return Plot.text([lines.join('\n')], {
    frameAnchor: isRight ? 'bottom-right' : 'top-left',
    textAnchor: isRight ? 'end' : 'start',
    dx: isRight ? -8 : 8,
    dy: isRight ? -12 : 8,
    lineHeight: 1.35,
    fontSize: 13,
    fontWeight: 600,
    fill: color.ink,
    stroke: color.paper,
    strokeWidth: 4,
  });
}

interface Point {
  readonly latencyNs: number;
  readonly share: number;
}

/** The steps of a distribution function that a picture can show: a new one where it has risen or gone on by half a pixel. */
function thinned(latencies: LatencyHistogram): Point[] {
  const total = latencies.count;
  const points: Point[] = [];
  let pending: Point | undefined;
  const reach = latencies.maxNs! / MOST_POINTS;
  for (const [latencyNs, count] of latencies.cumulative()) {
    pending = { latencyNs, share: count / total };
    const last = points.at(-1);
    if (last === undefined) points.push({ latencyNs, share: 0 });
    if (
      last === undefined ||
      pending.share - last.share >= 2 / MOST_POINTS ||
      (latencyNs - last.latencyNs >= reach * 2 && latencyNs >= last.latencyNs * 1.02)
    ) {
      points.push(pending);
      pending = undefined;
    }
  }
  if (pending !== undefined) points.push(pending);
  return points;
}
