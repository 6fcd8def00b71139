import { formatCount, formatDuration } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import { latencyParts, type LatencyPart, type RequestFacts } from '../facts/requests.ts';
import { color, seriesColor, seriesDash } from '../palette.ts';
import { composePicture, type Picture } from '../picture.ts';
import { latencyScale, timeScale } from '../scales.ts';
import { timeAxis, timeBackground, timeLegend, type Timeline } from './time-axis.ts';

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
  const bars = windows.flatMap(({ fromNs, toNs, answered, failed, sent }) => {
    const perSecond = sampledShare * ((toNs - fromNs) / 1e9);
    const [from, to] = [fromNs / size, toNs / size];
    const unfinished = sent - answered - failed;
    return [
      { from, to, low: 0, high: answered / perSecond, kind: 'answered' },
      { from, to, low: answered / perSecond, high: (answered + failed) / perSecond, kind: 'failed' },
      {
        from,
        to,
        low: (answered + failed) / perSecond,
        high: (answered + failed + unfinished) / perSecond,
        kind: 'open',
      },
    ].filter(({ low, high }) => high > low);
  });
  const fills: Readonly<Record<string, string>> = {
    answered: seriesColor(5),
    failed: color.alarm,
    open: seriesColor(6),
  };
  const hasOpen = bars.some(({ kind }) => kind === 'open');
  const hasFailed = bars.some(({ kind }) => kind === 'failed');
  const usedParts = latencyParts.filter((part) => windows.some(({ partsNs }) => partsNs[part] > 0));
  const stack = windows.flatMap(({ fromNs, toNs, partsNs, answered }) => {
    let low = 0;
    if (answered === 0) return [];
    return usedParts.map((part) => {
      const from = low;
      low += partsNs[part] / latency.size;
      return { from: fromNs / size, to: toNs / size, low: from, high: low, part };
    });
  });
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
        y: { label, labelArrow: 'none', ticks: 4, grid: false, zero: true } as const,
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
          Plot.rect(bars, {
            x1: 'from',
            x2: 'to',
            y1: 'low',
            y2: 'high',
            insetLeft: 0.5,
            insetRight: 0.5,
            fill: ({ kind }: (typeof bars)[number]) => fills[kind]!,
          }),
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
      const parts = drawing.plot({
        ...frame(true, `mean latency, ${latency.unit}`),
        height: 174,
        marginBottom: 40,
        marks: [
          grid,
          Plot.rect(stack, {
            x1: 'from',
            x2: 'to',
            y1: 'low',
            y2: 'high',
            insetLeft: 0.25,
            insetRight: 0.25,
            fill: ({ part }: (typeof stack)[number]) => partColor(part),
          }),
          Plot.ruleY([0], { stroke: color.muted }),
        ],
      });
      return composePicture(
        width,
        picture,
        [
          { label: 'answered', color: fills['answered']!, shape: 'box' },
          ...(hasFailed ? [{ label: 'failed', color: fills['failed']!, shape: 'box' } as const] : []),
          ...(hasOpen ? [{ label: 'open', color: fills['open']!, shape: 'box' } as const] : []),
          { label: 'median', color: seriesColor(0), shape: 'line', dash: seriesDash(0) },
          { label: '95th percentile', color: seriesColor(3), shape: 'line', dash: seriesDash(1) },
          ...usedParts.map((part) => ({ label: partNames[part], color: partColor(part), shape: 'box' }) as const),
          ...timeLegend(time),
        ],
        [load, latencies, parts],
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
