import { expanders, flag, measured, object, oneOf, optional, quantity, text, whole } from '../../model/index.ts';
import { distributionFields, durationOrDistribution } from './distribution.ts';

/** What makes the nodes of one entry a group that Kubernetes' cluster-autoscaler grows and shrinks. */
export const nodeGroup = object(
  {
    name: optional(
      text({
        description: 'Name of the group; CLUSTER-CLASS where absent.',
        pattern: '^.{1,63}$',
        expects: 'a name',
      }),
    ),
    min: whole({ description: 'Fewest nodes that scaling down leaves.', minimum: 0, default: 0 }),
    max: whole({ description: 'Most nodes.', minimum: 1 }),
    provisioning: durationOrDistribution({
      description:
        'From the order of a node until it has joined its cluster and is ready, drawn for each: a duration or a distribution: ' +
        `${distributionFields}. The default is own design.`,
      constant: 'The same for each node.',
      example: '90s',
      default: '90s',
    }),
    priority: whole({ description: 'For the expander `priority`: the highest goes first.', minimum: 0, default: 0 }),
  },
  {
    description:
      "A group of nodes that comes and goes, as a provider's node pool under Kubernetes' cluster-autoscaler. There are `count` " +
      'nodes at the start, `min` where that is absent; the others draw no power and cost nothing until they are ordered.',
    expects: '{ min, max, provisioning }',
  },
);

/** The flags of Kubernetes' cluster-autoscaler. */
export const clusterAutoscaler = object(
  {
    expander: oneOf(expanders, {
      description: 'Which group grows where several could: --expander; ties are broken at random.',
      default: 'least-waste',
    }),
    scanInterval: measured('duration', {
      description: 'Time between two looks at the cluster: --scan-interval.',
      positive: true,
      default: '10s',
    }),
    scaleDown: flag({ description: 'Whether nodes are removed: --scale-down-enabled.', default: true }),
    scaleDownUnneededTime: measured('duration', {
      description: 'A node is removed that has been unneeded for longer than this: --scale-down-unneeded-time.',
      default: '10m',
    }),
    scaleDownDelayAfterAdd: measured('duration', {
      description: 'No node is removed for so long after nodes were ordered: --scale-down-delay-after-add.',
      default: '10m',
    }),
    scaleDownUtilization: quantity('share', {
      description:
        'A node may be unneeded of which less than this share is requested, of CPU and of memory: ' +
        '--scale-down-utilization-threshold.',
      default: 0.5,
    }),
  },
  {
    description:
      "Kubernetes' cluster-autoscaler, which minds the groups of nodes that have `autoscaling`. Defaults are its own.",
    default: {},
  },
);
