import { draftOfCluster, importRights, readCluster } from '../../kind/index.ts';
import { connectCluster } from '../../kubernetes-client/index.ts';
import {
  bandwidthText,
  durationText,
  writeCompanions,
  type ImportDraft,
  type ImportOptions,
} from '../../scenario/index.ts';
import { UsageError } from '../usage-error.ts';

/** Which cluster is meant, and by what right. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/**
 * Makes a scenario of a living cluster, which is only read; its manifests are written beside where it will lie.
 * @throws {UsageError} if it is not to be written to a file
 */
export async function importCluster(
  options: ImportOptions,
  { kubeconfig, context }: ClusterFlags,
): Promise<ImportDraft> {
  const { stem, defaultLatencyNs, defaultBandwidthBps } = options;
  if (stem === undefined)
    throw new UsageError('import cluster writes manifests beside the scenario: name it with --out FILE');
  const cluster = await connectCluster({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    needs: importRights,
  });
  const draft = draftOfCluster(await readCluster(cluster), {
    context: cluster.context,
    stem,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.duration === undefined ? {} : { duration: options.duration }),
    network: {
      ...(defaultLatencyNs === undefined ? {} : { latency: durationText(defaultLatencyNs) }),
      ...(defaultBandwidthBps === undefined ? {} : { bandwidth: bandwidthText(defaultBandwidthBps) }),
    },
  });
  writeCompanions(draft, `the cluster ${cluster.context}`, options);
  return draft;
}
