/** A cell: text is set left, numbers right. */
export type Cell = string | number;

/** Whether a column is one of numbers: empty cells among them are nothing known, not text. */
const isNumeric = (cells: readonly Cell[]): boolean =>
  cells.some((cell) => typeof cell === 'number') && cells.every((cell) => typeof cell === 'number' || cell === '');

/**
 * A table in kubectl's manner: upper-case heads, two spaces between columns, no lines; columns of numbers right-aligned.
 * A head that has capitals of its own, such as the name of a plugin, stays as it is.
 */
export function formatTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const right = head.map((_, column) => isNumeric(rows.map((row) => row[column]!)));
  const texts = [
    head.map((name) => (/[A-Z]/.test(name) ? name : name.toUpperCase())),
    ...rows.map((row) => row.map(String)),
  ];
  const widths = head.map((_, column) => Math.max(...texts.map((row) => row[column]!.length)));
  return texts
    .map((row) =>
      row
        .map((text, column) => (right[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
