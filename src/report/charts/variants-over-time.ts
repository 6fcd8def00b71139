import { median } from 'd3-array';
import { formatDuration } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import type { RequestWindow } from '../facts/requests.ts';
import { color, seriesColor, seriesDash } from '../palette.ts';
import { composePicture, type Picture } from '../picture.ts';
import { latencyScale, timeScale } from '../scales.ts';
import { timeAxis, timeBackground, timeLegend, type Timeline } from './time-axis.ts';

/** The windows of a variant's runs. */
export interface VariantWindows {
  readonly label: string;
  readonly runs: readonly (readonly RequestWindow[])[];
}

/** Where the largest is so many times the smallest the axis of latency is logarithmic. */
const LOGARITHMIC_FROM = 30;

interface BandPoint {
  readonly at: number;
  readonly middle: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Latency and failures of several variants over time: the median over the replications, in a band from the lowest to the
 * highest of them.
 */
export function variantsOverTime(
  drawing: Drawing,
  variants: readonly VariantWindows[],
  windowNs: number,
  time: Timeline,
  note: string,
): Picture {
  const { size } = timeScale(time.durationNs);
  const most = Math.max(...variants.map(({ runs }) => runs.length));
  const p95 = variants.flatMap(({ runs }) => runs.flatMap((run) => run.map(({ p95Ns }) => p95Ns ?? 0)));
  const positive = p95.filter((ns) => ns > 0);
  const isLogarithmic = positive.length > 0 && Math.max(...positive) / Math.min(...positive) > LOGARITHMIC_FROM;
  const latency = latencyScale(isLogarithmic ? median(positive)! : Math.max(1e6, ...p95));
  const bandsOf = (of: (window: RequestWindow) => number) =>
    variants.map(({ runs }) =>
      runs[0]!.map(({ fromNs, toNs }, w): BandPoint => {
        const values = runs.map((run) => of(run[w]!)).filter((value) => !Number.isNaN(value));
        return values.length === 0
          ? { at: (fromNs + toNs) / 2 / size, middle: NaN, low: NaN, high: NaN }
          : {
              at: (fromNs + toNs) / 2 / size,
              middle: median(values)!,
              low: Math.min(...values),
              high: Math.max(...values),
            };
      }),
    );
  const latencies = bandsOf(({ p95Ns }) => (p95Ns ?? NaN) / latency.size);
  const failures = bandsOf(({ failed, sent }) => (sent === 0 ? NaN : (100 * failed) / sent));
  const highest = (bands: BandPoint[]) =>
    bands.reduce<BandPoint | undefined>((top, point) => (point.middle > (top?.middle ?? -1) ? point : top), undefined);
  const { unit } = timeScale(time.durationNs);
  const picture = {
    id: 'variants-over-time',
    title: 'The variants over time',
    caption:
      `By the time when requests were issued, in windows of ${formatDuration(windowNs)}. Above: 95th percentile of latency of those answered${isLogarithmic ? ', on a logarithmic axis' : ''}. Below: share of ` +
      `requests that failed. ` +
      (most > 1
        ? 'A line is the median over the replications, the band reaches from the lowest to the highest of them.'
        : 'Each line is one run.') +
      note,
    alt: `${variants
      .map(({ label }, v) => {
        const top = highest(latencies[v]!);
        return top === undefined
          ? `${label}: no answers`
          : `${label}: highest 95th percentile ${Number(top.middle.toPrecision(3))} ${latency.unit} at ${Number(top.at.toPrecision(3))} ${unit}`;
      })
      .join('. ')}.`,
  };
  return {
    ...picture,
    draw(width) {
      const { Plot } = drawing;
      const panel = (bands: BandPoint[][], label: string, isLast: boolean) =>
        drawing.plot({
          width,
          height: 190,
          marginLeft: 54,
          marginRight: 16,
          marginTop: 30,
          marginBottom: isLast ? 40 : 12,
          x: timeAxis(time, width, isLast),
          y:
            isLogarithmic && !isLast
              ? {
                  label,
                  labelArrow: 'none',
                  type: 'log',
                  ticks: 4,
                  tickFormat: (tick: number) => String(Number(tick.toPrecision(2))),
                }
              : { label, labelArrow: 'none', zero: true, nice: true, ticks: 4 },
          marks: [
            Plot.gridY({ stroke: color.grid, strokeOpacity: 1, ticks: 4 }),
            ...timeBackground(drawing, time),
            ...bands.flatMap((band, v) => [
              ...(variants[v]!.runs.length > 1
                ? [Plot.areaY(band, { x: 'at', y1: 'low', y2: 'high', fill: seriesColor(v), fillOpacity: 0.18 })]
                : []),
              Plot.line(band, {
                x: 'at',
                y: 'middle',
                stroke: seriesColor(v),
                strokeWidth: 2,
                strokeDasharray: seriesDash(v),
              }),
            ]),
            ...(isLogarithmic && !isLast ? [] : [Plot.ruleY([0], { stroke: color.muted })]),
          ],
        });
      return composePicture(
        width,
        picture,
        [
          ...variants.map(({ label }, v) => ({
            label,
            color: seriesColor(v),
            shape: 'line' as const,
            dash: seriesDash(v),
          })),
          ...timeLegend(time),
        ],
        [panel(latencies, `95th percentile, ${latency.unit}`, false), panel(failures, 'failed, %', true)],
      );
    },
  };
}
