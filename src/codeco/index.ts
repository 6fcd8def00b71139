export * from './acm/index.ts';
export { clusterScore, Federation } from './federation/index.ts';
export type { GovernanceNote } from './governance/policy-governor.ts';
export * from './governance/index.ts';
export { Mdm, type CatalogueNote, type MetadataSources } from './mdm/index.ts';
export {
  MeasuredTopology,
  Overlay,
  Probes,
  TopologyView,
  type KnownDirection,
  type LinkMeasurement,
  type NetworkView,
} from './netma/index.ts';
export {
  PlacementLearning,
  type PlacementReward,
  type PodReadings,
  Learning,
  NodeContext,
  NodeObserver,
  type ForecastOutcome,
  type MetricSources,
} from './pdlc/index.ts';
export {
  AssignmentPlans,
  MigrationReviews,
  SwmScheduler,
  type ChannelNote,
  type Migration,
  type PlanAction,
} from './swm/index.ts';
