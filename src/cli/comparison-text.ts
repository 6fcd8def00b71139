import type { CellComparison, Comparison, DifferingRow, MeasureComparison } from '../experiment/index.ts';
import { formatCount, formatDuration, formatMeasure, formatShare, signedShare } from '../format.ts';
import { formatTable } from './table.ts';

/** A comparison as people read it: a table for each two cells, each line with what may be said of it. */
export function formatComparison(comparison: Comparison): string {
  const { cells, unmatched, confidence } = comparison;
  const parts = cells.map((cell) => formatCell(cell, confidence));
  const left = unmatched.map((label) => `not compared, the other has no such cell: ${label}\n`);
  return [...parts, ...(left.length === 0 ? [] : [left.join('')])].join('\n');
}

function formatCell(cell: CellComparison, confidence: number): string {
  const head = `${cell.other}\n  against ${cell.baseline}  (${basisText(cell)})\n`;
  if (cell.isSameRun) return `${head}  the same run: every event and every row is equal\n`;
  const rows = cell.measures.map((measure) => [
    measure.measure,
    formatMeasure(measure.baseline, measure),
    formatMeasure(measure.other, measure),
    changeText(measure),
    verdictOf(measure),
  ]);
  const table = formatTable(['measure', 'baseline', 'other', `change (${formatShare(confidence)})`, 'verdict'], rows);
  return head + table.replace(/^/gm, '  ').trimEnd() + '\n' + distanceText(cell) + partingText(cell);
}

function basisText({ runs: [one, two], pairs, measures }: CellComparison): string {
  if (one === 1 && two === 1) {
    const windows = measures.find(({ basis }) => basis === 'paired windows' || basis === 'windows');
    const seeds = pairs === 1 ? 'one run each, of the same seed' : 'one run each, of different seeds';
    return windows === undefined ? seeds : `${seeds}; intervals by windows of time: of these runs alone`;
  }
  const counts = `${formatCount(one)} and ${formatCount(two)} runs`;
  return pairs >= 2 ? `${counts}, ${formatCount(pairs)} pairs of the same seed` : `${counts}, of different seeds`;
}

function changeText({ baseline, other, difference, ...measure }: MeasureComparison): string {
  if (difference === undefined) {
    return baseline === undefined || other === undefined || baseline === 0 ? '' : signedShare(other / baseline - 1);
  }
  const { relative } = difference;
  if (relative !== undefined) {
    return `${signedShare(relative.value)} (${signedShare(relative.low)} … ${signedShare(relative.high)})`;
  }
  const signed = (value: number) => (value > 0 ? '+' : '') + formatMeasure(value, measure);
  return `${signed(difference.difference)} (${signed(difference.low)} … ${signed(difference.high)})`;
}

/** What may be said of a difference, in words. */
export function verdictOf(measure: MeasureComparison): string {
  const { baseline, other, difference, adjustedPValue, isSignificant, isReliable } = measure;
  if (baseline === undefined || other === undefined) return 'not in both';
  const word = directionOf(measure);
  if (difference === undefined) return baseline === other ? 'equal' : `${word}; how much by chance is not known`;
  if (difference.difference === 0 && difference.low === difference.high) return 'equal in every pair';
  const doubt = isReliable ? '' : '; the runs are too short for the interval';
  const p = `p ${adjustedPValue! < 0.001 ? '< 0.001' : `= ${Number(adjustedPValue!.toPrecision(2))}`}`;
  if (!isSignificant) return `no significant difference (${p})${doubt}`;
  return `${word}, significant after Holm's correction (${p})${doubt}`;
}

function directionOf({ measure, baseline, other, worse }: MeasureComparison): string {
  const isHigher = other! > baseline!;
  if (measure.startsWith('requests.latency')) return isHigher ? 'slower' : 'faster';
  const direction = isHigher ? 'higher' : 'lower';
  return worse === 'neither' ? direction : `${direction}, ${worse === direction ? 'worse' : 'better'}`;
}

function distanceText({ latencyDistance: distance }: CellComparison): string {
  if (distance === undefined) return '';
  const { kolmogorovSmirnov, wasserstein } = distance;
  return (
    `  latencies: distribution functions at most ${formatShare(kolmogorovSmirnov)} apart (Kolmogorov-Smirnov), ` +
    `${formatDuration(wasserstein)} on average (Wasserstein)\n`
  );
}

function partingText({ parting }: CellComparison): string {
  if (parting === undefined) return '';
  const { events, row, tables } = parting;
  const lines: string[] = [];
  if (events !== undefined) {
    lines.push(
      events.to - events.from <= 1
        ? `first event that differs: event ${formatCount(events.from)}`
        : `first event that differs: one of events ${formatCount(events.from)} to ${formatCount(events.to - 1)}`,
    );
  } else lines.push('every event is the same');
  if (row !== undefined) lines.push(rowText(row));
  if (tables.length > 0) lines.push(`tables that differ: ${tables.join(', ')}`);
  return lines.map((line) => `  ${line}\n`).join('');
}

function rowText({ table, row, timeNs, columns }: DifferingRow): string {
  const shown = columns.slice(0, 4).map(([name, one, two]) => `${name} ${cellText(one)} | ${cellText(two)}`);
  const more = columns.length > shown.length ? `, and ${columns.length - shown.length} more columns` : '';
  return `first row that differs: ${table} ${formatCount(row)}, at ${formatDuration(timeNs)}: ${shown.join(', ')}${more}`;
}

const cellText = (value: unknown): string =>
  value === undefined ? '(no row)' : typeof value === 'string' ? value : JSON.stringify(value);
