import {
  decidingPlugins,
  type DecidingPlugin,
  type DecidingPoint,
  type NodeAffinity,
  type PluginSet,
  type PublishedProfile,
  type TopologySpreadConstraint,
} from '../../model/index.ts';
import type { ResourceWeight } from './allocation.ts';
import type { EnabledPlugin } from './framework.ts';
import type { Plugin } from './plugin.ts';
import { dynamicResources } from './plugins/dynamic-resources.ts';
import { imageLocality } from './plugins/image-locality.ts';
import { interPodAffinity, type InterPodAffinityArgs } from './plugins/inter-pod-affinity.ts';
import { nodeAffinity } from './plugins/node-affinity.ts';
import { nodeName } from './plugins/node-name.ts';
import { nodePorts } from './plugins/node-ports.ts';
import { nodeResourcesBalancedAllocation } from './plugins/node-resources-balanced-allocation.ts';
import { nodeResourcesFit, type ScoringStrategy } from './plugins/node-resources-fit.ts';
import { nodeUnschedulable } from './plugins/node-unschedulable.ts';
import { placementRules } from './plugins/placement-rules.ts';
import { podTopologySpread } from './plugins/pod-topology-spread.ts';
import { taintToleration } from './plugins/taint-toleration.ts';

/** What a profile can change about kube-scheduler's defaults. */
export interface SchedulerProfile {
  /** Nodes to find feasible before scoring, in per cent; 0 lets the size of the cluster decide. */
  readonly percentageOfNodesToScore?: number;
  readonly scoringStrategy?: ScoringStrategy;
  /** Extended resources that extenders or others see to, so that the scheduler does not; a group of them ends in `/`. */
  readonly ignoredResources?: ReadonlySet<string>;
  readonly interPodAffinity?: InterPodAffinityArgs;
  /** What is demanded and preferred for every pod. */
  readonly addedAffinity?: NodeAffinity;
  /** For pods that state none, in place of the system's own. */
  readonly defaultConstraints?: readonly TopologySpreadConstraint[];
  readonly balancedResources?: readonly ResourceWeight[];
  /** What runs, by extension point. */
  readonly plugins?: NonNullable<PublishedProfile['plugins']>;
}

/** Makes each plugin that decides. Preemption has no part in filtering or scoring: it is asked once no node is feasible. */
const makers: Readonly<Record<DecidingPlugin, (profile: SchedulerProfile) => Plugin>> = {
  NodeUnschedulable: () => nodeUnschedulable,
  NodeName: () => nodeName,
  TaintToleration: () => taintToleration,
  NodeAffinity: ({ addedAffinity }) => nodeAffinity(addedAffinity),
  NodePorts: () => nodePorts,
  NodeResourcesFit: ({ scoringStrategy, ignoredResources }) => nodeResourcesFit(scoringStrategy, ignoredResources),
  PodTopologySpread: ({ defaultConstraints }) => podTopologySpread(defaultConstraints),
  InterPodAffinity: ({ interPodAffinity: args }) => interPodAffinity(args),
  DynamicResources: () => dynamicResources,
  DefaultPreemption: () => ({ name: 'DefaultPreemption' }),
  NodeResourcesBalancedAllocation: ({ balancedResources }) => nodeResourcesBalancedAllocation(balancedResources),
  ImageLocality: () => imageLocality,
};

/** What a published profile asks for. Arguments of plugins that decide nothing here are passed over. */
export function readProfile({
  percentageOfNodesToScore,
  plugins,
  pluginConfig = [],
  extenders = [],
}: PublishedProfile): SchedulerProfile {
  const profile: { -readonly [Key in keyof SchedulerProfile]: SchedulerProfile[Key] } = {};
  if (percentageOfNodesToScore !== undefined) profile.percentageOfNodesToScore = percentageOfNodesToScore;
  if (plugins !== undefined) profile.plugins = plugins;
  const ignored = extenders.flatMap(({ managedResources = [] }) =>
    managedResources.filter(({ ignoredByScheduler }) => ignoredByScheduler === true).map(({ name }) => name),
  );
  for (const config of pluginConfig) {
    if (config.args === undefined) continue;
    switch (config.name) {
      case 'NodeResourcesFit': {
        const { scoringStrategy, ignoredResources = [], ignoredResourceGroups = [] } = config.args;
        ignored.push(...ignoredResources, ...ignoredResourceGroups.map((group) => `${group}/`));
        if (scoringStrategy === undefined) break;
        const { type = 'LeastAllocated', requestedToCapacityRatio } = scoringStrategy;
        const resources = weighted(scoringStrategy.resources);
        profile.scoringStrategy =
          type === 'RequestedToCapacityRatio'
            ? { type, ...resources, shape: requestedToCapacityRatio?.shape ?? [] }
            : { type, ...resources };
        break;
      }
      case 'InterPodAffinity': {
        const { hardPodAffinityWeight: weight, ignorePreferredTermsOfExistingPods: ignore } = config.args;
        profile.interPodAffinity = {
          ...(weight === undefined ? {} : { hardPodAffinityWeight: weight }),
          ...(ignore === undefined ? {} : { ignorePreferredTermsOfExistingPods: ignore }),
        };
        break;
      }
      case 'PodTopologySpread':
        if (config.args.defaultingType === 'List') profile.defaultConstraints = config.args.defaultConstraints ?? [];
        break;
      case 'NodeAffinity':
        if (config.args.addedAffinity !== undefined) profile.addedAffinity = config.args.addedAffinity;
        break;
      case 'NodeResourcesBalancedAllocation': {
        const { resources } = weighted(config.args.resources);
        if (resources !== undefined) profile.balancedResources = resources;
        break;
      }
      case 'DefaultPreemption':
      case 'DynamicResources':
      case 'VolumeBinding':
        break;
    }
  }
  if (ignored.length > 0) profile.ignoredResources = new Set(ignored);
  return profile;
}

