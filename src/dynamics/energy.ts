import type { Joules, Millicores, Node, Watts } from '../model/index.ts';
import { NS_PER_S } from '../kernel/index.ts';
import type { NodeUsage } from './compute.ts';

/** Power that a running node draws, linear in the share of its CPU that is in use (Fan, Weber & Barroso, ISCA 2007, eq. 1). */
export function nodePowerW(node: Pick<Node, 'power' | 'cpuMillicores'>, usedMillicores: Millicores): Watts {
  const { idleW, peakW } = node.power;
  return (idleW + ((peakW - idleW) * usedMillicores) / node.cpuMillicores) as Watts;
}

/**
 * Energy that a node drew over the time of `usage`: the integral of `nodePowerW`, exact because power is linear in the
 * CPU used. A node that is down draws nothing.
 */
export function nodeEnergyJ(node: Pick<Node, 'power' | 'cpuMillicores'>, usage: NodeUsage): Joules {
  const { idleW, peakW } = node.power;
  const cpuShareNs = usage.usedMillicoreNs / node.cpuMillicores;
  return ((idleW * usage.upNs + (peakW - idleW) * cpuShareNs) / NS_PER_S) as Joules;
}
