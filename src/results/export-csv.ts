import type { Schema } from 'apache-arrow';
import type { CellValue } from './cell-readers.ts';
import { lineFile, type ExportFile } from './export-file.ts';

/** RFC 4180 with line feeds: the names first; null is an empty field, the empty string is quoted to differ from it. */
export function csvFile(path: string, schema: Schema): ExportFile {
  const head = `${schema.fields.map((field) => quote(field.name)).join(',')}\n`;
  return lineFile(path, head, (columns, row) => {
    let line = '';
    for (let i = 0; i < columns.length; i++) line += (i === 0 ? '' : ',') + format(columns[i]!(row));
    return `${line}\n`;
  });
}

function format(value: CellValue): string {
  if (value === null) return '';
  return typeof value === 'string' ? quote(value) : String(value);
}

function quote(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
