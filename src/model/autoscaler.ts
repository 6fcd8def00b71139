import type { TSchema } from '@sinclair/typebox';
import { either, listOf, number, oneOf, openObject, optional, text, whole } from './fields.ts';
import type { ServiceId } from './ids.ts';

/**
 * HorizontalPodAutoscalers as published, as far as they are read, and what becomes of them.
 * Source: Kubernetes' API reference, autoscaling/v2.
 */

const quantity = (description: string): TSchema =>
  either([text({ description }), number({ description })], { description, expects: 'a quantity such as 500m or 2' });

const policies = listOf(
  openObject(
    {
      type: oneOf(['Pods', 'Percent'], { description: 'What is counted.' }),
      value: whole({ description: 'How much may change in the period.', minimum: 1 }),
      periodSeconds: whole({ description: 'The period, s.', minimum: 1, maximum: 1_800 }),
    },
    { description: 'A policy.' },
  ),
  { description: 'What may change at most.', minItems: 1 },
);

const rules = (description: string) =>
  openObject(
    {
      stabilizationWindowSeconds: optional(
        whole({ description: 'How far back recommendations count, s.', minimum: 0, maximum: 3_600 }),
      ),
      selectPolicy: optional(oneOf(['Max', 'Min', 'Disabled'], { description: 'Which policy holds.' })),
      policies: optional(policies),
    },
    { description },
  );

const target = openObject(
  {
    type: oneOf(['Utilization', 'AverageValue', 'Value'], { description: 'What the value is of.' }),
    averageUtilization: optional(whole({ description: 'Per cent of the requests.', minimum: 1 })),
    averageValue: optional(quantity('Amount a pod.')),
    value: optional(quantity('Amount.')),
  },
  { description: 'What the metric is to be.' },
);

/** The specification of a HorizontalPodAutoscaler. */
export const autoscalerSpec = openObject(
  {
    scaleTargetRef: openObject(
      { kind: text({ description: 'Kind of the target.' }), name: text({ description: 'Name of the target.' }) },
      { description: 'What it scales.' },
    ),
    minReplicas: optional(whole({ description: 'Fewest pods; 1 where absent.', minimum: 0 })),
    maxReplicas: whole({ description: 'Most pods.', minimum: 1, maximum: 100_000 }),
    metrics: optional(
      listOf(
        openObject(
          {
            type: oneOf(['Resource', 'ContainerResource', 'Pods', 'Object', 'External'], {
              description: 'Kind of metric.',
            }),
            resource: optional(
              openObject(
                { name: text({ description: 'The resource; the CPU alone is measured.' }), target },
                { description: 'A resource of the pods.' },
              ),
            ),
          },
          { description: 'A metric.' },
        ),
        { description: 'What it scales by; 80 % of the requested CPU where absent.' },
      ),
    ),
    behavior: optional(
      openObject(
        { scaleUp: optional(rules('How it scales up.')), scaleDown: optional(rules('How it scales down.')) },
        { description: 'What holds it back.' },
      ),
    ),
  },
  { description: 'What it scales, and by what.' },
);

/** What a HorizontalPodAutoscaler aims at: a share of the pods' requests, or a mean per pod. */
export type MetricTarget =
  | { readonly type: 'Utilization'; readonly percent: number }
  | { readonly type: 'AverageValue'; readonly millivalue: number };

/** How much may be changed in a period. */
export interface ScalingPolicy {
  readonly type: 'Pods' | 'Percent';
  readonly value: number;
  readonly periodNs: number;
}

/** What holds an autoscaler back in one direction. */
export interface ScalingRules {
  readonly stabilizationNs: number;
  readonly select: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly ScalingPolicy[];
}

export interface HorizontalPodAutoscaler {
  readonly name: string;
  readonly namespace: string;
  readonly target: ServiceId;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Of the CPU; undefined for a metric that nothing measures here, which is missing for ever. */
  readonly metrics: readonly (MetricTarget | undefined)[];
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
}

/** Source: pkg/apis/autoscaling/v2/defaults.go. */
export const DEFAULT_SCALE_UP: ScalingRules = {
  stabilizationNs: 0,
  select: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodNs: 15e9 },
    { type: 'Percent', value: 100, periodNs: 15e9 },
  ],
};
export const DEFAULT_SCALE_DOWN: ScalingRules = {
  stabilizationNs: 300e9,
  select: 'Max',
  policies: [{ type: 'Percent', value: 100, periodNs: 15e9 }],
};

/** The specification as it is written. */
export interface PublishedAutoscalerSpec {
  readonly scaleTargetRef: { readonly kind: string; readonly name: string };
  readonly minReplicas?: number;
  readonly maxReplicas: number;
  readonly metrics?: readonly {
    readonly type: string;
    readonly resource?: {
      readonly name: string;
      readonly target: {
        readonly type: string;
        readonly averageUtilization?: number;
        readonly averageValue?: string | number;
      };
    };
  }[];
  readonly behavior?: { readonly scaleUp?: PublishedScalingRules; readonly scaleDown?: PublishedScalingRules };
}

export interface PublishedScalingRules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: 'Max' | 'Min' | 'Disabled';
  readonly policies?: readonly {
    readonly type: 'Pods' | 'Percent';
    readonly value: number;
    readonly periodSeconds: number;
  }[];
}
