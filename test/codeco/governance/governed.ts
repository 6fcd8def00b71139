import type { World } from '../../../src/model/index.ts';
import { Recorder, type RunMeasures } from '../../../src/results/index.ts';
import { scenarioFromObject } from '../../../src/scenario/index.ts';
import { runSimulation } from '../../../src/simulation.ts';
import type { Pod } from '../../../src/kubernetes/index.ts';

export interface GovernanceRow {
  readonly time_ns: number;
  readonly cluster: string | null;
  readonly event: string;
  readonly mode: string | null;
  readonly app: string | null;
  readonly service: string | null;
  readonly pod: string | null;
  readonly policy: string | null;
  readonly version: number | null;
  readonly duration_ns: number | null;
  readonly detail: string | null;
}

/** Runs a world: its rows of governance, its pods and its measures. */
export function governed(world: World): {
  rows: GovernanceRow[];
  pods: readonly Pod[];
  measures: RunMeasures;
  digest: string;
  placed: Record<string, string | undefined>;
} {
  const recorder = new Recorder(undefined, { name: 'g', scenario: { file: 'test', hash: '' }, seed: 1, version: '0' });
  const rows: GovernanceRow[] = [];
  const { governance } = recorder.tables;
  const append = governance.append.bind(governance);
  governance.append = (row) => {
    rows.push(row as unknown as GovernanceRow);
    append(row);
  };
  const { measures, pods, kernel } = runSimulation(world, recorder);
  const { digest } = recorder.close({ trail: kernel.trail, measures });
  const there = pods.filter(({ phase }) => phase !== 'gone');
  const placed = Object.fromEntries(
    there.map(({ name, node }) => [name, node === undefined ? undefined : world.nodes[node]!.name]),
  );
  return { rows, pods, measures, digest, placed };
}

/** A CodecoApp of one-container services that ask for half a core each. */
export function app(name: string, services: readonly string[], spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'CodecoApp',
    metadata: { name, ...metadata },
    spec: {
      appName: name,
      ...spec,
      'codecoapp-msspec': services.map((serviceName) => ({
        serviceName,
        podspec: { containers: [{ name: serviceName, image: 'a', resources: { requests: { cpu: '500m' } } }] },
      })),
    },
  };
}

/** A hub of Medium security in a cloud, and a cluster of Good security at a telco, one link of 10 ms between them. */
export function twoClusters(
  spec: object,
  apps: readonly object[],
  parts: { vm?: object; edge?: object; regions?: object } = {},
): World {
  return scenarioFromObject(
    {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'two-clusters' },
      spec: {
        duration: '10m',
        infrastructure: {
          nodeClasses: {
            vm: { cpu: 8, memory: '16Gi', security: 'Medium', price: '0.4/h', ...parts.vm },
            edge: { cpu: 4, memory: '8Gi', security: 'Good', price: '0.4/h', ...parts.edge },
          },
          clusters: [
            { name: 'hub', role: 'hub', provider: 'cloud', nodes: [{ class: 'vm', count: 2, name: 'hub-{i}' }] },
            { name: 'west', provider: 'telco', nodes: [{ class: 'edge', count: 2, name: 'west-{i}' }] },
          ],
          links: [{ name: 'backhaul', from: 'west', to: 'hub', bandwidth: '1Gbit/s', latency: '10ms' }],
          ...(parts.regions === undefined ? {} : { regions: parts.regions }),
        },
        ...spec,
      },
    },
    { codecoApps: apps },
  ).world;
}
