import type { TProperties, TSchema } from '@sinclair/typebox';
import { autoscalerSpec, type HorizontalPodAutoscaler } from './autoscaler.ts';
import { labelSelectorSchema, podSpecSchema } from './codeco-app.ts';
import { flag, mapOf, oneOf, openObject, optional, text, whole, either } from './fields.ts';
import type { LabelSelector, PodSpec } from './kubernetes.ts';

/**
 * Kubernetes objects as published, as far as the simulator reads them. Source: the API reference of Kubernetes 1.36 for
 * the group and version that each names. Other fields are kept and have no effect.
 */

const labels = mapOf(text({ description: 'Value.' }), { description: 'Labels.' });

const metadata = (isNamed: boolean) =>
  openObject(
    {
      name: isNamed
        ? text({
            description: 'Name of the object.',
            pattern: '^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$',
            expects: "a name of lower-case letters, digits, '-' and '.', as Kubernetes has it",
          })
        : optional(text({ description: 'Name; the pods of a template get names of their own.' })),
      namespace: optional(text({ description: 'Namespace; default where absent.' })),
      labels: optional(labels),
    },
    { description: "Kubernetes' object metadata." },
  );

const object = <Spec extends TProperties>(apiVersion: string, kind: string, fields: Spec) =>
  openObject(
    {
      apiVersion: oneOf([apiVersion], { description: 'Group and version.' }),
      kind: oneOf([kind], { description: 'Kind of the object.' }),
      metadata: metadata(true),
      ...fields,
    },
    { description: `A ${kind}.` },
  );

const replicas = optional(whole({ description: 'How many pods; 1 where absent.', minimum: 0, maximum: 100_000 }));
const template = openObject(
  { metadata: optional(metadata(false)), spec: podSpecSchema },
  { description: 'What its pods are made from.' },
);
const controller = (kind: string) =>
  object('apps/v1', kind, {
    spec: openObject(
      { replicas, selector: labelSelectorSchema, template },
      { description: 'How many pods of which kind there are to be.' },
    ),
  });

const countOrShare = (description: string): TSchema =>
  either(
    [
      whole({ description, minimum: 0 }),
      text({ description, pattern: '^(100|\\d{1,2})%$', expects: 'a percentage such as "50%"' }),
    ],
    { description, expects: 'a whole number, or a percentage such as "50%"' },
  );

/** The kinds that are read, each with the schema of its one version. */
export const manifestSchemas = {
  Pod: object('v1', 'Pod', { spec: podSpecSchema }),
  Deployment: controller('Deployment'),
  ReplicaSet: controller('ReplicaSet'),
  Namespace: object('v1', 'Namespace', {}),
  Service: object('v1', 'Service', {
    spec: optional(
      openObject(
        {
          selector: optional(labels),
          trafficDistribution: optional(
            oneOf(['PreferClose', 'PreferSameZone', 'PreferSameNode'], {
              description: 'Which endpoints are preferred.',
            }),
          ),
        },
        { description: 'Which pods it stands for.' },
      ),
    ),
  }),
  PriorityClass: object('scheduling.k8s.io/v1', 'PriorityClass', {
    value: whole({ description: 'The priority.', minimum: -2_147_483_648, maximum: 1_000_000_000 }),
    globalDefault: optional(flag({ description: 'Whether pods without a class get it.' })),
    preemptionPolicy: optional(
      oneOf(['PreemptLowerPriority', 'Never'], { description: 'Whether its pods may evict others.' }),
    ),
  }),
  PodDisruptionBudget: object('policy/v1', 'PodDisruptionBudget', {
    spec: openObject(
      {
        selector: optional(labelSelectorSchema),
        minAvailable: optional(countOrShare('Pods that must stay available.')),
        maxUnavailable: optional(countOrShare('Pods that may be unavailable.')),
      },
      { description: 'How many pods may be disrupted at a time.' },
    ),
  }),
  HorizontalPodAutoscaler: object('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: autoscalerSpec,
  }),
} as const;

export type ManifestKind = keyof typeof manifestSchemas;

/** What an application that is no CodecoApp was made from, kept whole as published; empty for a table of pods. */
export interface Manifest {
  readonly kind: 'Manifest';
  readonly documents: readonly unknown[];
}

/** What the pods of a service have from their published workload; a CodecoApp's pods are labelled by the simulator. */
export interface Workload {
  readonly kind: 'Deployment' | 'ReplicaSet' | 'Pod';
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of the controller that makes its pods anew; a bare pod has none. */
  readonly selector?: LabelSelector;
}

/** A Service: how callers name pods, and what kube-scheduler's default spreading groups them by. */
export interface KubernetesService {
  readonly name: string;
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
}

export interface PriorityClass {
  readonly name: string;
  readonly value: number;
  readonly globalDefault: boolean;
  readonly preemptionPolicy: 'PreemptLowerPriority' | 'Never';
}

export interface PodDisruptionBudget {
  readonly name: string;
  readonly namespace: string;
  /** Absent: no pod. */
  readonly selector?: LabelSelector;
  /** A number of pods, or a share such as "50%"; exactly one of the two is there. */
  readonly minAvailable?: number | string;
  readonly maxUnavailable?: number | string;
}

/** Objects of the manifests that are about pods of any application. */
export interface ClusterObjects {
  readonly priorityClasses: readonly PriorityClass[];
  readonly disruptionBudgets: readonly PodDisruptionBudget[];
  readonly autoscalers: readonly HorizontalPodAutoscaler[];
}

/** A manifest's document once it has been checked. */
export interface PublishedObject {
  readonly apiVersion: string;
  readonly kind: ManifestKind;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
}

export interface PublishedController {
  readonly replicas?: number;
  readonly selector: LabelSelector;
  readonly template: {
    readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
    readonly spec: PodSpec;
  };
}
