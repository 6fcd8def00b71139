export { TopologyView } from './netma/topology-view.ts';
