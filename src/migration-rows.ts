import type { Migration } from './codeco/index.ts';
import type { World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/** A row of a pod that was moved, or was being moved when the run was over. */
export function appendMigration(
  table: Recorder['tables']['migrations'],
  { services, apps, nodes }: Pick<World, 'services' | 'apps' | 'nodes'>,
  migration: Migration,
): void {
  const { name, app } = services[migration.pod.service]!;
  table.append({
    decided_ns: migration.decidedNs,
    started_ns: migration.startedNs ?? null,
    ended_ns: migration.endedNs ?? null,
    app: apps[app]!.name,
    service: name,
    pod: migration.pod.name,
    new_pod: migration.newPod.name,
    from_node: nodes[migration.from]!.name,
    to_node: nodes[migration.to]!.name,
    trigger: migration.trigger,
    strategy: migration.strategy,
    state_bytes: migration.stateBytes,
    transferred_bytes: migration.transferredBytes,
    rounds: migration.rounds,
    downtime_ns: migration.downtimeNs,
    outcome: migration.outcome,
  });
}
