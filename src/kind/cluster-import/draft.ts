import { stringify } from 'yaml';
import { NameMaker, type ImportDraft } from '../../scenario/index.ts';
import { draftInfrastructure, ZONE_BANDWIDTH, ZONE_LATENCY, type NetworkAssumptions } from './infrastructure.ts';
import type { ClusterContents } from './read-cluster.ts';
import { draftWorkloads } from './workloads.ts';

export interface ClusterDraftOptions {
  /** Where it was read, for people and for the name of the scenario's cluster: the context. */
  readonly context: string;
  /** Name of the scenario; the context's where absent. */
  readonly name?: string;
  /** Simulated time. */
  readonly duration?: string;
  /** What the names of the manifests beside it begin with. */
  readonly stem: string;
  readonly network?: Partial<NetworkAssumptions>;
}

/**
 * A scenario of what a cluster holds, with its pods where they are: a scenario file, and a manifest beside it for each
 * namespace.
 */
export function draftOfCluster(contents: ClusterContents, options: ClusterDraftOptions): ImportDraft {
  const { context, stem, duration = '10m' } = options;
  const name = new NameMaker('cluster').make(context);
  const network = { latency: '200us', bandwidth: '1Gbit/s', ...options.network };
  const { infrastructure, cordoned, notReady, zones } = draftInfrastructure(contents.nodes, name, network);
  const workloads = draftWorkloads(contents);
  const running = contents.pods.filter(({ spec }) => spec?.nodeName !== undefined).length;
  const apps = workloads.apps.map(({ namespace, placed }) => ({
    name: namespace,
    manifest: manifestName(stem, namespace),
    ...(Object.keys(placed).length === 0 ? {} : { placed }),
  }));
  const notes = [
    `read ${contents.nodes.length} nodes and ${contents.pods.length} pods of ${workloads.apps.length} namespaces, ${running} of them on a node`,
    'pods that run are on their nodes from the start, and start there anew; pods that wait are scheduled',
    ...workloads.notes,
    ...(cordoned.length > 0 ? [`cordoned: ${cordoned.join(', ')}`] : []),
    ...(notReady.length > 0 ? [`not ready, and down from the start: ${notReady.join(', ')}`] : []),
    'left out: Secrets, ConfigMaps, environment, commands, volumes and probes, none of which was kept; annotations',
    zones.length > 1
      ? `assumed: each node is ${network.latency} and ${network.bandwidth} from its zone, each zone ${ZONE_LATENCY} and ${ZONE_BANDWIDTH} from the others' meeting point; a cluster does not tell`
      : `assumed: each node is ${network.latency} and ${network.bandwidth} from the others' meeting point; a cluster does not tell`,
    'assumed: no users, no energy and no prices; a cluster does not tell',
  ];
  const spec = {
    seed: 1,
    duration,
    infrastructure,
    apps,
    ...(cordoned.length === 0 ? {} : { maintenance: [{ at: '0s', cordon: cordoned }] }),
    ...(notReady.length === 0 ? {} : { faults: [{ at: '0s', crash: notReady }] }),
  };
  const scenario = { apiVersion: 'codeco-sim/v1', kind: 'Scenario', metadata: { name: options.name ?? name }, spec };
  const head = [`Made by codeco-sim import from the cluster of the context ${context}.`, ...notes];
  return {
    text: `${head.map((line) => `# ${line}\n`).join('')}${write(scenario)}`,
    notes,
    companions: workloads.apps.map(({ namespace, objects }) => ({
      name: manifestName(stem, namespace),
      pieces: () => [objects.map(write).join('---\n')],
    })),
  };
}

const manifestName = (stem: string, namespace: string): string => `${stem}.${namespace}.yaml`;

/** As YAML, without anchors, and with each short list or map on a line of its own. */
const write = (value: object): string => stringify(value, { aliasDuplicateObjects: false, lineWidth: 120 });
