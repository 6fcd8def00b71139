import { giveUps, requestOutcomes } from './dynamics/index.ts';
import type { World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/** Dictionary codes of the entities, by their ids. */
export function entityCodes(world: World, { dictionaries }: Recorder) {
  const codes = (dictionary: { code(text: string): number }, names: readonly string[]): Int32Array =>
    Int32Array.from(names, (name) => dictionary.code(name));
  const names = (entities: readonly { readonly name: string }[]): string[] => entities.map(({ name }) => name);
  return {
    app: codes(dictionaries.app, names(world.apps)),
    service: codes(dictionaries.service, names(world.services)),
    user: codes(dictionaries.user, names(world.users)),
    accessPoint: codes(dictionaries.access_point, names(world.accessPoints)),
    node: codes(dictionaries.node, names(world.nodes)),
    cluster: codes(dictionaries.cluster, names(world.clusters)),
    outcome: codes(dictionaries.outcome, requestOutcomes),
    giveUp: codes(dictionaries.give_up, giveUps),
  };
}
