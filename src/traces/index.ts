export { decimal, MOVER_KINDS, type Coordinates, type MoverKind, type Sample } from './sample.ts';
export { RequestRows, wrongField, type Played } from './request-rows.ts';
export { TableReader, type TableRow } from './table-reader.ts';
export { TraceError } from './trace-error.ts';
export { TraceReader } from './trace-reader.ts';
