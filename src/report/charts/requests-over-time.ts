import { formatCount, formatDuration } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import { latencyParts, type LatencyPart, type RequestFacts } from '../facts/requests.ts';
import { color, seriesColor, seriesDash } from '../palette.ts';
import { composePicture, type Picture } from '../picture.ts';
import { latencyScale, timeScale } from '../scales.ts';
import { stackedLayers } from './stack.ts';
import { faultEdges, timeAxis, timeBackground, timeLegend, type Timeline } from './time-axis.ts';

const partNames: Readonly<Record<LatencyPart, string>> = {
  network: 'in the network',
  queue: 'waiting at pods',
  cpu: 'being computed',
  retry: 'before the last attempt',
};

/**
 * Load and latency of one run over time, in three charts that share the axis.
 * @param sampledShare share of the requests that have a row
 */
export function requestsOverTime(
  drawing: Drawing,
  { windows, windowNs }: RequestFacts,
  time: Timeline,
  sampledShare: number,
): Picture {
  const { size } = timeScale(time.durationNs);
  const p95 = windows.map(({ p95Ns }) => p95Ns).filter((value) => value !== undefined);
  const latency = latencyScale(p95.length === 0 ? 1e6 : Math.max(...p95));
  const spans = windows.map(({ fromNs, toNs }) => ({ from: fromNs / size, to: toNs / size }));
  const perSecond = (of: (window: (typeof windows)[number]) => number) =>
    windows.map((window) => (of(window) * 1e9) / (sampledShare * (window.toNs - window.fromNs)));
  const outcomes = [
    { label: 'answered', fill: seriesColor(5), heights: perSecond(({ answered }) => answered) },
    { label: 'failed', fill: color.alarm, heights: perSecond(({ failed }) => failed) },
    {
      label: 'open',
      fill: seriesColor(6),
      heights: perSecond(({ sent, answered, failed }) => sent - answered - failed),
    },
  ].filter(({ label, heights }) => label === 'answered' || heights.some((height) => height > 0));
  const hasOpen = outcomes.some(({ label }) => label === 'open');
  const usedParts = latencyParts.filter((part) => windows.some(({ partsNs }) => partsNs[part] > 0));
  const parts = usedParts.map((part) => ({
    label: partNames[part],
    fill: partColor(part),
    heights: windows.map(({ partsNs, answered }) => (answered === 0 ? 0 : partsNs[part] / latency.size)),
  }));
  const sent = windows.reduce((sum, window) => sum + window.sent, 0);
  const failed = windows.reduce((sum, window) => sum + window.failed, 0);
  const worst = windows.reduce(
    (most, window) => ((window.p95Ns ?? 0) > (most?.p95Ns ?? 0) ? window : most),
    windows[0],
  );
  const alt =
    `${formatCount(sent)} requests over ${formatDuration(time.durationNs)}, ${formatCount(failed)} of them failed. ` +
    (worst?.p95Ns === undefined
      ? 'None was answered.'
      : `The 95th percentile was highest, ${formatDuration(worst.p95Ns)}, of those issued from ${formatDuration(worst.fromNs)} to ${formatDuration(worst.toNs)}.`);
  const picture = {
    id: 'requests-over-time',
    title: 'Load and latency over time',
    caption:
      `By the time when requests were issued, in windows of ${formatDuration(windowNs)}. Above: requests a second, by what became of them` +
      `${hasOpen ? ' (open: under way when the run ended)' : ''}${sampledShare < 1 ? `; a sample of ${100 * sampledShare} % was recorded, the rate is scaled up` : ''}. ` +
      `Middle: median and 95th percentile of the latency of those answered. Below: its mean, and what it is made of; the parts add up to it.`,
    alt,
    table: {
      head: ['from', 'sent', 'answered', 'failed', 'p50', 'p95', ...usedParts.map((part) => `mean ${partNames[part]}`)],
      rows: windows.map((window) => [
        formatDuration(window.fromNs),
        formatCount(window.sent),
        formatCount(window.answered),
        formatCount(window.failed),
        window.p50Ns === undefined ? '' : formatDuration(window.p50Ns),
        window.p95Ns === undefined ? '' : formatDuration(window.p95Ns),
        ...usedParts.map((part) => (window.answered === 0 ? '' : formatDuration(window.partsNs[part]))),
      ]),
    },
  };
  const percentiles = [
    { name: 'p50', of: ({ p50Ns }: (typeof windows)[number]) => p50Ns },
    { name: 'p95', of: ({ p95Ns }: (typeof windows)[number]) => p95Ns },
  ];
  return {
    ...picture,
    draw(width) {
      const { Plot } = drawing;
      const frame = (isLast: boolean, label: string) => ({
        width,
        marginLeft: 54,
        marginRight: 16,
        marginTop: 30,
        x: timeAxis(time, width, isLast),
        y: { label, labelArrow: 'none', ticks: 4, nice: true, zero: true } as const,
      });
      const background = timeBackground(drawing, time);
      const grid = Plot.gridY({ stroke: color.grid, strokeOpacity: 1, ticks: 4 });
      const load = drawing.plot({
        ...frame(false, 'requests a second'),
        height: 140,
        marginBottom: 12,
        marks: [
          grid,
          ...background,
          stackedLayers(drawing, spans, outcomes),
          ...faultEdges(drawing, time),
          Plot.ruleY([0], { stroke: color.muted }),
        ],
      });
      const middle = (window: (typeof windows)[number]) => (window.fromNs + window.toNs) / 2 / size;
      const latencies = drawing.plot({
        ...frame(false, `latency, ${latency.unit}`),
        height: 150,
        marginBottom: 12,
        marks: [
          grid,
          ...background,
          ...percentiles.flatMap(({ of }, i) => [
            Plot.line(windows, {
              x: middle,
              y: (window: (typeof windows)[number]) => (of(window) ?? NaN) / latency.size,
              stroke: seriesColor(i === 0 ? 0 : 3),
              strokeWidth: 2,
              strokeDasharray: seriesDash(i),
              curve: 'linear',
            }),
            // a window whose neighbours have no answer is a line of no length
            Plot.dot(windows.length <= 30 ? windows : lonely(windows), {
              x: middle,
              y: (window: (typeof windows)[number]) => (of(window) ?? NaN) / latency.size,
              r: 2.2,
              fill: seriesColor(i === 0 ? 0 : 3),
            }),
          ]),
          Plot.ruleY([0], { stroke: color.muted }),
        ],
      });
      const composition = drawing.plot({
        ...frame(true, `mean latency, ${latency.unit}`),
        height: 174,
        marginBottom: 40,
        marks: [
          grid,
          stackedLayers(drawing, spans, parts),
          ...faultEdges(drawing, time),
          Plot.ruleY([0], { stroke: color.muted }),
        ],
      });
      return composePicture(
        width,
        picture,
        [
          ...outcomes.map(({ label, fill }) => ({ label, color: fill, shape: 'box' }) as const),
          { label: 'median', color: seriesColor(0), shape: 'line', dash: seriesDash(0) },
          { label: '95th percentile', color: seriesColor(3), shape: 'line', dash: seriesDash(1) },
          ...parts.map(({ label, fill }) => ({ label, color: fill, shape: 'box' }) as const),
          ...timeLegend(time),
        ],
        [load, latencies, composition],
      );
    },
  };
}

const partColor = (part: LatencyPart): string => seriesColor({ network: 0, queue: 4, cpu: 2, retry: 7 }[part]);

/** Windows that no line joins with a neighbour. */
const lonely = (windows: RequestFacts['windows']): RequestFacts['windows'] =>
  windows.filter(
    ({ answered }, i) => answered > 0 && !(windows[i - 1]?.answered ?? 0) && !(windows[i + 1]?.answered ?? 0),
  );
