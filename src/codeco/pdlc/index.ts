export { Learning, type ForecastOutcome } from './learning.ts';
export {
  clusterCost,
  computationalGreenness,
  networkGreenness,
  nodeCosts,
  nodeWeight,
  resilience,
  type NodeMetrics,
} from './node-costs.ts';
export { NodeContext } from './node-context.ts';
export { PlacementLearning, type PlacementReward, type PodReadings } from './recommendation/index.ts';
export { NodeObserver, type MetricSources } from './node-observer.ts';
