import { Type, type Static, type TProperties, type TUnsafe } from '@sinclair/typebox';
import { nodeAffinity } from './codeco-app.ts';
import { either, flag, listOf, object, oneOf, optional, text, whole } from './fields.ts';
import type { NodeAffinity, TopologySpreadConstraint } from './kubernetes.ts';
import { schedulerExtender, type PublishedExtender } from './scheduler-extender.ts';

/**
 * kube-scheduler's configuration file, `KubeSchedulerConfiguration` of kubescheduler.config.k8s.io/v1, as published.
 * Source: k8s.io/kube-scheduler/config/v1/types.go and types_pluginargs.go.
 */

/** Extension points at which a profile changes decisions here; preFilter and preScore follow filter and score. */
export const decidingPoints = ['filter', 'postFilter', 'score'] as const;
export type DecidingPoint = (typeof decidingPoints)[number];

/** Points that can be configured, beside multiPoint. */
const points = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const;

/**
 * kube-scheduler's plugins that decide here, in the order and with the weights of its default profile, and the points
 * among those above that each extends. Source: pkg/scheduler/apis/config/v1/default_plugins.go.
 */
export const decidingPlugins = {
  NodeUnschedulable: { points: ['filter'], weight: 0 },
  NodeName: { points: ['filter'], weight: 0 },
  TaintToleration: { points: ['filter', 'score'], weight: 3 },
  NodeAffinity: { points: ['filter', 'score'], weight: 2 },
  NodePorts: { points: ['filter'], weight: 0 },
  NodeResourcesFit: { points: ['filter', 'score'], weight: 1 },
  PodTopologySpread: { points: ['filter', 'score'], weight: 2 },
  InterPodAffinity: { points: ['filter', 'score'], weight: 2 },
  DynamicResources: { points: ['filter', 'postFilter', 'score'], weight: 2 },
  DefaultPreemption: { points: ['postFilter'], weight: 0 },
  NodeResourcesBalancedAllocation: { points: ['score'], weight: 1 },
  ImageLocality: { points: ['score'], weight: 1 },
} as const satisfies Record<string, { readonly points: readonly DecidingPoint[]; readonly weight: number }>;

export type DecidingPlugin = keyof typeof decidingPlugins;
const deciding = Object.keys(decidingPlugins) as DecidingPlugin[];

/** Plugins of kube-scheduler for what is not modelled: volumes, gates, the order of the queue and binding itself. */
const otherPlugins = [
  'SchedulingGates',
  'PrioritySort',
  'VolumeRestrictions',
  'NodeVolumeLimits',
  'VolumeBinding',
  'VolumeZone',
  'DefaultBinder',
] as const;

const unread = () => optional(Type.Unsafe<unknown>({ description: 'Read, and without effect here.' }));

const percentage = optional(
  whole({
    description: 'Nodes to find feasible before scoring, in per cent; 0 lets the size of the cluster decide.',
    minimum: 0,
    maximum: 100,
  }),
);

const pluginSet = object(
  {
    enabled: optional(
      listOf(
        object(
          {
            name: oneOf([...deciding, ...otherPlugins], { description: 'The plugin.' }),
            weight: optional(
              whole({ description: 'Factor of its scores; 1 where absent or 0.', minimum: 0, maximum: 2_147_483_647 }),
            ),
          },
          { description: 'A plugin that runs.' },
        ),
        { description: 'Plugins that run beside the default ones, or in place of themselves with another weight.' },
      ),
    ),
    disabled: optional(
      listOf(
        object(
          {
            name: oneOf(['*', ...deciding, ...otherPlugins], { description: "The plugin; '*' is every default one." }),
            weight: unread(),
          },
          { description: 'A plugin that does not run.' },
        ),
        { description: 'Default plugins that do not run.' },
      ),
    ),
  },
  { description: 'What runs at an extension point.' },
);
export type PluginSet = Static<typeof pluginSet>;

const resources = (most: number) =>
  optional(
    listOf(
      object(
        {
          name: text({ description: 'The resource, such as cpu.' }),
          weight: optional(whole({ description: 'Its weight; 1 where absent.', minimum: 1, maximum: most })),
        },
        { description: 'A resource.' },
      ),
      { description: 'The resources that count; CPU and memory where absent.' },
    ),
  );

const fitArgs = {
  ignoredResources: optional(
    listOf(text({ description: 'An extended resource.' }), { description: 'Those that the filter passes over.' }),
  ),
  ignoredResourceGroups: optional(
    listOf(text({ description: 'What comes before the /.' }), { description: 'Groups of those.' }),
  ),
  scoringStrategy: optional(
    object(
      {
        type: optional(
          oneOf(['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'], {
            description: 'How nodes are scored by how full they are; LeastAllocated where absent.',
          }),
        ),
        resources: resources(100),
        requestedToCapacityRatio: optional(
          object(
            {
              shape: listOf(
                object(
                  {
                    utilization: whole({ description: 'Utilisation in per cent.', minimum: 0, maximum: 100 }),
                    score: whole({ description: 'Score from 0 to 10.', minimum: 0, maximum: 10 }),
                  },
                  { description: 'A point.' },
                ),
                { description: 'A broken line from utilisation to score.', minItems: 1 },
              ),
            },
            { description: 'Of the strategy RequestedToCapacityRatio.' },
          ),
        ),
      },
      { description: 'How full nodes are scored.' },
    ),
  ),
};

