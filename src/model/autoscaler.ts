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
      tolerance: optional(quantity('Deviation of a metric from its target that changes nothing; 0.1 where absent.')),
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

const resource = openObject(
  { name: text({ description: 'The resource; cpu and memory are measured.' }), target },
  { description: 'A resource of the pods.' },
);
const metric = openObject(
  { name: text({ description: 'Name of the metric.' }) },
  { description: 'The metric: one of what pods have in hand and do, by a usual name.' },
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
            resource: optional(resource),
            containerResource: optional(
              openObject(
                { ...resource.properties, container: text({ description: 'Name of the container.' }) },
                { description: 'A resource of one container of the pods.' },
              ),
            ),
            pods: optional(openObject({ metric, target }, { description: 'A metric of each pod.' })),
            object: optional(
              openObject(
                {
                  describedObject: openObject(
                    { kind: text({ description: 'Its kind.' }), name: text({ description: 'Its name.' }) },
                    { description: 'What is measured.' },
                  ),
                  metric,
                  target,
                },
                { description: 'A metric of an object.' },
              ),
            ),
            external: optional(openObject({ metric, target }, { description: 'A metric of something outside.' })),
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

/** A target of a mean: a share of the pods' requests, or an amount a pod. */
export type MeanTarget =
  | { readonly type: 'Utilization'; readonly percent: number }
  | { readonly type: 'AverageValue'; readonly millivalue: number };

/** A target of an amount in all, by itself or divided by the number of pods. */
export interface TotalTarget {
  readonly type: 'Value' | 'AverageValue';
  readonly millivalue: number;
}

/**
 * What is measured of what pods do: requests that they finish, a second; requests that wait in them; requests that they have
 * in hand, those that wait among them; how long a request took them, s.
 */
export type LoadMeasure = 'requests' | 'waiting' | 'in-hand' | 'latency';

/** A metric that an autoscaler goes by. */
export type AutoscalingMetric =
  | {
      readonly kind: 'resource';
      readonly resource: 'cpu' | 'memory';
      /** Name of the one container that counts; all where absent. */
      readonly container?: string;
      readonly target: MeanTarget;
    }
  | { readonly kind: 'pods'; readonly measure: LoadMeasure; readonly target: MeanTarget }
  | { readonly kind: 'total'; readonly measure: LoadMeasure; readonly target: TotalTarget };

/** How much may be changed in a period. */
export interface ScalingPolicy {
  readonly type: 'Pods' | 'Percent';
  readonly value: number;
  readonly periodNs: number;
}

/** What holds an autoscaler back in one direction. */
export interface ScalingRules {
  /** Deviation of a ratio from 1 that changes nothing. */
  readonly tolerance: number;
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
  /** Undefined for a metric that nothing measures here, which is missing for ever. */
  readonly metrics: readonly (AutoscalingMetric | undefined)[];
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
}

/** Source: kube-controller-manager, --horizontal-pod-autoscaler-tolerance. */
const DEFAULT_TOLERANCE = 0.1;
/** Source: pkg/apis/autoscaling/v2/defaults.go. */
export const DEFAULT_SCALE_UP: ScalingRules = {
  tolerance: DEFAULT_TOLERANCE,
  stabilizationNs: 0,
  select: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodNs: 15e9 },
    { type: 'Percent', value: 100, periodNs: 15e9 },
  ],
};
export const DEFAULT_SCALE_DOWN: ScalingRules = {
  tolerance: DEFAULT_TOLERANCE,
  stabilizationNs: 300e9,
  select: 'Max',
  policies: [{ type: 'Percent', value: 100, periodNs: 15e9 }],
};

interface PublishedTarget {
  readonly type: string;
  readonly averageUtilization?: number;
  readonly averageValue?: string | number;
  readonly value?: string | number;
}
interface PublishedMetricSource {
  readonly metric: { readonly name: string };
  readonly target: PublishedTarget;
}

export interface PublishedMetric {
  readonly type: string;
  readonly resource?: { readonly name: string; readonly target: PublishedTarget };
  readonly containerResource?: { readonly name: string; readonly container: string; readonly target: PublishedTarget };
  readonly pods?: PublishedMetricSource;
  readonly object?: PublishedMetricSource & {
    readonly describedObject: { readonly kind: string; readonly name: string };
  };
  readonly external?: PublishedMetricSource;
}

/** The specification as it is written. */
export interface PublishedAutoscalerSpec {
  readonly scaleTargetRef: { readonly kind: string; readonly name: string };
  readonly minReplicas?: number;
  readonly maxReplicas: number;
  readonly metrics?: readonly PublishedMetric[];
  readonly behavior?: { readonly scaleUp?: PublishedScalingRules; readonly scaleDown?: PublishedScalingRules };
}

export interface PublishedScalingRules {
  readonly tolerance?: string | number;
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: 'Max' | 'Min' | 'Disabled';
  readonly policies?: readonly {
    readonly type: 'Pods' | 'Percent';
    readonly value: number;
    readonly periodSeconds: number;
  }[];
}
