import { formatCount, formatDuration } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import type { FaultSpan } from '../facts/faults.ts';
import type { GovernanceFacts } from '../facts/governance.ts';
import type { StateSpan } from '../facts/nodes.ts';
import { color, seriesColor } from '../palette.ts';
import { composePicture, marginFor, shortNames, type Picture } from '../picture.ts';
import { timeScale } from '../scales.ts';
import { timeAxis, type Timeline } from './time-axis.ts';

const MOST_ROWS = 30;
const MOST_LISTED = 300;

interface Span {
  readonly row: string;
  readonly what: string;
  readonly fromNs: number;
  readonly toNs: number;
  readonly kind: 'fault' | 'state';
}

/**
 * What befell the infrastructure and what its governance did about it: faults, states of nodes as the control plane saw
 * them, and events of policies. @returns undefined where nothing happened
 */
export function eventsOverTime(
  drawing: Drawing,
  faults: readonly FaultSpan[],
  states: readonly StateSpan[],
  governance: GovernanceFacts | undefined,
  time: Timeline,
): Picture | undefined {
  const spans: Span[] = [
    ...faults.map(({ kind, target, fromNs, toNs }) => ({
      row: `${kind} ${target}`,
      what: kind,
      fromNs,
      toNs,
      kind: 'fault' as const,
    })),
    ...states.map(({ node, state, fromNs, toNs }) => ({
      row: `${node} ${state}`,
      what: state,
      fromNs,
      toNs,
      kind: 'state' as const,
    })),
  ];
  const events = governance?.events ?? [];
  const eventRow = ({ event, cluster }: (typeof events)[number]) => `${event} ${cluster}`;
  const all = [...new Set([...spans.map(({ row }) => row), ...events.map(eventRow)])];
  if (all.length === 0) return undefined;
  const shown = all.slice(0, MOST_ROWS);
  const rowOf = new Map(shown.map((name, row) => [name, row]));
  const { size } = timeScale(time.durationNs);
  const counts = [...(governance?.counts ?? [])];
  const picture = {
    id: 'events',
    title: governance === undefined ? 'Faults and states' : 'Faults, states and governance',
    caption:
      'Bars: a fault from its beginning to its end, and a node for as long as a sample shows it in another state than up, to within a sample' +
      `${governance === undefined ? '' : '; dots: events of governance, by cluster'}. ` +
      (all.length > shown.length ? `The first ${shown.length} of ${all.length} rows are drawn. ` : '') +
      (governance !== undefined && governance.left > 0
        ? `The first ${formatCount(events.length)} of ${formatCount(events.length + governance.left)} events are drawn. `
        : ''),
    alt: `Over ${formatDuration(time.durationNs)}: ${[
      ...spans
        .slice(0, 12)
        .map(({ row, fromNs, toNs }) => `${row} from ${formatDuration(fromNs)} to ${formatDuration(toNs)}`),
      ...counts.map(([event, count]) => `${formatCount(count)} ${event}`),
    ].join('; ')}.`,
    table: {
      head: ['what', 'from', 'to'],
      rows: [
        ...spans
          .slice(0, MOST_LISTED)
          .map(({ row, fromNs, toNs }) => [row, formatDuration(fromNs), formatDuration(toNs)]),
        ...counts.map(([event, count]) => [`${event}, in all`, formatCount(count), '']),
      ],
    },
  };
  return {
    ...picture,
    draw(width) {
      const { Plot } = drawing;
      const names = shortNames(shown, width);
      const bars = spans.flatMap((span) => {
        const row = rowOf.get(span.row);
        return row === undefined ? [] : [{ ...span, at: row, from: span.fromNs / size, to: span.toNs / size }];
      });
      const dots = events.flatMap((event) => {
        const row = rowOf.get(eventRow(event));
        return row === undefined ? [] : [{ at: row, x: event.timeNs / size }];
      });
      const svg = drawing.plot({
        width,
        height: shown.length * 20 + 58,
        marginLeft: marginFor([...names.values()]),
        marginRight: 16,
        marginTop: 8,
        marginBottom: 42,
        x: timeAxis(time, width, true),
        y: { domain: [-0.5, shown.length - 0.5], reverse: true, axis: null },
        marks: [
          Plot.gridX({ stroke: color.grid, strokeOpacity: 1, ticks: width < 500 ? 5 : 10 }),
          Plot.rect(bars, {
            x1: 'from',
            x2: 'to',
            y1: ({ at }: (typeof bars)[number]) => at - 0.32,
            y2: ({ at }: (typeof bars)[number]) => at + 0.32,
            fill: ({ kind }: Span) => (kind === 'fault' ? color.alarm : seriesColor(3)),
            // an instant is a line, not nothing
            stroke: ({ kind }: Span) => (kind === 'fault' ? color.alarm : seriesColor(3)),
          }),
          Plot.dot(dots, { x: 'x', y: 'at', r: 3.2, fill: seriesColor(0), fillOpacity: 0.75 }),
          Plot.text(shown, {
            x: 0,
            y: (_: string, row: number) => row,
            text: (name: string) => names.get(name)!,
            textAnchor: 'end',
            dx: -8,
            fontSize: 12,
            fill: color.ink,
          }),
        ],
      });
      return composePicture(
        width,
        picture,
        [
          ...(faults.length > 0 ? [{ label: 'fault', color: color.alarm, shape: 'box' } as const] : []),
          ...(states.length > 0 ? [{ label: 'node not up', color: seriesColor(3), shape: 'box' } as const] : []),
          ...(events.length > 0
            ? [{ label: 'event of governance', color: seriesColor(0), shape: 'dot' } as const]
            : []),
        ],
        [svg],
      );
    },
  };
}
