import { Type, type Static } from '@sinclair/typebox';
import { measured, number, object, optional, text } from '../../model/index.ts';

export const podStartup = object(
  {
    base: measured('duration', { description: 'Mean of what each pod takes, however many others start.' }),
    cv: number({
      description: 'Coefficient of variation of the base time, lognormal; 0 for always the same.',
      minimum: 0,
      maximum: 10,
      default: 0,
    }),
    perPodInCluster: measured('duration', {
      description: "Each pod occupies its cluster's control plane for this long; pods pass it one after the other.",
      default: '0s',
    }),
    perPodOnNode: measured('duration', {
      description: 'Each pod then occupies its node for this long; pods pass it one after the other.',
      default: '0s',
    }),
  },
  {
    description: 'A start-up that takes the longer, the more pods start at once. Own design.',
    expects: '{ base, perPodInCluster, perPodOnNode, cv }',
  },
);

export const schedulingTime = optional(
  measured('duration', {
    description:
      'How long the scheduler takes for a pod: pods pass it one after the other, and each decision is of its end. For schedulers ' +
      'that place one pod at a time; no time where absent. Own design.',
  }),
);

/** Parameters of models, fitted to measurements: a file of its own that scenarios refer to. */
export const calibrationSchema = object(
  {
    apiVersion: Type.Unsafe<'codeco-sim/v1'>({
      type: 'string',
      const: 'codeco-sim/v1',
      description: 'Version of the format.',
    }),
    kind: Type.Unsafe<'Calibration'>({ type: 'string', const: 'Calibration', description: 'Kind of the document.' }),
    metadata: object(
      {
        name: text({ description: 'What was measured.' }),
        description: optional(text({ description: 'How it was fitted, for people.' })),
      },
      { description: 'What the calibration is called.' },
    ),
    spec: object(
      {
        podStartup: optional(podStartup),
        schedulingTime,
        nodeMonitorGracePeriod: optional(
          measured('duration', { description: 'How long leases of a node may stay away until it counts as NotReady.' }),
        ),
        imageUnpack: optional(
          measured('bandwidth', {
            description:
              'How fast a node unpacks layers of images, in bits of their size; of scenarios that state images.',
          }),
        ),
      },
      { description: 'The fitted parameters; what is absent stays as the scenario has it.' },
    ),
  },
  { description: 'Parameters of models, fitted to measurements.' },
);

export type Calibration = Static<typeof calibrationSchema>;
