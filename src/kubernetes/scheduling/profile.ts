import type { EnabledPlugin } from './framework.ts';
import { dynamicResources } from './plugins/dynamic-resources.ts';
import { imageLocality } from './plugins/image-locality.ts';
import { interPodAffinity, type InterPodAffinityArgs } from './plugins/inter-pod-affinity.ts';
import { nodeAffinity } from './plugins/node-affinity.ts';
import { nodeName } from './plugins/node-name.ts';
import { nodePorts } from './plugins/node-ports.ts';
import { nodeResourcesBalancedAllocation } from './plugins/node-resources-balanced-allocation.ts';
import { nodeResourcesFit, type ScoringStrategy } from './plugins/node-resources-fit.ts';
import { nodeUnschedulable } from './plugins/node-unschedulable.ts';
import { podTopologySpread } from './plugins/pod-topology-spread.ts';
import { taintToleration } from './plugins/taint-toleration.ts';

/** What a profile can change about kube-scheduler's defaults. */
export interface SchedulerProfile {
  /** Nodes to find feasible before scoring, in per cent; 0 lets the size of the cluster decide. */
  readonly percentageOfNodesToScore?: number;
  readonly scoringStrategy?: ScoringStrategy;
  readonly interPodAffinity?: InterPodAffinityArgs;
  /** Weights by plugin, in place of the default ones. */
  readonly weights?: Readonly<Record<string, number>>;
  /** Plugins that do not run. */
  readonly disabled?: readonly string[];
}

/**
 * The plugins that decide in kube-scheduler's default profile, in its order and with its weights. Volumes are not
 * modelled, so their plugins are left out.
 * Source: pkg/scheduler/apis/config/v1/default_plugins.go.
 * @throws {RangeError} if the profile names a plugin that is not there, or a weight is no whole number from 0
 */
export function profilePlugins(profile: SchedulerProfile = {}): readonly EnabledPlugin[] {
  const all: readonly EnabledPlugin[] = [
    { plugin: nodeUnschedulable, weight: 0 },
    { plugin: nodeName, weight: 0 },
    { plugin: taintToleration, weight: 3 },
    { plugin: nodeAffinity, weight: 2 },
    { plugin: nodePorts, weight: 0 },
    { plugin: nodeResourcesFit(profile.scoringStrategy), weight: 1 },
    { plugin: podTopologySpread(), weight: 2 },
    { plugin: interPodAffinity(profile.interPodAffinity), weight: 2 },
    { plugin: dynamicResources, weight: 2 },
    { plugin: nodeResourcesBalancedAllocation(), weight: 1 },
    { plugin: imageLocality, weight: 1 },
  ];
  const names = all.map(({ plugin }) => plugin.name);
  const { weights = {}, disabled = [] } = profile;
  for (const name of [...Object.keys(weights), ...disabled]) {
    if (!names.includes(name)) throw new RangeError(`found plugin '${name}', expected one of ${names.join(', ')}`);
  }
  return all
    .filter(({ plugin }) => !disabled.includes(plugin.name))
    .map(({ plugin, weight: byDefault }) => {
      const weight = Object.hasOwn(weights, plugin.name) ? weights[plugin.name]! : byDefault;
      if (!Number.isInteger(weight) || weight < 0) {
        throw new RangeError(`weight of ${plugin.name}: found ${weight}, expected a whole number from 0`);
      }
      return { plugin, weight };
    });
}
