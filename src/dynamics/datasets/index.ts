export { Copies, type Copy } from './copies.ts';
export { DataAccess, type LatencyView, type Usage } from './data-access.ts';
