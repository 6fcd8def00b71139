/** What was expected of results, and what came of it. */
export { checkExpectations, type ExpectationReport } from './check.ts';
export type { ExpectationResult } from './evaluation.ts';
