export { ClusterError } from '../kubernetes-client/index.ts';
