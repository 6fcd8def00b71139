export { PROBE_INTERVAL_NS, TopologyView } from './netma/topology-view.ts';
