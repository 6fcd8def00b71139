import { controllerOf, servicePods } from './carriers.ts';
import { clusterOfApp, type PlannedCluster } from './cluster-plan.ts';
import type { ReplayStep } from './replay-step.ts';
import type { Scale, Timeline } from './timeline.ts';
import type { World } from '../model/index.ts';

/**
 * What becomes of applications once they are there: other numbers of pods, by changes of the scenario and by what its autoscalers decided
 * (none of a deleted application), and pods that are deleted for others of higher priority. Own design.
 * @param chooses whether the simulated scheduler's pods are known on the cluster: then the same go as there
 */
export function changeSteps(
  world: World,
  clusters: readonly PlannedCluster[],
  { scales, preemptions, placements, superfluous }: Timeline,
  chooses: boolean,
): ReplayStep[] {
  const stated = [...world.apps.flatMap(({ changes = [] }) => changes), ...(world.interventions ?? [])];
  const all = [
    ...stated.flatMap(({ atNs, replicas }) => replicas.map((one): Scale => ({ atNs, ...one }))),
    ...scales,
  ].toSorted((a, b) => a.atNs - b.atNs);
  const left = [...superfluous].toSorted((a, b) => a.goneNs - b.goneNs);
  const serviceOf = new Map(placements.map(({ podName, service }) => [podName, service]));
  return [
    ...all.flatMap(({ atNs, service: id, replicas }, index): ReplayStep[] => {
      const service = world.services[id]!;
      if (service.lives !== undefined) return [];
      const app = world.apps[service.app]!;
      const nextNs = all.slice(index + 1).find((other) => other.service === id && other.atNs > atNs)?.atNs ?? Infinity;
      const going = left.filter(({ goneNs, service: of }) => of === id && goneNs >= atNs && goneNs < nextNs);
      return [
        {
          atNs,
          cluster: clusterOfApp(app, clusters).name,
          does: 'scale',
          ...controllerOf(app, service),
          replicas,
          going: chooses ? going.map(({ podName }) => podName) : [],
        },
      ];
    }),
    ...(chooses ? preemptions : []).flatMap(({ atNs, podName }): ReplayStep[] => {
      const id = serviceOf.get(podName);
      // what was there from the start, past the scheduler, is bound on no cluster
      if (id === undefined) return [];
      const service = world.services[id]!;
      const app = world.apps[service.app]!;
      const { namespace } = servicePods(app, service);
      return [{ atNs, cluster: clusterOfApp(app, clusters).name, does: 'delete', namespace, pod: podName }];
    }),
  ];
}
