import {
  governances,
  listOf,
  mapOf,
  measured,
  namesOf,
  number,
  object,
  oneOf,
  optional,
  prioritizers,
  text,
  whole,
} from '../../model/index.ts';

/** How clusters with control planes of their own are governed together. */
export const federation = object(
  {
    governance: oneOf(governances, { description: 'Who may decide what. Own design.', default: 'hybrid' }),
    lease: measured('duration', {
      description:
        'Time between two renewals of the lease by which a cluster is known to be there; it counts as lost after five of ' +
        "them. The default is Open Cluster Management's leaseDurationSeconds.",
      positive: true,
      default: '60s',
    }),
    neighbourhood: whole({
      description: "The most clusters that an application's neighbourhood has, those nearest its users. Own design.",
      minimum: 1,
      maximum: 1000,
      default: 3,
    }),
    bidTimeout: measured('duration', {
      description: 'How long bids of clusters for an application are waited for. Own design.',
      positive: true,
      default: '5s',
    }),
    members: listOf(
      object(
        {
          cluster: optional(text({ description: 'A managed cluster.' })),
          provider: optional(text({ description: 'A provider: all its managed clusters.' })),
          joins: measured('duration', {
            description: 'When it joins: its agent begins to renew its lease, and with the first it is known.',
            default: '0s',
          }),
          leaves: optional(
            measured('duration', {
              description:
                'When it leaves: its agent says so until somebody who decides has heard it. Then its applications run elsewhere, ' +
                'and no longer on it.',
            }),
          ),
        },
        { description: 'Exactly one of cluster and provider, and when it is a member.' },
      ),
      {
        description: 'Clusters and providers that join or leave; all others are members throughout. Own design.',
        default: [],
      },
    ),
    prioritizers: mapOf(number({ description: 'Weight.', minimum: -10, maximum: 10 }), {
      description:
        "Weights of the hub's placement beside Balance and Steady, which weigh 1 where not named, as in Open Cluster " +
        "Management's additive mode.",
      keys: {
        pattern: `^(${namesOf(prioritizers).join('|')})$`,
        expects: `a prioritizer: ${namesOf(prioritizers).join(', ')}`,
      },
      default: {},
    }),
  },
  {
    description:
      'Each cluster has a control plane of its own, and runs the applications that it is given as a whole. Where absent, one ' +
      'control plane serves all clusters.',
  },
);
