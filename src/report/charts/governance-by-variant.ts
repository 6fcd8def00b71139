import { formatCount, formatDuration } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import type { GovernanceFacts, GovernanceSpan } from '../facts/governance.ts';
import type { Picture } from '../picture.ts';
import { drawTimeline } from './timeline.ts';

const MOST_ROWS = 40;
const kinds: readonly GovernanceSpan['kind'][] = ['cut off', 'two copies', 'violation'];

/** The governance of the first run of a variant. */
export interface VariantGovernance {
  readonly label: string;
  readonly facts: GovernanceFacts;
  readonly durationNs: number;
}

/**
 * States of governance of several variants over the same time: when clusters were cut off, applications ran twice and
 * policies were broken. @returns undefined where no run has such a state
 */
export function governanceByVariant(drawing: Drawing, variants: readonly VariantGovernance[]): Picture | undefined {
  const spans = variants.flatMap(({ label, facts }) =>
    facts.spans.map(({ kind, fromNs, toNs }) => ({ row: `${label}: ${kind}`, kind, fromNs, toNs })),
  );
  const rows = variants.flatMap(({ label }) => kinds.map((kind) => `${label}: ${kind}`));
  const shown = rows.filter((name) => spans.some(({ row }) => row === name)).slice(0, MOST_ROWS);
  if (shown.length === 0) return undefined;
  const durationNs = Math.max(...variants.map((variant) => variant.durationNs));
  const events = [...new Set(variants.flatMap(({ facts }) => [...facts.counts.keys()]))];
  const picture = {
    id: 'governance-by-variant',
    title: 'Governance of the variants',
    caption:
      'Of the first run of each variant: the time in which some cluster could not be reached, as the other end noticed; an application ran in two clusters at once; a policy was broken. Bars of one row that overlap are several at once.',
    alt: shown
      .map((name) => {
        const own = spans.filter(({ row }) => row === name);
        return `${name} ${formatCount(own.length)} times, first at ${formatDuration(own[0]!.fromNs)}`;
      })
      .join('; '),
    table: {
      head: ['events of the first run', ...variants.map(({ label }) => label)],
      rows: events.map((event) => [
        event.replaceAll('-', ' '),
        ...variants.map(({ facts }) => formatCount(facts.counts.get(event) ?? 0)),
      ]),
    },
  };
  const time = { durationNs, warmupNs: 0, faults: [] };
  return { ...picture, draw: (width) => drawTimeline(drawing, width, picture, shown, spans, [], time) };
}
