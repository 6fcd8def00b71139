export { ClusterAutoscaler, type NodeOrders } from './cluster-autoscaler.ts';
