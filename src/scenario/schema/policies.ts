import {
  dnsName,
  either,
  listOf,
  mapOf,
  measured,
  object,
  oneOf,
  optional,
  policyModes,
  quantity,
  securityClasses,
  text,
} from '../../model/index.ts';

/** A tolerance to failures: a word of CODECO's, or a share. */
export const failureTolerance = either(
  [
    oneOf({ High: 'A half.', Medium: 'A quarter.', Low: 'None.' }, { description: "One of CODECO's words." }),
    quantity('share', { description: 'Share of the pods, below 100 %.' }),
  ],
  {
    description:
      "Share of a service's pods that may be lost at once with as many left as it is to have: High is a half, Medium a " +
      'quarter, Low none. No node may carry more of its pods than that share, or more than one. Own design.',
    expects: 'High, Medium, Low, or a share below 100 % such as 20%',
  },
);

const residency = object(
  {
    datasets: optional(
      listOf(text({ description: 'A dataset.' }), { description: 'Which data, by name.', minItems: 1 }),
    ),
    owner: optional(text({ description: 'Which data, by its owner.' })),
    complianceClass: optional(text({ description: 'Which data, by its compliance class.' })),
    clusters: optional(
      listOf(text({ description: 'A cluster.' }), {
        description: 'Where services that use it may run; the clusters of complianceClass where absent.',
        minItems: 1,
      }),
    ),
  },
  { description: 'Where services that read or write certain data may run.', expects: '{ complianceClass, clusters }' },
);

const budgetWindow = 'In windows of this length, one after the other from the publication; at least 30s.';

const version = object(
  {
    at: measured('duration', {
      description: 'When the hub publishes it; a version of 0s is everywhere from the start.',
      default: '0s',
    }),
    mode: oneOf(policyModes, { description: 'What comes of it.', default: 'enforce' }),
    providers: optional(
      listOf(text({ description: 'A provider.' }), { description: 'Providers that may run it.', minItems: 1 }),
    ),
    security: optional(
      oneOf(securityClasses, { description: 'The least security of the node classes that may run it.' }),
    ),
    residency: optional(residency),
    price: optional(
      measured('pricePerHour', {
        description: 'Most that an hour of a core may cost, by the price of the node and its cores.',
      }),
    ),
    carbonIntensity: optional(
      measured('carbonIntensity', { description: 'Most that the region of a node may have at the time.' }),
    ),
    energyBudget: optional(
      object(
        {
          energy: measured('energy', { description: 'Most of it.' }),
          per: measured('duration', { description: budgetWindow }),
        },
        {
          description:
            'Most energy above idle that each application may cause on nodes. What is overspent is known at scrapes, every ' +
            '30 s; while it is, and the version is enforced, each service of the application is kept at one replica.',
          expects: '{ energy, per }',
        },
      ),
    ),
    carbonBudget: optional(
      object(
        {
          carbon: measured('mass', { description: 'Most of it.' }),
          per: measured('duration', { description: budgetWindow }),
        },
        {
          description: 'Most CO2 equivalent of that energy, as far as it is from the mains; as an energyBudget.',
          expects: '{ carbon, per }',
        },
      ),
    ),
    energyShare: optional(
      quantity('share', {
        description:
          'Largest share of the energy of all nodes that each application may cause over 5 minutes; while it was more in ' +
          'the 5 minutes before, as an energyBudget that is overspent.',
      }),
    ),
    failureTolerance: optional(failureTolerance),
  },
  { description: 'A version: all its rules have to hold. One without rules withdraws the policy.' },
);

export const policy = object(
  {
    name: dnsName({ description: 'Name of the policy.' }),
    apps: optional(
      listOf(text({ description: 'An application.' }), {
        description: 'Applications that it is for; all where neither these nor labels are stated.',
        minItems: 1,
      }),
    ),
    labels: optional(
      mapOf(text({ description: 'Value.' }), {
        description: 'Applications that it is for, by labels of the metadata of their CodecoApps.',
      }),
    ),
    versions: listOf(version, {
      description:
        'Its versions, by the time of their publication. The hub (the first cluster where none is) sends each new version to ' +
        'every cluster over the network, 4 kB, again 10 s after an attempt that failed; it counts in a cluster from its ' +
        'arrival, in place of the version before. Own design.',
      minItems: 1,
    }),
  },
  { description: 'What applications have to keep to. Own design.' },
);
