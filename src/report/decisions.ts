import { formatCount, formatDuration, significant } from '../format.ts';
import type { Manifest } from '../results/index.ts';
import { eachBatch } from './facts/batches.ts';
import type { DataTable } from './picture.ts';

const MOST_ROWS = 100;

/**
 * The decisions of the schedulers as a table: those that found no place first, as they are what one looks for.
 * @returns undefined if the run kept no such table, or took no decision
 */
export async function readDecisions(folder: string, manifest: Manifest): Promise<DataTable | undefined> {
  const failed: string[][] = [];
  const placed: string[][] = [];
  let count = 0;
  await eachBatch(folder, manifest, 'decisions', (batch) => {
    const [decision, time] = [batch.numbers('decision'), batch.numbers('time_ns')];
    const [pod, scheduler, node] = [batch.names('pod'), batch.names('scheduler'), batch.names('node')];
    const [considered, feasible] = [batch.numbers('considered_nodes'), batch.numbers('feasible_nodes')];
    const [value, age] = [batch.numbers('value'), batch.numbers('view_age_ns')];
    const [ties, message] = [batch.names('tie_set'), batch.names('message')];
    count += batch.rows;
    for (let row = 0; row < batch.rows; row++) {
      const rows = node(row) === null ? failed : placed;
      if (rows.length >= MOST_ROWS) continue;
      const equals = (ties(row) ?? '').split(',').length;
      rows.push([
        formatCount(decision(row)),
        formatDuration(time(row)),
        pod(row)!,
        scheduler(row)!,
        node(row) ?? 'none',
        Number.isNaN(considered(row)) ? '' : `${formatCount(feasible(row))} of ${formatCount(considered(row))}`,
        Number.isNaN(value(row)) ? '' : significant(value(row)),
        Number.isNaN(age(row)) ? '' : formatDuration(age(row)),
        message(row) ?? (equals > 1 ? `drawn from ${formatCount(equals)} equals` : ''),
      ]);
    }
  });
  if (count === 0) return undefined;
  const rows = [...failed, ...placed].slice(0, MOST_ROWS);
  const left = count - rows.length;
  return {
    head: ['no.', 'time', 'pod', 'scheduler', 'choice', 'nodes that fit', 'value', 'age of the view', 'why'],
    rows: left > 0 ? [...rows, [`… ${formatCount(left)} more`, '', '', '', '', '', '', '', '']] : rows,
  };
}
