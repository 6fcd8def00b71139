import { valueAt } from '../../dynamics/index.ts';
import {
  mostOnOneNode,
  spareReplicas,
  type World,
  namesOf,
  securityClasses,
  type ClusterId,
  type PolicyRules,
  type SecurityClassName,
  type ServiceId,
} from '../../model/index.ts';

/** What rules look at of a node. */
export interface NodeFacts {
  readonly cluster: ClusterId;
  readonly clusterName: string;
  readonly provider: string;
  readonly security: SecurityClassName;
  /** In the scenario's currency. */
  readonly pricePerCoreHour: number;
  /** CO2 equivalent of the energy from the mains in its region now. */
  carbonGPerKwh: number;
}

/** Place on the scale of security classes, from 0. */
const securityLevel = (name: SecurityClassName): number => namesOf(securityClasses).indexOf(name);

/** What the rules of a policy have against a node for the pods of a service; undefined where nothing. Own design. */
export function nodeObjection(rules: PolicyRules, service: ServiceId, node: NodeFacts): string | undefined {
  const { providers, security, residency, pricePerCoreHour, carbonGPerKwh } = rules;
  if (providers?.includes(node.provider) === false) return `provider ${node.provider}`;
  if (security !== undefined && securityLevel(node.security) < securityLevel(security))
    return `security ${node.security} is below ${security}`;
  if (residency?.services.includes(service) === true && !residency.clusters.includes(node.cluster))
    return `the data that it uses may not be used in ${node.clusterName}`;
  if (pricePerCoreHour !== undefined && node.pricePerCoreHour > pricePerCoreHour)
    return `${node.pricePerCoreHour}/h a core is above ${pricePerCoreHour}/h`;
  if (carbonGPerKwh !== undefined && node.carbonGPerKwh > carbonGPerKwh)
    return `${node.carbonGPerKwh} g/kWh is above ${carbonGPerKwh} g/kWh`;
  return undefined;
}

/** Whether a node has as many pods of a service as it may, so that its loss takes no more than is tolerated. */
export function crowding(
  { failureTolerance = 0 }: PolicyRules,
  replicas: number,
  alike: () => number,
): string | undefined {
  if (failureTolerance === 0) return undefined;
  const most = mostOnOneNode(spareReplicas(replicas, failureTolerance), failureTolerance);
  return alike() < most ? undefined : `it carries ${most} of the pods, the most that may be lost at once`;
}

/** What rules look at of each node, at the start. */
export function nodeFacts({ nodes, clusters, regions = [] }: World): NodeFacts[] {
  return nodes.map(({ cluster, security = 'None', pricePerHour = 0, cpuMillicores }) => {
    const { name, provider } = clusters[cluster]!;
    const region = regions.find((each) => each.name === provider);
    return {
      cluster,
      clusterName: name,
      provider,
      security,
      pricePerCoreHour: pricePerHour / (cpuMillicores / 1000),
      carbonGPerKwh: region === undefined ? 0 : valueAt(region.carbonGPerKwh, 0),
    };
  });
}
