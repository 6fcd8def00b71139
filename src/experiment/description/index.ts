export { describeResults, type CellDescription, type MeasureDescription } from './describe.ts';
