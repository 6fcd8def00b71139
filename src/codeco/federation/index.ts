export { clusterScore } from './cluster-score.ts';
export { Federation } from './federation.ts';
export type { ClusterAgents } from './knowledge.ts';
