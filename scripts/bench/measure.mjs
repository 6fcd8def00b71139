// What the benchmarks share: runs in processes of their own, medians, tables.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Runs a benchmark script as `node SCRIPT child ARGUMENT` some rounds, and returns the round that is the median in `by`. */
export async function inChild(script, argument, rounds, by) {
  const [result] = await inTurn(script, [argument], rounds, by);
  return result;
}

/** As `inChild` for several arguments, which take turns, so that what else the machine does falls on all of them alike. */
export async function inTurn(script, args, rounds, by) {
  const results = args.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, argument] of args.entries()) {
      const { stdout } = await promisify(execFile)(process.execPath, [
        fileURLToPath(script),
        'child',
        JSON.stringify(argument),
      ]);
      results[index].push(JSON.parse(stdout));
    }
  }
  return results.map((ofOne) => ofOne.toSorted((a, b) => a[by] - b[by])[Math.floor(ofOne.length / 2)]);
}

const shown = (value) =>
  typeof value !== 'number'
    ? String(value)
    : Math.abs(value) >= 100
      ? Math.round(value).toLocaleString('en-US')
      : String(Number(value.toPrecision(3)));

/** A row without nested objects: `{ a: { b: 1 } }` becomes `{ 'a.b': 1 }`. */
const flat = (row) =>
  Object.fromEntries(
    Object.entries(row).flatMap(([key, value]) =>
      value !== null && typeof value === 'object'
        ? Object.entries(flat(value)).map(([inner, innerValue]) => [`${key}.${inner}`, innerValue])
        : [[key, value]],
    ),
  );

/** Prints rows of the same keys as a Markdown table. */
export function printTable(nested) {
  const rows = nested.map(flat);
  if (rows.length === 0) return;
  const keys = Object.keys(rows[0]);
  const lines = [keys, keys.map(() => '---'), ...rows.map((row) => keys.map((key) => shown(row[key])))];
  for (const line of lines) console.log(`| ${line.join(' | ')} |`);
}
