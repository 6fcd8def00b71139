import { group } from 'd3-array';
import type { V1ObjectMeta, V1Pod, V1PodTemplateSpec } from '@kubernetes/client-node';
import { importedPodSpec, picked, placedPodSpec } from './pod-spec.ts';
import type { ClusterContents } from './read-cluster.ts';

/** An application of the scenario: what a namespace holds. */
export interface DraftedApp {
  readonly namespace: string;
  /** Kubernetes objects, as a manifest has them. */
  readonly objects: readonly object[];
  /** By service: the nodes that its pods are on. */
  readonly placed: Readonly<Record<string, readonly string[]>>;
}

export interface DraftedWorkloads {
  readonly apps: readonly DraftedApp[];
  /** How many of what were taken, left out, or taken as something else; for people. */
  readonly notes: readonly string[];
}

/** A controller that makes pods anew, as the simulation knows them. */
interface Controller {
  readonly kind: 'Deployment' | 'ReplicaSet';
  readonly uid: string;
  readonly metadata: V1ObjectMeta;
  readonly replicas: number;
  readonly selector: object;
  readonly template: V1PodTemplateSpec;
}

/**
 * The workloads of a cluster: an application for each namespace, with its controllers and where their pods are, and the
 * pods that no controller of them makes, each where it is. Own design.
 */
export function draftWorkloads(contents: ClusterContents): DraftedWorkloads {
  const notes: string[] = [];
  const controllers = controllersOf(contents);
  const ownerOf = owners(contents);
  const alive = contents.pods.filter(
    ({ metadata, status }) =>
      metadata?.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
  );
  const ended = contents.pods.length - alive.length;
  if (ended > 0) notes.push(`left out: ${ended} pods that have ended or are being deleted`);
  const podsOf = group(alive, (pod) => ownerOf(pod) ?? '');
  const bare = podsOf.get('') ?? [];
  const ofDaemonSets = bare.filter(({ metadata }) => isOwnedBy(metadata, 'DaemonSet')).length;
  if (ofDaemonSets > 0) notes.push(`${ofDaemonSets} pods of DaemonSets stay on their nodes, and come to no new ones`);
  const ofJobs = bare.filter(({ metadata }) => isOwnedBy(metadata, 'Job')).length;
  if (ofJobs > 0) notes.push(`${ofJobs} pods of Jobs run on without an end`);
  const stateful = contents.statefulSets.length;
  if (stateful > 0)
    notes.push(`${stateful} StatefulSets are taken as ReplicaSets: their pods start all at once, without volumes`);
  const namespaces = new Set([...controllers, ...bare].map(({ metadata }) => metadata!.namespace!));
  let surplus = 0;
  const apps = [...namespaces].toSorted().map((namespace, index): DraftedApp => {
    const names = new Set<string>();
    const serviceName = (kind: string, name: string): string => {
      const free = names.has(name) ? `${namespace}/${kind}/${name}` : name;
      names.add(name);
      return free;
    };
    const placed: Record<string, string[]> = {};
    const objects: object[] = index === 0 ? priorityClassesOf(contents) : [];
    const here = <T extends { metadata?: V1ObjectMeta }>(all: readonly T[]): T[] =>
      all.filter(({ metadata }) => metadata?.namespace === namespace).toSorted(byName);
    for (const controller of here(controllers)) {
      const service = serviceName(controller.kind, controller.metadata.name!);
      objects.push(controllerObject(controller));
      const nodes = here(podsOf.get(controller.uid) ?? []).flatMap(({ spec }) => spec?.nodeName ?? []);
      surplus += Math.max(0, nodes.length - controller.replicas);
      if (nodes.length > 0) placed[service] = nodes.slice(0, controller.replicas);
      if (placed[service]?.length === 0) delete placed[service];
    }
    for (const pod of here(bare)) objects.push(podObject(pod));
    objects.push(...here(contents.services).flatMap(serviceObject), ...policiesOf(contents, here));
    return { namespace, objects, placed };
  });
  if (surplus > 0) notes.push(`left out: ${surplus} pods beyond what their controllers are to keep, as in a rollout`);
  return { apps, notes };
}

const byName = (a: { metadata?: V1ObjectMeta }, b: { metadata?: V1ObjectMeta }): number =>
  a.metadata!.name! < b.metadata!.name! ? -1 : 1;

