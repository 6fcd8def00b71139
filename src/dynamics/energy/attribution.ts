import type { Node } from '../../model/index.ts';
import type { LinkEnergyReading } from './link-energy.ts';
import type { NodeEnergyReading } from './node-energy.ts';

/** What one application caused, or the infrastructure on its own. */
export interface Share {
  nodeEnergyJ: number;
  networkEnergyJ: number;
  carbonG: number;
  cost: number;
}

export interface AttributedNode {
  readonly node: Pick<Node, 'cpuMillicores' | 'pricePerHour'>;
  /** How long it has been there and paid for. */
  readonly thereNs: number;
  readonly reading: NodeEnergyReading;
  /** Integral of the CPU in use, and of what of it each application used. */
  readonly usedMillicoreNs: number;
  readonly usedByAppMillicoreNs: readonly number[];
}

const NS_PER_HOUR = 3.6e12;

/**
 * Divides energy, carbon and price over applications and, last in the result, the infrastructure itself. Own design:
 * - the energy of a node above its idle energy by the CPU time that each application used there; idle energy is nobody's
 *   but the infrastructure's;
 * - a node's carbon and cost of energy as its energy;
 * - the price of a node's hours by the share of its CPU that each application used over the time that it was there, the rest is the infrastructure's;
 * - what carrying costs by the bytes of the requests that each application took in, with their calls and all attempts
 *   (`bytesByApp`); idle links are the
 *   infrastructure's, and so is all of it where there were no requests.
 */
export function attribute(
  nodes: readonly AttributedNode[],
  links: readonly LinkEnergyReading[],
  bytesByApp: readonly number[],
): Share[] {
  const shares = Array.from({ length: bytesByApp.length + 1 }, (): Share => ({
    nodeEnergyJ: 0,
    networkEnergyJ: 0,
    carbonG: 0,
    cost: 0,
  }));
  const infrastructure = shares.at(-1)!;
  const bytes = bytesByApp.reduce((sum, some) => sum + some, 0);

  const give = (share: Share, part: number, reading: { carbonG: number; energyCost: number }): void => {
    share.carbonG += reading.carbonG * part;
    share.cost += reading.energyCost * part;
  };
  for (const { node, thereNs, reading, usedMillicoreNs, usedByAppMillicoreNs } of nodes) {
    const hoursCost = ((node.pricePerHour ?? 0) * thereNs) / NS_PER_HOUR;
    const dynamicJ = usedMillicoreNs > 0 ? reading.energyJ - reading.idleJ : 0;
    const restJ = reading.energyJ - dynamicJ;
    for (const [app, used] of usedByAppMillicoreNs.entries()) {
      if (used === 0) continue;
      const energyJ = (dynamicJ * used) / usedMillicoreNs;
      shares[app]!.nodeEnergyJ += energyJ;
      shares[app]!.cost += (hoursCost * used) / (node.cpuMillicores * thereNs);
      if (reading.energyJ > 0) give(shares[app]!, energyJ / reading.energyJ, reading);
    }
    infrastructure.nodeEnergyJ += restJ;
    if (thereNs > 0) infrastructure.cost += hoursCost * (1 - usedMillicoreNs / (node.cpuMillicores * thereNs));
    if (reading.energyJ > 0) give(infrastructure, restJ / reading.energyJ, reading);
  }
  for (const reading of links) {
    const carryingJ = reading.carryingJ[0] + reading.carryingJ[1];
    const part = (energyJ: number): number => (reading.energyJ > 0 ? energyJ / reading.energyJ : 0);
    for (const [app, own] of bytes > 0 ? bytesByApp.entries() : []) {
      const energyJ = (carryingJ * own) / bytes;
      shares[app]!.networkEnergyJ += energyJ;
      shares[app]!.cost += (reading.trafficCost * own) / bytes;
      give(shares[app]!, part(energyJ), reading);
    }
    const ownJ = bytes > 0 ? reading.idleJ : reading.energyJ;
    infrastructure.networkEnergyJ += ownJ;
    if (bytes === 0) infrastructure.cost += reading.trafficCost;
    give(infrastructure, part(ownJ), reading);
  }
  return shares;
}
