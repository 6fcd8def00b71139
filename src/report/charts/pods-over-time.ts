import { formatCount, formatDuration } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import { podsByPhase, waitOf, type PodSpan } from '../facts/pods.ts';
import { color, seriesColor } from '../palette.ts';
import { composePicture, type Picture } from '../picture.ts';
import { timeScale, windowNs } from '../scales.ts';
import { stackedLayers } from './stack.ts';
import { faultEdges, faultEdgesLegend, timeAxis, type Timeline } from './time-axis.ts';

const MOST_WINDOWS = 90;
/** From this part of the run on that a pod waits for a node the picture is worth its place. */
const LONG_WAIT = 0.01;
/** From so many pods on that are gone before the end as well. */
const MANY_GONE = 10;

const layersOf = { ready: seriesColor(5), starting: seriesColor(4), waiting: color.alarm };
const labels = { ready: 'ready', starting: 'starting', waiting: 'without a node' };

/** How many pods there were over time, by what they did. @returns undefined where pods come at the start and stay */
export function podsOverTime(drawing: Drawing, pods: readonly PodSpan[], time: Timeline): Picture | undefined {
  const waits = pods.map(waitOf).map(({ fromNs, toNs }) => toNs - fromNs);
  const longestNs = waits.reduce((a, b) => Math.max(a, b), 0);
  const gone = pods.filter(({ reason }) => reason !== null).length;
  if (longestNs < LONG_WAIT * time.durationNs && gone < MANY_GONE) return undefined;
  const width = windowNs(time.durationNs, MOST_WINDOWS);
  const windows = Array.from({ length: Math.ceil(time.durationNs / width) }, (_, i) => ({
    fromNs: i * width,
    toNs: Math.min(time.durationNs, (i + 1) * width),
  }));
  const phases = podsByPhase(pods, windows);
  const used = (['ready', 'starting', 'waiting'] as const).filter((phase) => phases[phase].some((value) => value > 0));
  const mostWaiting = Math.max(...phases.waiting);
  const picture = {
    id: 'pods-over-time',
    title: 'Pods over time',
    caption: `The mean number of pods in windows of ${formatDuration(width)}, by what they did, one upon the other: the upper edge is their sum.`,
    alt: `${formatCount(pods.length)} pods, ${formatCount(gone)} of them gone before the end. At most ${mostWaiting.toFixed(1)} in the mean of a window were without a node; the longest wait was ${formatDuration(longestNs)}.`,
    table: {
      head: ['from', ...used.map((phase) => labels[phase])],
      rows: windows.map(({ fromNs }, i) => [
        formatDuration(fromNs),
        ...used.map((phase) => phases[phase][i]!.toFixed(1)),
      ]),
    },
  };
  return {
    ...picture,
    draw(pictureWidth) {
      const { Plot } = drawing;
      const { size } = timeScale(time.durationNs);
      const chart = drawing.plot({
        width: pictureWidth,
        height: 210,
        marginLeft: 54,
        marginRight: 16,
        marginTop: 30,
        marginBottom: 40,
        x: timeAxis(time, pictureWidth, true),
        y: { label: 'pods', labelArrow: 'none', zero: true, nice: true, ticks: 4 },
        marks: [
          Plot.gridY({ stroke: color.grid, strokeOpacity: 1, ticks: 4 }),
          stackedLayers(
            drawing,
            windows.map(({ fromNs, toNs }) => ({ from: fromNs / size, to: toNs / size })),
            used.map((phase) => ({ fill: layersOf[phase], heights: phases[phase] })),
          ),
          ...faultEdges(drawing, time),
          Plot.ruleY([0], { stroke: color.muted }),
        ],
      });
      const legend = used.map((phase) => ({ label: labels[phase], color: layersOf[phase], shape: 'box' }) as const);
      return composePicture(pictureWidth, picture, [...legend, ...faultEdgesLegend(time)], [chart]);
    },
  };
}
