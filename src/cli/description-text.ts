import type { CellDescription, MeasureDescription } from '../experiment/index.ts';
import { formatCount, formatDuration, formatMeasure, formatShare } from '../format.ts';
import { formatTable } from './table.ts';

/** A description as people read it: a table for each cell, and where its warm-up ends. */
export function formatDescription(cells: readonly CellDescription[], confidence: number, isFound: boolean): string {
  return cells.map((cell) => formatCell(cell, formatShare(confidence), isFound)).join('\n');
}

function formatCell({ label, runs, measures, warmUp }: CellDescription, level: string, isFound: boolean): string {
  const head = `${label}  (${formatCount(runs)} ${runs === 1 ? 'run' : 'runs'})\n`;
  const rows = measures.map((measure) => {
    const shown = (value: number | undefined) => (value === undefined ? '' : formatMeasure(value, measure));
    const interval = (ends: MeasureDescription['meanInterval']) =>
      ends === undefined ? '' : `${shown(ends.low)} … ${shown(ends.high)}`;
    const mean = [measure.measure, shown(measure.mean), interval(measure.meanInterval) + doubt(measure)];
    if (runs === 1) return mean;
    return [
      ...mean,
      shown(measure.median),
      interval(measure.medianInterval),
      `${shown(measure.lowest)} … ${shown(measure.highest)}`,
    ];
  });
  const titles =
    runs === 1
      ? ['measure', 'value', `${level}, by windows of time`]
      : ['measure', 'mean', `${level}, Student`, 'median', `${level}, bootstrap`, 'lowest … highest'];
  const table = formatTable(titles, rows).replace(/^/gm, '  ').trimEnd();
  return `${head}${table}\n${warmUpText(warmUp, isFound)}`;
}

const doubt = ({ isReliable }: MeasureDescription): string => (isReliable ? '' : ' (too narrow: the run is too short)');

function warmUpText(warmUp: CellDescription['warmUp'], isFound: boolean): string {
  if (warmUp === undefined) return '';
  const { endsNs, statedNs, isSettled } = warmUp;
  if (!isSettled) return '  warm-up: latencies have not settled by the middle (MSER-5): the run should be longer\n';
  const found = `  warm-up: ends after ${formatDuration(endsNs)} (MSER-5)`;
  if (isFound) return `${found}, and is left out above in place of the stated ${formatDuration(statedNs)}\n`;
  const verdict = endsNs <= statedNs ? 'long enough' : 'too short: raise it, or see --found-warmup';
  return `${found}; the stated ${formatDuration(statedNs)} is ${verdict}\n`;
}
