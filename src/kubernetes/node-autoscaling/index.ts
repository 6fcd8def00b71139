export { ClusterAutoscaler, type NodeOrders } from './cluster-autoscaler.ts';
export { WhatIf } from './what-if.ts';
