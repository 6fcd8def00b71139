import { formatCount, formatDuration } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import type { FaultSpan } from '../facts/faults.ts';
import type { GovernanceFacts } from '../facts/governance.ts';
import type { StateSpan } from '../facts/nodes.ts';
import type { Picture } from '../picture.ts';
import type { Timeline } from './time-axis.ts';
import { drawTimeline, type Span } from './timeline.ts';

const MOST_ROWS = 36;
/** Of these, rows of dots that are kept before bars. */
const MOST_DOT_ROWS = 12;
const MOST_LISTED = 300;

/**
 * What befell the infrastructure and what its governance did about it: faults, states of nodes as the control plane saw
 * them, and states and events of governance. @returns undefined where nothing happened
 */
export function eventsOverTime(
  drawing: Drawing,
  faults: readonly FaultSpan[],
  states: readonly StateSpan[],
  governance: GovernanceFacts | undefined,
  time: Timeline,
): Picture | undefined {
  const spans: Span[] = [
    ...faults.map(({ kind, target, ...when }) => ({ row: `${kind} ${target}`, kind: 'fault' as const, ...when })),
    ...states.map(({ node, state, ...when }) => ({ row: `${node} ${state}`, kind: 'node not up' as const, ...when })),
    ...(governance?.spans ?? []).map(({ what, ...span }) => ({ row: what, ...span })),
  ];
  const instants = (governance?.events ?? []).map(({ event, timeNs }) => ({ row: inWords(event), timeNs }));
  const barRows = distinct(spans);
  const dotRows = distinct(instants);
  const drawnBars = barRows.slice(0, MOST_ROWS - Math.min(dotRows.length, MOST_DOT_ROWS));
  const shown = [...drawnBars, ...dotRows].slice(0, MOST_ROWS);
  const all = barRows.length + dotRows.length;
  if (all === 0) return undefined;
  const counts = [...(governance?.counts ?? [])].map(([event, count]) => [inWords(event), formatCount(count)] as const);
  const picture = {
    id: 'events',
    title: governance === undefined ? 'Faults and states' : 'Faults, states and governance',
    caption:
      'Bars: a fault from its beginning to its end, and a node for as long as a sample shows it in another state than up, to within a sample' +
      (governance === undefined
        ? '. '
        : '; a cluster that cannot be reached, as the other end noticed; an application of which two copies ran; ' +
          'a policy that was broken, from its beginning to its end. Dots: what else governance did. ') +
      (all > shown.length ? `The first ${shown.length} of ${all} rows are drawn. ` : '') +
      (governance !== undefined && governance.left > 0
        ? `The first ${formatCount(instants.length)} of ${formatCount(instants.length + governance.left)} dots are drawn. `
        : ''),
    alt: `Over ${formatDuration(time.durationNs)}: ${[
      ...[...spans.filter(({ kind }) => kind !== 'node not up'), ...spans.filter(({ kind }) => kind === 'node not up')]
        .slice(0, 16)
        .map(({ row, fromNs, toNs }) => `${row} from ${formatDuration(fromNs)} to ${formatDuration(toNs)}`),
      ...counts.map(([event, count]) => `${count} ${event}`),
    ].join('; ')}.`,
    table: {
      head: ['what', 'from', 'to'],
      rows: [
        ...spans
          .slice(0, MOST_LISTED)
          .map(({ row, fromNs, toNs }) => [row, formatDuration(fromNs), formatDuration(toNs)]),
        ...counts.map(([event, count]) => [`${event}, in all`, count, '']),
      ],
    },
  };
  return { ...picture, draw: (width) => drawTimeline(drawing, width, picture, shown, spans, instants, time) };
}

const inWords = (event: string): string => event.replaceAll('-', ' ');

const distinct = (things: readonly { readonly row: string }[]): string[] => [...new Set(things.map(({ row }) => row))];
