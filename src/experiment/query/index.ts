/** Results asked by SQL. */
export { SqlError } from './duckdb.ts';
export { queryResults, type QueryAnswer } from './query.ts';
