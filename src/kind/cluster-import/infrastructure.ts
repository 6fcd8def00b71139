import { group } from 'd3-array';
import type { V1Node } from '@kubernetes/client-node';
import { NameMaker } from '../../scenario/index.ts';

/** What stands in for what no API server knows of the network. */
export interface NetworkAssumptions {
  /** Of each node's link, as a scenario writes it. */
  readonly latency: string;
  readonly bandwidth: string;
}

export interface DraftedInfrastructure {
  /** `spec.infrastructure`. */
  readonly infrastructure: object;
  /** Nodes that take no new pods, and those that are not heard of, both as they are now. */
  readonly cordoned: readonly string[];
  readonly notReady: readonly string[];
  readonly zones: readonly string[];
}

const ZONE_LABEL = 'topology.kubernetes.io/zone';
const INSTANCE_LABEL = 'node.kubernetes.io/instance-type';
/** From a zone to where zones meet, one way: own design, the order of a round trip of 1 ms between zones of a region. */
export const ZONE_LATENCY = '500us';
export const ZONE_BANDWIDTH = '10Gbit/s';
/** Taints that the control plane makes of a node's condition: the simulation makes them itself. */
const CONDITION_TAINT = /^node\.(kubernetes\.io|cloudprovider\.kubernetes\.io)\//;

/**
 * The nodes of a cluster as a scenario's infrastructure. Nodes that offer the same are of one class; the zones of a cluster
 * that has several become switches that its nodes hang on. Own design.
 * @param name of the scenario's one cluster
 */
export function draftInfrastructure(
  nodes: readonly V1Node[],
  name: string,
  network: NetworkAssumptions,
): DraftedInfrastructure {
  const sorted = nodes.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const classNames = new NameMaker('node');
  const classes: Record<string, object> = {};
  const entries: object[] = [];
  for (const alike of group(sorted, (node) => JSON.stringify(offerOf(node))).values()) {
    const className = classNames.make(alike[0]!.metadata?.labels?.[INSTANCE_LABEL] ?? 'node');
    classes[className] = offerOf(alike[0]!);
    entries.push(...alike.map((node) => entryOf(node, className)));
  }
  const zones = [...new Set(sorted.map(zoneOf).filter((zone) => zone !== undefined))].toSorted();
  const isZoned = zones.length > 1;
  const switchNames = new NameMaker('zone');
  for (const taken of [name, ...sorted.map(nameOf)]) switchNames.make(taken);
  const switches = new Map(isZoned ? zones.map((zone) => [zone, switchNames.make(`zone-${zone}`)] as const) : []);
  const links = sorted.map((node) => ({
    name: nameOf(node),
    from: nameOf(node),
    to: switches.get(zoneOf(node) ?? '') ?? name,
    ...network,
  }));
  const between = [...switches.values()].map((to) => ({
    name: to,
    from: to,
    to: name,
    latency: ZONE_LATENCY,
    bandwidth: ZONE_BANDWIDTH,
  }));
  return {
    infrastructure: {
      nodeClasses: classes,
      clusters: [{ name, network: isZoned ? { wiring: 'links' } : network, nodes: entries }],
      ...(isZoned
        ? { switches: [...switches.values()].map((each) => ({ name: each })), links: [...links, ...between] }
        : {}),
    },
    cordoned: sorted.filter(({ spec }) => spec?.unschedulable === true).map(nameOf),
    notReady: sorted
      .filter(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True')
      .map(nameOf),
    zones,
  };
}

const nameOf = ({ metadata }: V1Node): string => metadata!.name!;
const zoneOf = ({ metadata }: V1Node): string | undefined => metadata?.labels?.[ZONE_LABEL];

/** What a node offers to pods: what nodes of one class have in common. */
function offerOf({ status, metadata }: V1Node): object {
  const { cpu = '0', memory = '0', pods = '110', ...others } = status?.allocatable ?? {};
  const resources = Object.fromEntries(
    Object.entries(others)
      .filter(([, amount]) => !/^0+[A-Za-z]*$/.test(amount))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  const arch = metadata?.labels?.['kubernetes.io/arch'] ?? status?.nodeInfo?.architecture;
  return {
    ...(arch === 'arm64' ? { arch } : {}),
    cpu,
    memory,
    pods: Number(pods),
    ...(Object.keys(resources).length === 0 ? {} : { resources }),
  };
}

function entryOf(node: V1Node, className: string): object {
  const taints = (node.spec?.taints ?? []).filter(({ key }) => !CONDITION_TAINT.test(key));
  const labels = Object.entries(node.metadata?.labels ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    class: className,
    name: nameOf(node),
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
    ...(taints.length === 0
      ? {}
      : { taints: taints.map(({ key, value, effect }) => ({ key, ...(value ? { value } : {}), effect })) }),
  };
}
