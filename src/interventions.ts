import type { Kernel } from './kernel/index.ts';
import type { ControlPlane } from './kubernetes/index.ts';
import type { Orchestration, World } from './model/index.ts';

/** A world whose orchestration interventions can change: whoever decides by it reads it when it decides. */
export interface ChangeableWorld extends World {
  orchestration: Orchestration;
}

/** Makes the interventions of a world in the middle of its run. What comes first is none of it: nothing is done before. */
export function scheduleInterventions(
  kernel: Kernel,
  world: ChangeableWorld,
  controlPlane: Pick<ControlPlane, 'orchestrationChanged' | 'scale'>,
): void {
  const { interventions = [] } = world;
  if (interventions.length === 0) return;
  const intervene = kernel.on('scenario.intervene', (index) => {
    const { orchestration, replicas } = interventions[index]!;
    const before = world.orchestration;
    world.orchestration = orchestration;
    controlPlane.orchestrationChanged(before);
    for (const { service, replicas: count } of replicas) controlPlane.scale(service, count);
  });
  for (const [index, { atNs }] of interventions.entries()) kernel.at(atNs, intervene, index);
}