const defaultConstraint = object(
  {
    maxSkew: whole({ description: 'Most pods that domains may differ by.', minimum: 1 }),
    topologyKey: text({ description: 'Label whose values are the domains.' }),
    whenUnsatisfiable: oneOf(['DoNotSchedule', 'ScheduleAnyway'], { description: 'Whether it filters or scores.' }),
    minDomains: optional(whole({ description: 'Domains that there should be.', minimum: 1 })),
    nodeAffinityPolicy: optional(
      oneOf(['Honor', 'Ignore'], { description: 'Whether node affinity leaves nodes out.' }),
    ),
    nodeTaintsPolicy: optional(oneOf(['Honor', 'Ignore'], { description: 'Whether taints leave nodes out.' })),
  },
  { description: 'A constraint without a selector: pods are grouped by their Services and owners.' },
) as unknown as TUnsafe<TopologySpreadConstraint>;

const args = {
  NodeResourcesFit: fitArgs,
  InterPodAffinity: {
    hardPodAffinityWeight: optional(
      whole({
        description: "What another pod's required affinity is worth; 1 where absent.",
        minimum: 0,
        maximum: 100,
      }),
    ),
    ignorePreferredTermsOfExistingPods: optional(
      flag({ description: 'Whether preferences of other pods are left out for pods without any of their own.' }),
    ),
  },
  PodTopologySpread: {
    defaultConstraints: optional(listOf(defaultConstraint, { description: 'For pods that state none.' })),
    defaultingType: optional(
      oneOf(['System', 'List'], { description: "Whether these or Kubernetes' own hold; System where absent." }),
    ),
  },
  NodeAffinity: {
    addedAffinity: optional(nodeAffinity as unknown as TUnsafe<NodeAffinity>),
  },
  NodeResourcesBalancedAllocation: { resources: resources(1) },
  DefaultPreemption: { minCandidateNodesPercentage: unread(), minCandidateNodesAbsolute: unread() },
  DynamicResources: { filterTimeout: unread(), bindingTimeout: unread() },
  VolumeBinding: { bindTimeoutSeconds: unread(), shape: unread() },
} as const;

/** So that an error about one name names all. */
const configurableNames = Object.fromEntries(Object.keys(args).map((name) => [name, `${name}Args`]));

const pluginConfigOf = <Name extends string, Args extends TProperties>(name: Name, fields: Args) =>
  object(
    {
      name: Type.Unsafe<Name>({ type: 'string', const: name, choices: configurableNames, description: 'The plugin.' }),
      args: optional(
        object({ apiVersion: unread(), kind: unread(), ...fields }, { description: `Arguments of ${name}.` }),
      ),
    },
    { description: `How ${name} is set.` },
  );

const profile = object(
  {
    schedulerName: optional(text({ description: 'The name by which pods ask for it.' })),
    percentageOfNodesToScore: percentage,
    plugins: optional(
      object(
        Object.fromEntries([...points, 'multiPoint'].map((point) => [point, optional(pluginSet)])) as Record<
          (typeof points)[number] | 'multiPoint',
          ReturnType<typeof optional<typeof pluginSet>>
        >,
        { description: 'What runs at each extension point; multiPoint is all of them.' },
      ),
    ),
    pluginConfig: optional(
      listOf(
        either(
          [
            pluginConfigOf('NodeResourcesFit', args.NodeResourcesFit),
            pluginConfigOf('InterPodAffinity', args.InterPodAffinity),
            pluginConfigOf('PodTopologySpread', args.PodTopologySpread),
            pluginConfigOf('NodeAffinity', args.NodeAffinity),
            pluginConfigOf('NodeResourcesBalancedAllocation', args.NodeResourcesBalancedAllocation),
            pluginConfigOf('DefaultPreemption', args.DefaultPreemption),
            pluginConfigOf('DynamicResources', args.DynamicResources),
            pluginConfigOf('VolumeBinding', args.VolumeBinding),
          ],
          { description: 'How a plugin is set.' },
        ),
        { description: 'How plugins are set.' },
      ),
    ),
  },
  { description: 'A profile.' },
);

/** A profile of kube-scheduler, as its configuration file has it, and the extenders that all its profiles share. */
export type PublishedProfile = Static<typeof profile> & { readonly extenders?: readonly PublishedExtender[] };

const CONFIGURATION_VERSION = 'kubescheduler.config.k8s.io/v1';

export const schedulerConfigurationSchema = object(
  {
    apiVersion: Type.Unsafe<typeof CONFIGURATION_VERSION>({
      type: 'string',
      const: CONFIGURATION_VERSION,
      description: 'Version of the format.',
    }),
    kind: Type.Unsafe<'KubeSchedulerConfiguration'>({
      type: 'string',
      const: 'KubeSchedulerConfiguration',
      description: 'Kind of the document.',
    }),
    percentageOfNodesToScore: percentage,
    profiles: optional(listOf(profile, { description: 'Profiles; the first one is that of all pods.' })),
    parallelism: unread(),
    leaderElection: unread(),
    clientConnection: unread(),
    enableProfiling: unread(),
    enableContentionProfiling: unread(),
    podInitialBackoffSeconds: unread(),
    podMaxBackoffSeconds: unread(),
    delayCacheUntilActive: unread(),
    extenders: optional(listOf(schedulerExtender, { description: 'Programs that are asked over HTTP.' })),
  },
  { description: "kube-scheduler's configuration." },
);

export type SchedulerConfiguration = Static<typeof schedulerConfigurationSchema>;
