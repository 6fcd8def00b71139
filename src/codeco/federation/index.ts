export { Federation, type ClusterAgents } from './federation.ts';
