import { createHash } from 'node:crypto';
import type { World } from '../model/index.ts';
import type { Scenario } from './schema/index.ts';
import { isMap } from './source.ts';

/** SHA-256 of what a run depends on: the resolved scenario, and the CodecoApps, scheduler's profile and other files it refers to. */
export interface ScenarioHashes {
  readonly hash: string;
  /** Of all but the seed: scenarios that differ in nothing else have it in common. */
  readonly contentHash: string;
}

/**
 * SHA-256 of what a run of a scenario depends on: the scenario with all defaults filled in, and what it took from other
 * files. Comments, the order of keys and the places of files do not count.
 * @param tableHashes SHA-256 of the tables and traces that it reads
 */
export function hashScenario(resolved: Scenario, world: World, tableHashes: readonly Buffer[]): ScenarioHashes {
  const content = createHash('sha256').update(canonical(contentOf(resolved)));
  for (const { source } of world.apps) content.update('\0').update(canonical(source));
  const { schedulerProfile, podStartup } = world.orchestration;
  if (schedulerProfile !== undefined) content.update('\0').update(canonical(schedulerProfile));
  // a calibration stands in a file of its own
  if (resolved.spec.orchestration.calibration !== undefined) content.update('\0').update(canonical(podStartup));
  for (const tableHash of tableHashes) content.update('\0').update(tableHash);
  const contentHash = content.digest('hex');
  const hash = createHash('sha256').update(`${contentHash}\0${resolved.spec.seed}`).digest('hex');
  return { hash, contentHash };
}

/** What is expected of a run changes nothing in it; its seed is a thing of its own. */
function contentOf(resolved: Scenario): object {
  const { expect: _, seed: __, ...spec } = resolved.spec;
  return { ...resolved, spec };
}

/** JSON whose maps are in the order of their keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isMap(value)) return JSON.stringify(value) ?? 'null';
  const entries = Object.keys(value)
    .sort()
    .filter((key) => value[key] !== undefined)
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${entries.join()}}`;
}
