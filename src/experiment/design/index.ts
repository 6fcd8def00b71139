export { buildDesign, describeParameters, type Design, type DesignCell } from './design.ts';
