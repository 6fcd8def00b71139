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
  'restartPolicy',
  'terminationGracePeriodSeconds',
];
const CONTAINER_FIELDS = [
  'name',
  'image',
  'imagePullPolicy',
  'resources',
  'ports',
  'restartPolicy',
  'startupProbe',
  'readinessProbe',
  'livenessProbe',
];
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
  const podSpec = template === undefined ? spec : template['spec'];
  if (!isMap(podSpec) || (template === undefined && kind !== 'Pod')) return idle;
  return kind === 'Pod' ? ofPod(podSpec) : [...idle, ...ofPod(podSpec)];
}

function ofPod(podSpec: Readonly<Record<string, unknown>>): string[] {
  const { volumes, ...rest } = podSpec;
  // images of volumes are pulled, and count where images do
  const isRead = Array.isArray(volumes) && volumes.every((volume) => isMap(volume) && isMap(volume['image']));
  const idle = others(isRead ? rest : podSpec, POD_FIELDS, 'Pod.spec');
  return [...idle, ...ofContainers(podSpec)];
}

function ofContainers(podSpec: Readonly<Record<string, unknown>>): string[] {
  return ['containers', 'initContainers'].flatMap((list) => {
    const containers = podSpec[list];
    if (!Array.isArray(containers)) return [];
    return (containers as unknown[]).flatMap((each) => (isMap(each) ? ofContainer(each) : []));
  });
}

/** Of the hooks one alone says how long it takes. */
function ofContainer({ lifecycle, ...container }: Readonly<Record<string, unknown>>): string[] {
  const path = 'Pod.spec.containers';
  const { preStop, ...hooks } = isMap(lifecycle) ? lifecycle : {};
  return [
    ...others(container, CONTAINER_FIELDS, path),
    ...others(hooks, [], `${path}.lifecycle`),
    ...others(isMap(preStop) ? preStop : {}, ['sleep'], `${path}.lifecycle.preStop`),
  ];
}

function others(map: Readonly<Record<string, unknown>>, read: readonly string[], path: string): string[] {
  return Object.keys(map)
    .filter((field) => !read.includes(field))
    .map((field) => `${path}.${field}`);
}
