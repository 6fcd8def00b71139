export * from './governance/index.ts';
export { TopologyView } from './netma/topology-view.ts';
export { NodeObserver } from './pdlc/index.ts';
export { SwmScheduler } from './swm/index.ts';
