import type { V1Container, V1PodSpec } from '@kubernetes/client-node';

/** What is taken of a container: nothing of its environment, arguments, mounts or probes. */
const CONTAINER_FIELDS = ['name', 'image', 'resources', 'ports', 'restartPolicy'] as const;
const POD_FIELDS = [
  'nodeSelector',
  'affinity',
  'topologySpreadConstraints',
  'hostNetwork',
  'priority',
  'priorityClassName',
  'preemptionPolicy',
  'tolerations',
  'overhead',
  'activeDeadlineSeconds',
  'schedulingGates',
] as const;

/** What is taken of a pod's specification: what places it, and nothing that its containers are told. */
export function importedPodSpec(spec: V1PodSpec): Record<string, unknown> {
  const container = (from: V1Container): object => picked(from, CONTAINER_FIELDS);
  const { initContainers = [], containers } = spec;
  return {
    ...picked(spec, POD_FIELDS),
    ...(initContainers.length === 0 ? {} : { initContainers: initContainers.map(container) }),
    containers: containers.map(container),
  };
}

/** The same of a pod that stays where it is: what its node must have it has, or is past asking for. */
export function placedPodSpec(spec: V1PodSpec): Record<string, unknown> {
  const { nodeSelector: _, topologySpreadConstraints: __, affinity, ...rest } = importedPodSpec(spec);
  const { nodeAffinity: ___, ...amongPods } = (affinity ?? {}) as Record<string, unknown>;
  return {
    nodeName: spec.nodeName,
    ...rest,
    ...(Object.keys(amongPods).length === 0 ? {} : { affinity: amongPods }),
  };
}

/** Some fields as plain values, without those that are not there. */
export function picked<T extends object>(from: T, fields: readonly (keyof T)[]): Record<string, unknown> {
  const plain = JSON.parse(JSON.stringify(from)) as Record<string, unknown>;
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = plain[field as string];
      return value === undefined || value === null ? [] : [[field, value]];
    }),
  );
}
