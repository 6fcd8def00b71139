import type { ManifestKind } from '../../model/index.ts';
import { isMap } from '../source.ts';

const POD_FIELDS = [
  'containers',
  'initContainers',
  'nodeSelector',
  'nodeName',
  'affinity',
  'topologySpreadConstraints',
  'hostNetwork',
  'priority',
  'priorityClassName',
  'preemptionPolicy',
  'tolerations',
  'overhead',
  'resources',
  'resourceClaims',
  'activeDeadlineSeconds',
  'schedulingGates',
];
const CONTAINER_FIELDS = ['name', 'image', 'resources', 'ports', 'restartPolicy'];
const CONTROLLER_FIELDS = ['replicas', 'selector', 'template'];

/** Fields of `spec` that are read, by kind; kinds that are not here are read whole, or have no `spec`. */
const specFields: Partial<Record<ManifestKind, readonly string[]>> = {
  Pod: POD_FIELDS,
  Deployment: CONTROLLER_FIELDS,
  ReplicaSet: CONTROLLER_FIELDS,
  Service: ['selector'],
  PodDisruptionBudget: ['selector', 'minAvailable', 'maxUnavailable'],
  HorizontalPodAutoscaler: ['scaleTargetRef', 'minReplicas', 'maxReplicas', 'metrics', 'behavior'],
};

/** What a published object states that changes nothing here, as paths; metadata for people and `status` are passed over. */
export function fieldsWithoutEffect(kind: ManifestKind, document: Readonly<Record<string, unknown>>): string[] {
  const spec = document['spec'];
  const read = specFields[kind];
  if (!isMap(spec) || read === undefined) return [];
  const idle = others(spec, read, `${kind}.spec`);
  const template = isMap(spec['template']) ? spec['template'] : undefined;
  if (template === undefined) return kind === 'Pod' ? [...idle, ...ofContainers(spec)] : idle;
  const podSpec = template['spec'];
  return isMap(podSpec) ? [...idle, ...others(podSpec, POD_FIELDS, 'Pod.spec'), ...ofContainers(podSpec)] : idle;
}

function ofContainers(podSpec: Readonly<Record<string, unknown>>): string[] {
  return ['containers', 'initContainers'].flatMap((list) => {
    const containers = podSpec[list];
    if (!Array.isArray(containers)) return [];
    return (containers as unknown[]).flatMap((each) =>
      isMap(each) ? others(each, CONTAINER_FIELDS, 'Pod.spec.containers') : [],
    );
  });
}

function others(map: Readonly<Record<string, unknown>>, read: readonly string[], path: string): string[] {
  return Object.keys(map)
    .filter((field) => !read.includes(field))
    .map((field) => `${path}.${field}`);
}
