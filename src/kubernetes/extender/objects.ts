import type { Kernel } from '../../kernel/index.ts';
import type { NodeId, PodObject, ServiceId, World } from '../../model/index.ts';
import { admitted, podTemplate } from '../pod-template.ts';
import type { NodeInfo, SchedulingPod } from '../scheduling/index.ts';
import type { ExtenderObjects } from './http-extender.ts';

/** Pods and nodes as the API server would give them to an extender, of what is modelled. */
export function extenderObjects(
  world: World,
  kernel: Pick<Kernel, 'now'>,
  serviceOf: (pod: SchedulingPod) => ServiceId,
): ExtenderObjects {
  const templates: (PodObject | undefined)[] = [];
  return {
    pod(pod) {
      const id = serviceOf(pod);
      const service = world.services[id]!;
      const template = (templates[id] ??= admitted(
        podTemplate(world.apps[service.app]!, service, world.clusters),
        world.orchestration,
      ));
      const { name } = pod;
      const { namespace = 'default', labels = {} } = template.metadata;
      return {
        ...template,
        metadata: { name, namespace, uid: name, labels, annotations: { 'codeco-sim/time-ns': String(kernel.now) } },
        status: { phase: 'Pending' },
      };
    },
    node: ({ id, name, taints, unschedulable }: NodeInfo) => {
      const node = world.nodes[id as NodeId]!;
      const capacity = {
        ...node.resources,
        cpu: `${node.cpuMillicores}m`,
        memory: String(node.memoryBytes),
        pods: String(node.maxPods),
      };
      return {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, labels: node.labels },
        spec: { taints, unschedulable },
        status: { capacity, allocatable: capacity },
      };
    },
  };
}
