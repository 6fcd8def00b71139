export { NO_CODE, NO_INT32, type Cells, type Column, type Columns, type Row, type TableDefinition } from './columns.ts';
export { Dictionary } from './dictionary.ts';
export { ResultsError } from './errors.ts';
export { TableWriter } from './table-writer.ts';
export { tableNames, tables, type Domain, type RunMeasures, type TableName, type Tables } from './tables.ts';
export { exportFormats, exportResults, type Exported, type ExportFormat, type ExportOptions } from './export.ts';
export { readManifest, readScenario, readTrail, type Manifest, type ReadManifestOptions } from './manifest.ts';
export { openTable, readTable, type OpenTable } from './read.ts';
export { Recorder, type RecorderOptions, type RunEnding, type RunHeader } from './recorder.ts';
