import { meanInterval, type ParameterValue, type SweepRow } from '../experiment/index.ts';
import { formatDuration, formatEnergy, formatShare } from '../format.ts';
import { bar, sparkline } from './pictures.ts';
import { formatTable, type Cell } from './table.ts';

/** Confidence of the intervals that are printed. */
const CONFIDENCE = 0.95;

/**
 * A row a cell: its parameters and the means of a few measures over its replications; from three of them on with half of
 * the width of the t interval. Where the terminal shows pictures, the mean 95th percentile as a bar, as a share of the
 * highest of all cells, and that of each replication as a column, on one scale for all.
 * @param width characters that a bar may take; 0 for none
 */
export function formatSweep(
  names: readonly string[],
  cells: readonly { readonly cell: number; readonly parameters: Readonly<Record<string, ParameterValue>> }[],
  rows: readonly SweepRow[],
  most: number,
  width = 0,
): string {
  const byCell = new Map<number, SweepRow[]>();
  for (const row of rows) {
    const own = byCell.get(row.cell);
    if (own === undefined) byCell.set(row.cell, [row]);
    else own.push(row);
  }
  const shown = cells.filter(({ cell }) => byCell.has(cell));
  const p95s = new Map(
    shown.map(({ cell }) => [cell, byCell.get(cell)!.map(({ row }) => Number(row['latency_p95_ns'] ?? NaN))]),
  );
  const highest = Math.max(0, ...[...p95s.values()].flat().filter((value) => !Number.isNaN(value)));
  const pictures = (cell: number): string[] => {
    if (width === 0) return [];
    const known = p95s.get(cell)!.filter((value) => !Number.isNaN(value));
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    return [bar(mean / highest, Math.min(width, 12)), sparkline(p95s.get(cell)!.slice(0, 24), highest)];
  };
  const table = shown.slice(0, most).map(({ cell, parameters }) => {
    const own = byCell.get(cell)!.map(({ row }) => row);
    const mean = (measure: (row: SweepRow['row']) => unknown, format: (value: number) => string): string => {
      const values = own.map(measure).filter((value) => typeof value === 'number');
      if (values.length === 0) return '';
      if (values.length < 3) return format(values.reduce((sum, value) => sum + value, 0) / values.length);
      const { value, low, high } = meanInterval(values, CONFIDENCE);
      return `${format(value)} ± ${format((high - low) / 2)}`;
    };
    return [
      cell,
      ...names.map((name) => shownParameter(parameters[name]!)),
      own.length,
      mean((row) => row['latency_mean_ns'], formatDuration),
      mean((row) => row['latency_p95_ns'], formatDuration),
      ...pictures(cell),
      mean(
        (row) => (row['requests_sent'] === 0 ? null : Number(row['requests_failed']) / Number(row['requests_sent'])),
        formatShare,
      ),
      mean((row) => row['energy_j'], formatEnergy),
    ];
  });
  const rest = shown.length > most ? `... and ${shown.length - most} more cells\n` : '';
  return (
    formatTable(
      ['cell', ...names, 'runs', 'latency', 'p95', ...(width === 0 ? [] : ['', 'p95 by run']), 'failed', 'energy'],
      table,
    ) + rest
  );
}

/** A parameter as a cell of a table: a dash where the scenario is left as it is. */
export const shownParameter = (value: ParameterValue): Cell =>
  value === null ? '-' : typeof value === 'number' ? value : String(value);

/** A finished run as one row of a table. */
export const flatRow = ({ cell, replication, parameters, row }: SweepRow): Readonly<Record<string, unknown>> => ({
  cell,
  replication,
  ...parameters,
  ...row,
});
