import { ResultsError } from '../../results/index.ts';
import type { ComparedCell, Subject } from '../subject.ts';

/** Cells and what each is compared with. */
export type CellPairs = readonly (readonly [baseline: ComparedCell, cell: ComparedCell])[];

interface Matching {
  readonly pairs: CellPairs;
  /** Cells of one sweep that the other does not have. */
  readonly unmatched: readonly string[];
}

/**
 * Finds what is compared with what: a run or cell with another, the cells of two sweeps by their parameters, those of one
 * sweep with the baseline that its experiment names.
 * @param references how they were named, for errors
 * @throws {ResultsError} if nothing fits
 */
export function matchCells(baseline: Subject, other: Subject | undefined, references: readonly string[]): Matching {
  return other === undefined ? ownBaselines(baseline, references[0]!) : match(baseline, other, references);
}

function ownBaselines({ kind, cells }: Subject, reference: string): Matching {
  if (kind !== 'sweep') throw new ResultsError(`${reference} is not a sweep: give what to compare it with`);
  const pairs = cells
    .filter((cell) => cell.baseline !== undefined && cells[cell.baseline] !== cell)
    .map((cell) => [cells[cell.baseline!]!, cell] as const);
  if (pairs.length === 0) {
    throw new ResultsError(`the experiment of ${reference} names no baseline: give what to compare it with`);
  }
  return { pairs: pairs.filter(([one, two]) => one.runs.length > 0 && two.runs.length > 0), unmatched: [] };
}

function match(first: Subject, second: Subject, references: readonly string[]): Matching {
  if (first.kind !== 'sweep' && second.kind !== 'sweep') {
    return { pairs: [[first.cells[0]!, second.cells[0]!]], unmatched: [] };
  }
  if (first.kind !== second.kind) {
    throw new ResultsError(
      `${references.join(' and ')} cannot be compared: one is a whole sweep, the other a ${first.kind === 'sweep' ? second.kind : first.kind}; ` +
        'name a cell of the sweep, as FOLDER#0',
    );
  }
  const key = ({ parameters }: ComparedCell) =>
    JSON.stringify(Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const done = (cells: readonly ComparedCell[]) => cells.filter(({ runs }) => runs.length > 0);
  const others = new Map(done(second.cells).map((cell) => [key(cell), cell]));
  const pairs: (readonly [ComparedCell, ComparedCell])[] = [];
  const unmatched: string[] = [];
  for (const cell of done(first.cells)) {
    const twin = others.get(key(cell));
    if (twin === undefined) unmatched.push(`${cell.label} of ${references[0]!}`);
    else pairs.push([cell, twin]);
    others.delete(key(cell));
  }
  unmatched.push(...[...others.values()].map(({ label }) => `${label} of ${references[1]!}`));
  if (pairs.length === 0) {
    throw new ResultsError(
      `${references.join(' and ')} cannot be compared: no cell of one has the parameters of one of the other`,
    );
  }
  return { pairs, unmatched };
}
