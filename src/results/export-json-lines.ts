import type { Schema } from 'apache-arrow';
import { lineFile, type ExportFile } from './export-file.ts';

/** One JSON object a line, every column in it. */
export function jsonLinesFile(path: string, schema: Schema): ExportFile {
  const keys = schema.fields.map((field, i) => `${i === 0 ? '{' : ','}${JSON.stringify(field.name)}:`);
  return lineFile(path, '', (columns, row) => {
    let line = '';
    for (let i = 0; i < columns.length; i++) line += keys[i]! + JSON.stringify(columns[i]!(row));
    return `${line}}\n`;
  });
}
