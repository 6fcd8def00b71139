/** Rows as CSV (RFC 4180 with line feeds): the names of all columns first; what is not known is an empty field. */
export function csvText(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return names.length === 0 ? '' : lines.map(csvLine).join('');
}

/** One row of a CSV file, its end of line included. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(field).join(',')}\n`;
}

function field(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') return field(JSON.stringify(value));
  if (typeof value !== 'string') return `${value as number | boolean}`;
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
