import type { Drawing } from '../drawing.ts';
import { color } from '../palette.ts';
import type { LegendEntry } from '../picture.ts';
import { timeScale } from '../scales.ts';
import { faultTimes, type FaultSpan } from '../facts/faults.ts';

/** What charts over simulated time have in common. */
export interface Timeline {
  readonly durationNs: number;
  readonly warmupNs: number;
  readonly faults: readonly FaultSpan[];
}

/** The axis of simulated time, the same for charts that stand below one another. */
export function timeAxis({ durationNs }: Timeline, width: number, isLast: boolean) {
  const { unit, size } = timeScale(durationNs);
  return {
    domain: [0, durationNs / size],
    label: isLast ? `simulated time in ${unit}` : null,
    labelArrow: 'none',
    labelAnchor: 'center',
    ticks: width < 500 ? 5 : 10,
    ...(isLast ? {} : { tickFormat: () => '' }),
  } as const;
}

/** Behind the curves: a band where a fault is in effect, and the end of the warm-up. */
export function timeBackground(drawing: Drawing, time: Timeline) {
  const { Plot } = drawing;
  const { durationNs, warmupNs, faults } = time;
  const { size } = timeScale(durationNs);
  return [
    Plot.rect(
      faultTimes(faults).map(({ fromNs, toNs }) => ({ from: fromNs / size, to: Math.max(toNs, fromNs) / size })),
      { x1: 'from', x2: 'to', fill: color.alarm, fillOpacity: 0.16 },
    ),
    ...faultEdges(drawing, time),
    ...(warmupNs > 0 ? [Plot.ruleX([warmupNs / size], { stroke: color.muted, strokeDasharray: '2 3' })] : []),
  ];
}

/** What the background means; the edges of its bands are drawn over stacks too. */
export function timeLegend({ warmupNs, faults }: Timeline): LegendEntry[] {
  return [
    ...(faults.length > 0 ? [{ label: 'a fault is in effect', color: color.alarm, shape: 'band' } as const] : []),
    ...(warmupNs > 0 ? [{ label: 'end of the warm-up', color: color.muted, shape: 'line', dash: '2 3' } as const] : []),
  ];
}

/** Lines where faults begin and end, over what would hide a band; the end of the run ends no fault. */
export function faultEdges({ Plot }: Drawing, { faults, durationNs }: Timeline) {
  const { size } = timeScale(durationNs);
  const all = faults.flatMap(({ fromNs, toNs }) => (toNs < durationNs ? [fromNs, toNs] : [fromNs]));
  const edges = [...new Set(all)].slice(0, 40);
  return edges.length === 0
    ? []
    : [
        Plot.ruleX(edges, {
          x: (ns: number) => ns / size,
          stroke: color.ink,
          strokeWidth: 1.2,
          strokeDasharray: '3 3',
        }),
      ];
}

export const faultEdgesLegend = ({ faults }: Timeline): LegendEntry[] =>
  faults.length === 0
    ? []
    : [{ label: 'a fault begins or ends', color: color.ink, shape: 'line' as const, dash: '3 3' }];
