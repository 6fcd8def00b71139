export { observeReplay } from './observe.ts';
export { observeCluster, observeRights } from './observe-cluster.ts';
