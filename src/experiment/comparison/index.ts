/** What two runs, cells or sweeps have in common and where they differ. */
export {
  compareCells,
  compareResults,
  type Basis,
  type CellComparison,
  type CompareOptions,
  type Comparison,
  type MeasureComparison,
} from './comparison.ts';
export { distributionDistance, type DistributionDistance } from './distribution-distance.ts';
export type { DifferingRow, Parting } from './parting.ts';
export { matchCells, type CellPairs } from './matching.ts';
export { estimateByWindows, estimateOfSections, requestSectionsOf } from './windows.ts';
