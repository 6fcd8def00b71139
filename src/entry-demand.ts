import type { MoverId } from './dynamics/index.ts';
import type { EntryDemand } from './kubernetes/index.ts';
import type { AccessPointId, VertexId, World } from './model/index.ts';

/** By service: the access points' vertices that requests enter from while users are where they are, and their shares. */
export function entryDemand(world: World, accessPointOf: (user: MoverId) => AccessPointId | undefined): EntryDemand[] {
  const rates = world.services.map(() => new Map<VertexId, number>());
  for (const [user, { group }] of world.users.entries()) {
    const load = world.userGroups[group]!.requests;
    const accessPoint = accessPointOf(user as MoverId);
    if (load === undefined || load.meanRatePerNs === 0 || accessPoint === undefined) continue;
    const { vertex } = world.accessPoints[accessPoint]!;
    const ofService = rates[load.to]!;
    ofService.set(vertex, (ofService.get(vertex) ?? 0) + load.meanRatePerNs);
  }
  return rates.map((ofService) => {
    const total = [...ofService.values()].reduce((sum, rate) => sum + rate, 0);
    return [...ofService].map(([vertex, rate]) => ({ vertex, share: rate / total }));
  });
}
