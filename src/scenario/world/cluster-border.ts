import type { LinkId } from '../../model/index.ts';
import type { Infrastructure } from './infrastructure.ts';

/** The links with one end in a cluster and one outside; a stand-alone access point that hangs on it alone is part of it. */
export function linksOutOf({ clusters, nodes, links, vertices }: Infrastructure, cluster: number): LinkId[] {
  const inside = new Set<number>([clusters[cluster]!.gateway]);
  for (const node of nodes) if (node.cluster === cluster) inside.add(node.vertex);
  const neighbours = new Map<number, number[]>();
  for (const { from, to } of links) {
    for (const [end, other] of [[from, to] as const, [to, from] as const]) {
      if (vertices[end]!.kind !== 'access-point') continue;
      const known = neighbours.get(end);
      if (known === undefined) neighbours.set(end, [other]);
      else known.push(other);
    }
  }
  for (const [vertex, others] of neighbours) if (others.every((other) => inside.has(other))) inside.add(vertex);
  return idsWhere(links, ({ from, to }) => inside.has(from) !== inside.has(to));
}

/** The entities of a list for which something holds. */
export function idsWhere<Entity, Id extends number>(list: readonly Entity[], holds: (entity: Entity) => boolean): Id[] {
  return list.flatMap((entity, index) => (holds(entity) ? [index as Id] : []));
}
