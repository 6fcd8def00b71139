import { formatCount } from '../format.ts';
import type { DataTable } from './picture.ts';

/** Values beyond these make a page too large to be read: lists of sites, mostly. */
const MOST_ROWS = 1_500;

/** Every value of a resolved scenario by its path, as `--set` takes it, defaults included. */
export function parametersOf(spec: Readonly<Record<string, unknown>>): DataTable {
  const rows: (readonly [string, string])[] = [];
  let left = 0;
  const visit = (path: string, value: unknown): void => {
    const entries = Array.isArray(value)
      ? value.map((item, i) => [`${path}[${i}]`, item as unknown] as const)
      : value !== null && typeof value === 'object'
        ? Object.entries(value).map(
            ([name, item]) => [path === '' ? name : `${path}.${name}`, item as unknown] as const,
          )
        : undefined;
    if (entries !== undefined && entries.length > 0) for (const [name, item] of entries) visit(name, item);
    else if (rows.length < MOST_ROWS) rows.push([path, typeof value === 'string' ? value : JSON.stringify(value)]);
    else left++;
  };
  visit('', spec);
  return {
    head: ['parameter', 'value'],
    rows:
      left === 0 ? rows : [...rows, [`… and ${formatCount(left)} more values: see scenario.json in the results`, '']],
  };
}
