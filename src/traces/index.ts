export type { Coordinates, Sample } from './sample.ts';
export { TraceError } from './trace-error.ts';
export { TraceReader } from './trace-reader.ts';
