import type { Joules, Node } from '../model/index.ts';
import { NS_PER_S } from '../kernel/index.ts';
import type { NodeUsage } from './compute.ts';

/**
 * Energy that a node drew over the time of `usage`. A running node's power goes linearly from idle to peak with the share
 * of its CPU that is in use (Fan, Weber & Barroso, ISCA 2007, eq. 1), so the integral is exact; a node that is down draws nothing.
 */
export function nodeEnergyJ(node: Pick<Node, 'power' | 'cpuMillicores'>, usage: NodeUsage): Joules {
  const { idleW, peakW } = node.power;
  const cpuShareNs = usage.usedMillicoreNs / node.cpuMillicores;
  return ((idleW * usage.upNs + (peakW - idleW) * cpuShareNs) / NS_PER_S) as Joules;
}
