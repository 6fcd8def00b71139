import { filterEach, type Plugin, type Rejection } from '../plugin.ts';

const NAME = 'NodeName';
const REFUSAL: Rejection = {
  plugin: NAME,
  resolvable: false,
  reasons: ["node(s) didn't match the requested node name"],
};

/**
 * Keeps a pod that names its node on that one.
 * Source: pkg/scheduler/framework/plugins/nodename/node_name.go.
 */
export const nodeName: Plugin = {
  name: NAME,
  preFilter: ({ pod }) => (pod.kind.nodeName === '' ? 'skip' : 'run'),
  filter: filterEach(({ pod, cache }, slot) => (cache.nodeAt(slot).name === pod.kind.nodeName ? undefined : REFUSAL)),
};
