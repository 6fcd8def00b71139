import { measured, object } from '../../model/index.ts';

/** How data and nodes are catalogued. */
export const mdm = object(
  {
    interval: measured('duration', {
      description:
        'Time between two looks of a connector at its cluster: the copies of datasets there, and the room on its nodes. The ' +
        'default is the interval at which agents of managed clusters scrape.',
      positive: true,
      default: '30s',
    }),
    delay: measured('duration', {
      description: 'From the arrival of metadata at MDM to their publication. Own default.',
      default: '1s',
    }),
    halfLife: measured('duration', {
      description: 'Age at which data count for half in the freshness of a node. Own default.',
      positive: true,
      default: '60s',
    }),
  },
  {
    description:
      "CODECO's MDM, where it is there: a connector in each cluster sends metadata over the network to MDM in the hub, or in the " +
      'first cluster where there is none, and MDM publishes them to where costs of nodes are worked out. Per node and ' +
      'application they come to freshness, compliance and portability, each 0 to 1, that profiles of swm can weigh. Own ' +
      'design: the sources name the three, and give no formula.',
  },
);
