import { filterEach, type Plugin, type Rejection } from '../plugin.ts';

const NAME = 'NodePorts';
const REFUSAL: Rejection = {
  plugin: NAME,
  resolvable: true,
  reasons: ["node(s) didn't have free ports for the requested pod ports"],
};

/**
 * Keeps pods off nodes where a host port that they want is taken.
 * Source: pkg/scheduler/framework/plugins/nodeports/node_ports.go.
 */
export const nodePorts: Plugin = {
  name: NAME,
  preFilter: ({ pod }) => (pod.kind.hostPorts.length === 0 ? 'skip' : 'run'),
  filter: filterEach(({ pod, cache }, slot) => {
    const node = cache.nodeAt(slot);
    return pod.kind.hostPorts.some((port) => node.hasPortConflict(port)) ? REFUSAL : undefined;
  }),
};
