export { draftOfCluster, type ClusterDraftOptions } from './draft.ts';
export { importRights, readCluster, type ClusterContents } from './read-cluster.ts';
