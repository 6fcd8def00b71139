import {
  datasetUpdates,
  dnsKeys,
  dnsName,
  listOf,
  mapOf,
  measured,
  object,
  oneOf,
  optional,
  quantity,
  text,
} from '../../model/index.ts';

export const complianceClasses = mapOf(
  object(
    {
      clusters: listOf(text({ description: 'A cluster.' }), {
        description: 'Clusters where data of this class may be.',
        minItems: 1,
      }),
    },
    { description: 'Where data of one class may be.', expects: '{ clusters }' },
  ),
  { description: 'Classes of data by what the law or a policy asks of them.', keys: dnsKeys, default: {} },
);

export const dataset = object(
  {
    name: dnsName({ description: 'Name of the dataset.' }),
    at: text({ description: 'Where its primary copy is: a node, or a cluster (at its gateway).' }),
    size: measured('bytes', { description: 'Size of the whole.', positive: true }),
    owner: optional(text({ description: 'Whose it is.' })),
    complianceClass: optional(
      text({ description: 'Class of spec.complianceClasses: copies may only be in the clusters of that class.' }),
    ),
    updates: oneOf(datasetUpdates, {
      description: 'How new versions come into being, every `updatePeriod`.',
      default: 'periodic',
    }),
    updatePeriod: optional(
      measured('duration', {
        description: 'Mean time between two new versions; none but those that services write where absent.',
        positive: true,
      }),
    ),
    replicas: listOf(text({ description: 'A node or a cluster.' }), {
      description: 'Where its other copies are; each starts with the version of the start of the run.',
      default: [],
    }),
    replicateEvery: optional(
      measured('duration', {
        description:
          'Time between two looks at which replicas that are behind are sent the newest version; each new version is sent ' +
          'at once where absent. The first look is one such time after the start.',
        positive: true,
      }),
    ),
  },
  { description: 'Data with a place.' },
);

/** What a service reads or writes; what is read is told by `verb`. */
export const datasetAccesses = (verb: 'read' | 'written', description: string) =>
  optional(
    listOf(
      object(
        {
          dataset: text({ description: 'Name of the dataset.' }),
          bytes: optional(measured('bytes', { description: `How much is ${verb}; all of it where absent.` })),
          share: optional(
            quantity('share', { description: `Share of the dataset that is ${verb}, in place of bytes.` }),
          ),
          probability: quantity('share', { description: 'With which a request does it.', default: 1 }),
        },
        { description: `A dataset that is ${verb}.`, expects: '{ dataset, bytes, probability }' },
      ),
      { description },
    ),
  );