const isOwnedBy = (metadata: V1ObjectMeta | undefined, kind: string): boolean =>
  (metadata?.ownerReferences ?? []).some((owner) => owner.kind === kind);

/** Deployments, and the ReplicaSets and StatefulSets that no Deployment owns. */
function controllersOf({ deployments, replicaSets, statefulSets }: ClusterContents): Controller[] {
  const own = replicaSets.filter(({ metadata }) => !isOwnedBy(metadata, 'Deployment'));
  const read =
    (kind: Controller['kind']) =>
    (from: (typeof deployments)[number] | (typeof own)[number] | (typeof statefulSets)[number]): Controller[] => {
      const { metadata, spec } = from;
      if (metadata?.uid === undefined || spec?.template?.spec === undefined) return [];
      const { replicas = 1, selector, template } = spec;
      return [{ kind, uid: metadata.uid, metadata, replicas, selector, template }];
    };
  return [...deployments.flatMap(read('Deployment')), ...[...own, ...statefulSets].flatMap(read('ReplicaSet'))];
}

/** The uid of the controller that keeps a pod; undefined where none that is taken does. */
function owners(contents: ClusterContents): (pod: V1Pod) => string | undefined {
  const taken = new Set(controllersOf(contents).map(({ uid }) => uid));
  const deploymentOf = new Map(
    contents.replicaSets.map(({ metadata }) => [
      metadata!.uid!,
      metadata!.ownerReferences?.find(({ controller }) => controller)?.uid,
    ]),
  );
  return ({ metadata }) => {
    const direct = metadata?.ownerReferences?.find(({ controller }) => controller)?.uid;
    if (direct === undefined) return undefined;
    const owner = deploymentOf.get(direct) ?? direct;
    return taken.has(owner) ? owner : undefined;
  };
}

const identity = ({ name, namespace, labels }: V1ObjectMeta): object => ({
  name,
  namespace,
  ...(labels === undefined ? {} : { labels }),
});

function controllerObject({ kind, metadata, replicas, selector, template }: Controller): object {
  const { labels } = template.metadata ?? {};
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: identity(metadata),
    spec: {
      replicas,
      selector: picked(selector as Record<string, unknown>, ['matchLabels', 'matchExpressions']),
      template: { metadata: labels === undefined ? {} : { labels }, spec: importedPodSpec(template.spec!) },
    },
  };
}

function podObject({ metadata, spec }: V1Pod): object {
  const isPlaced = spec?.nodeName !== undefined;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: identity(metadata!),
    spec: isPlaced ? placedPodSpec(spec) : importedPodSpec(spec!),
  };
}

function serviceObject({ metadata, spec }: ClusterContents['services'][number]): object[] {
  const { selector = {} } = spec ?? {};
  if (Object.keys(selector).length === 0) return [];
  return [{ apiVersion: 'v1', kind: 'Service', metadata: identity(metadata!), spec: { selector } }];
}

function priorityClassesOf({ priorityClasses }: ClusterContents): object[] {
  return priorityClasses
    .filter(({ metadata }) => !metadata!.name!.startsWith('system-'))
    .toSorted(byName)
    .map((each) => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: each.metadata!.name },
      ...picked(each, ['value', 'globalDefault', 'preemptionPolicy']),
    }));
}

function policiesOf(
  { disruptionBudgets, autoscalers }: ClusterContents,
  here: <T extends { metadata?: V1ObjectMeta }>(all: readonly T[]) => T[],
): object[] {
  const budgets = here(disruptionBudgets).flatMap(({ metadata, spec }) => {
    if (spec === undefined || (spec.minAvailable === undefined) === (spec.maxUnavailable === undefined)) return [];
    const fields = picked(spec, ['selector', 'minAvailable', 'maxUnavailable']);
    return [{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: identity(metadata!), spec: fields }];
  });
  const scaled = here(autoscalers).flatMap(({ metadata, spec }) => {
    if (spec === undefined) return [];
    const { scaleTargetRef: target } = spec;
    const kind = target.kind === 'StatefulSet' ? 'ReplicaSet' : target.kind;
    const fields = picked(spec, ['minReplicas', 'maxReplicas', 'metrics', 'behavior']);
    return [
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: identity(metadata!),
        spec: { scaleTargetRef: { kind, name: target.name }, ...fields },
      },
    ];
  });
  return [...budgets, ...scaled];
}
