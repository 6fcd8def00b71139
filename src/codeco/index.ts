export { TopologyView } from './netma/topology-view.ts';
export { NodeObserver } from './pdlc/index.ts';
export { MigrationReviews, SwmScheduler, type Migration } from './swm/index.ts';
