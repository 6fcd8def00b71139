import { createHash } from 'node:crypto';
import type { World } from '../model/index.ts';
import type { Scenario } from './schema/index.ts';
import { isMap } from './source.ts';

/**
 * SHA-256 of what a run of a scenario depends on: the scenario with all defaults filled in, and what it took from other
 * files. Comments, the order of keys and the places of files do not count.
 * @param tableHashes SHA-256 of the tables and traces that it reads
 */
export function hashScenario(resolved: Scenario, world: World, tableHashes: readonly Buffer[]): string {
  const hash = createHash('sha256').update(canonical(withoutExpectations(resolved)));
  for (const { source } of world.apps) hash.update('\0').update(canonical(source));
  const { schedulerProfile, podStartup } = world.orchestration;
  if (schedulerProfile !== undefined) hash.update('\0').update(canonical(schedulerProfile));
  // a calibration stands in a file of its own
  if (resolved.spec.orchestration.calibration !== undefined) hash.update('\0').update(canonical(podStartup));
  for (const tableHash of tableHashes) hash.update('\0').update(tableHash);
  return hash.digest('hex');
}

/** What is expected of a run changes nothing in it. */
function withoutExpectations(resolved: Scenario): Scenario {
  const { expect: _, ...spec } = resolved.spec;
  return { ...resolved, spec };
}

/** JSON whose maps are in the order of their keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isMap(part) ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) : part,
  );
}
