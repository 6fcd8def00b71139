export { escape } from './escape.ts';
export { eachBatch } from './facts/batches.ts';
export { readRequests, type RequestFacts } from './facts/requests.ts';
export {
  fidelityCells,
  fidelityHead,
  linkSentences,
  makeFidelityReport,
  placementSentences,
} from './fidelity-report.ts';
export { makeReport, type Report } from './report.ts';
export { pageOf } from './page.ts';
export { writeFigures } from './figure-files.ts';
export { themeDeclarations } from './palette.ts';
