import { valueAt } from '../../dynamics/index.ts';
import {
  isAsSecure,
  mostOnOneNode,
  spareReplicas,
  type World,
  type ClusterId,
  type NodeId,
  type PolicyRules,
  type SecurityClassName,
  type ServiceId,
} from '../../model/index.ts';
import { compliance } from '../mdm/index.ts';

/** What rules look at of a node. */
export interface NodeFacts {
  readonly cluster: ClusterId;
  readonly clusterName: string;
  readonly provider: string;
  readonly security: SecurityClassName;
  /** Share of what is asked of the node for the application of a service that it keeps to. */
  readonly complianceFor: (service: ServiceId) => number;
  /** In the scenario's currency. */
  readonly pricePerCoreHour: number;
  /** CO2 equivalent of the energy from the mains in its region now. */
  carbonGPerKwh: number;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** What the rules of a policy have against a node for the pods of a service; undefined where nothing. Own design. */
export function nodeObjection(rules: PolicyRules, service: ServiceId, node: NodeFacts): string | undefined {
  const { providers, security, residency, pricePerCoreHour, carbonGPerKwh } = rules;
  if (providers?.includes(node.provider) === false) return `provider ${node.provider}`;
  if (security !== undefined && !isAsSecure(node.security, security))
    return `security ${node.security} is below ${security}`;
  if (rules.compliance !== undefined && node.complianceFor(service) < rules.compliance)
    return `compliance ${percent(node.complianceFor(service))} is below ${percent(rules.compliance)}`;
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
export function nodeFacts(world: World): NodeFacts[] {
  const { nodes, clusters, services, regions = [] } = world;
  return nodes.map(({ cluster, security = 'None', pricePerHour = 0, cpuMillicores }, node) => {
    const { name, provider } = clusters[cluster]!;
    const region = regions.find((each) => each.name === provider);
    return {
      cluster,
      clusterName: name,
      provider,
      security,
      complianceFor: (service) => compliance(world, services[service]!.app, node as NodeId),
      pricePerCoreHour: pricePerHour / (cpuMillicores / 1000),
      carbonGPerKwh: region === undefined ? 0 : valueAt(region.carbonGPerKwh, 0),
    };
  });
}
