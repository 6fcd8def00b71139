export { attribute, type AttributedNode, type Share } from './attribution.ts';
export { Bills } from './bills.ts';
export { LinkEnergy, type LinkEnergyReading } from './link-energy.ts';
export { NodeEnergy, type NodeEnergyReading } from './node-energy.ts';
export { nextStepNs, valueAt } from './step-series.ts';
