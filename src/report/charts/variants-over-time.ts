import { mean } from 'd3-array';
import { formatDuration } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import type { RequestWindow } from '../facts/requests.ts';
import { color, seriesColor, seriesDash } from '../palette.ts';
import { composePicture, type Picture } from '../picture.ts';
import { timeScale } from '../scales.ts';
import { latencyAxis, latencyUp } from './latency-axis.ts';
import { timeAxis, timeBackground, timeLegend, type Timeline } from './time-axis.ts';

/** One run of a variant, by the same windows of time as all others. */
export interface RunCourse {
  readonly windows: readonly RequestWindow[];
  /** Mean number of pods that had no node; undefined where the run kept no table of pods. */
  readonly waitingPods: readonly number[] | undefined;
}

/** The runs of a variant over time. */
export interface VariantCourses {
  readonly label: string;
  readonly runs: readonly RunCourse[];
}

interface BandPoint {
  readonly at: number;
  readonly middle: number;
  readonly low: number;
  readonly high: number;
}

interface Panel {
  readonly label: string;
  /** A sentence for the caption. */
  readonly says: string;
  readonly bands: readonly (readonly BandPoint[])[];
  readonly isLatency?: true;
}

/** Latency, failures and pods without a node of several variants over time: means over the replications, and their range. */
export function variantsOverTime(
  drawing: Drawing,
  variants: readonly VariantCourses[],
  windowNs: number,
  time: Timeline,
  note: string,
): Picture {
  const most = Math.max(...variants.map(({ runs }) => runs.length));
  const { unit } = timeScale(time.durationNs);
  const axis = axisOf(variants);
  const panels = panelsOf(variants, time, axis.size, axis.unit);
  const highest = (bands: readonly BandPoint[]) =>
    bands.reduce<BandPoint | undefined>((top, point) => (point.middle > (top?.middle ?? 0) ? point : top), undefined);
  const round = (value: number) => Number(value.toPrecision(3));
  const picture = {
    id: 'variants-over-time',
    title: 'The variants over time',
    caption:
      `By the time when requests were issued, in windows of ${formatDuration(windowNs)}. From above: ${panels.map(({ says }) => says).join('; ')}. ` +
      (most > 1
        ? 'A line is the mean over the replications, the band reaches from the lowest to the highest of them.'
        : 'Each line is one run.') +
      axis.note +
      note,
    alt: `${variants
      .map(({ label }, v) => {
        const tops = panels.flatMap(({ label: of, bands }) => {
          const top = highest(bands[v]!);
          return top === undefined ? [] : [`${of} highest at ${round(top.at)} ${unit}: ${round(top.middle)}`];
        });
        return `${label}: ${tops.length === 0 ? 'no answers and no failures' : tops.join(', ')}`;
      })
      .join('. ')}.`,
  };
  return {
    ...picture,
    draw: (width) =>
      composePicture(
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
        panels.map((panel, p) => {
          const y =
            panel.isLatency === true
              ? latencyUp(axis, panel.label)
              : ({ label: panel.label, labelArrow: 'none', zero: true, nice: true, ticks: 4 } as const);
          const isOverZero = panel.isLatency === undefined || !axis.isLogarithmic;
          return drawPanel(drawing, panel, { width, y, isOverZero, isLast: p === panels.length - 1 }, time);
        }),
      ),
  };
}

function axisOf(variants: readonly VariantCourses[]) {
  const p95 = variants.flatMap(({ runs }) =>
    runs.flatMap(({ windows }) => windows.flatMap(({ p95Ns }) => p95Ns ?? [])),
  );
  return p95.length === 0 ? latencyAxis(1, 1e6) : latencyAxis(Math.min(...p95), Math.max(...p95));
}

function panelsOf(
  variants: readonly VariantCourses[],
  { durationNs }: Timeline,
  sizeNs: number,
  unit: string,
): Panel[] {
  const { size } = timeScale(durationNs);
  const bandsOf = (of: (run: RunCourse, window: number) => number) =>
    variants.map(({ runs }) =>
      runs[0]!.windows.map(({ fromNs, toNs }, w): BandPoint => {
        const at = (fromNs + toNs) / 2 / size;
        const values = runs.map((run) => of(run, w)).filter((value) => !Number.isNaN(value));
        return values.length === 0
          ? { at, middle: NaN, low: NaN, high: NaN }
          : { at, middle: mean(values)!, low: Math.min(...values), high: Math.max(...values) };
      }),
    );
  const failedShare = ({ windows }: RunCourse, w: number) => {
    const { failed, sent } = windows[w]!;
    return sent === 0 ? NaN : (100 * failed) / sent;
  };
  const waiting = bandsOf(({ waitingPods }, w) => waitingPods?.[w] ?? NaN);
  return [
    {
      label: `95th percentile, ${unit}`,
      says: '95th percentile of latency of those answered',
      bands: bandsOf(({ windows }, w) => (windows[w]!.p95Ns ?? NaN) / sizeNs),
      isLatency: true,
    },
    { label: 'failed, %', says: 'share of requests that failed', bands: bandsOf(failedShare) },
    ...(waiting.some((band) => band.some(({ high }) => high > 0))
      ? [{ label: 'pods without a node', says: 'pods that wait for a node, mean of the window', bands: waiting }]
      : []),
  ];
}

function drawPanel(
  drawing: Drawing,
  { bands }: Panel,
  frame: {
    readonly width: number;
    readonly y: object;
    readonly isOverZero: boolean;
    readonly isLast: boolean;
  },
  time: Timeline,
): string {
  const { Plot } = drawing;
  return drawing.plot({
    width: frame.width,
    height: frame.isLast ? 190 : 162,
    marginLeft: 54,
    marginRight: 16,
    marginTop: 30,
    marginBottom: frame.isLast ? 40 : 12,
    x: timeAxis(time, frame.width, frame.isLast),
    y: frame.y,
    marks: [
      Plot.gridY({ stroke: color.grid, strokeOpacity: 1, ticks: 4 }),
      ...timeBackground(drawing, time),
      ...bands.flatMap((band, v) => [
        ...(band.some(({ low, high }) => high > low)
          ? [Plot.areaY(band, { x: 'at', y1: 'low', y2: 'high', fill: seriesColor(v), fillOpacity: 0.16 })]
          : []),
        Plot.line(band, {
          x: 'at',
          y: 'middle',
          stroke: seriesColor(v),
          strokeWidth: 2,
          strokeDasharray: seriesDash(v),
        }),
      ]),
      ...(frame.isOverZero ? [Plot.ruleY([0], { stroke: color.muted })] : []),
    ],
  });
}