/** As the API's defaults: no list, or an empty one, is CPU and memory; a weight that is not stated is 1. */
function weighted(resources: readonly { name: string; weight?: number }[] | undefined): {
  resources?: readonly ResourceWeight[];
} {
  if (resources === undefined || resources.length === 0) return {};
  return { resources: resources.map(({ name, weight = 1 }) => ({ name, weight })) };
}

/**
 * The plugins that decide, in the profile's order and with its weights. Volumes are not modelled, so their plugins are
 * left out. Whoever governs the cluster has the last word, whatever the profile says.
 * @throws {RangeError} if the profile enables a plugin twice, or where it has nothing to do, or a setting is wrong
 */
export function profilePlugins(profile: SchedulerProfile = {}): readonly EnabledPlugin[] {
  const [filters, scores, afterFilter] = (['filter', 'score', 'postFilter'] as const).map((point) =>
    pluginsAt(point, profile.plugins ?? {}),
  ) as [Weighted, Weighted, Weighted];
  const names = new Set([...filters.keys(), ...scores.keys(), ...afterFilter.keys()]);
  return [
    ...[...names].map((name) => ({
      plugin: atPoints(makers[name](profile), filters.has(name), scores.has(name)),
      weight: scores.get(name) ?? 0,
      afterFilter: afterFilter.has(name),
    })),
    { plugin: placementRules, weight: 0, afterFilter: false },
  ];
}

type Weighted = ReadonlyMap<DecidingPlugin, number>;

/**
 * What runs at an extension point: first the plugins that the point's own list restates, then the other ones of multiPoint,
 * then what the list adds. Weights in the point's list come before those of multiPoint; none, or 0, is 1.
 * Source: pkg/scheduler/framework/runtime/framework.go `expandMultiPointPlugins` and `getScoreWeights`;
 * pkg/scheduler/apis/config/v1/default_plugins.go `mergePluginSet`.
 */
function pluginsAt(point: DecidingPoint, sets: NonNullable<SchedulerProfile['plugins']>): Weighted {
  const own = enabled(sets[point]);
  for (const name of own.keys()) {
    if (isDeciding(name) && !extendsPoint(name, point)) throw new RangeError(`plugin ${name} does not extend ${point}`);
  }
  const disabled = new Set(sets[point]?.disabled?.map(({ name }) => name));
  const multi = disabled.has('*')
    ? []
    : [...multiPoint(sets.multiPoint)].filter(([name]) => extendsPoint(name, point) && !disabled.has(name));
  const inMulti = new Map(multi);
  const merged = new Map<DecidingPlugin, number>();
  for (const [name, weight] of own) if (isDeciding(name) && inMulti.has(name)) merged.set(name, weight);
  for (const [name, weight] of multi) if (!merged.has(name)) merged.set(name, weight);
  for (const [name, weight] of own) if (isDeciding(name)) merged.set(name, weight);
  return merged;
}

/** The default plugins with those that are enabled in place of themselves, or behind them. */
function multiPoint(set: PluginSet | undefined): Weighted {
  const merged = new Map<DecidingPlugin, number>();
  const own = enabled(set);
  const disabled = new Set(set?.disabled?.map(({ name }) => name));
  for (const [name, { weight }] of Object.entries(decidingPlugins)) {
    if (!disabled.has('*') && !disabled.has(name as DecidingPlugin)) {
      merged.set(name as DecidingPlugin, own.get(name) ?? weight);
    }
  }
  for (const [name, weight] of own) if (isDeciding(name)) merged.set(name, weight);
  return merged;
}

function enabled(set: PluginSet | undefined): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const { name, weight = 1 } of set?.enabled ?? []) {
    if (weights.has(name)) throw new RangeError(`plugin ${name} is enabled twice`);
    weights.set(name, weight === 0 ? 1 : weight);
  }
  return weights;
}

const isDeciding = (name: string): name is DecidingPlugin => Object.hasOwn(decidingPlugins, name);
const extendsPoint = (name: DecidingPlugin, point: DecidingPoint): boolean =>
  (decidingPlugins[name].points as readonly DecidingPoint[]).includes(point);

/** A plugin without what is not to run of it. */
function atPoints(plugin: Plugin, filters: boolean, scores: boolean): Plugin {
  const kept = { ...plugin };
  if (!filters) {
    delete kept.preFilter;
    delete kept.filter;
  }
  if (!scores) {
    delete kept.preScore;
    delete kept.score;
    delete kept.normalise;
  }
  return kept;
}
