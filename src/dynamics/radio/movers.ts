import type { Mobility, NodeId, Point, UserId, World } from '../../model/index.ts';

declare const kind: unique symbol;
/** What hangs on the network by radio: the users by their own numbers, then the nodes that attach by radio. */
export type MoverId = number & { readonly [kind]: 'mover' };

/** Who is attached by radio, and how it moves. */
export interface Mover {
  readonly mobility: Mobility | undefined;
  /** Where it stands if it does not move. */
  readonly position: Point;
  /** Those of one group share their mobility: the groups of users, then the entries of nodes. */
  readonly group: number;
  /** First part of the names of its group's random streams: an entry of nodes is named after the first of them. */
  readonly groupName: string;
  /** Its number in its group. */
  readonly index: number;
  /** Name of the random stream of its motion. */
  readonly stream: string;
  /** The user or the node that it is. */
  readonly user?: UserId;
  readonly node?: NodeId;
}

/** The movers of a world, in the order of their ids. */
export function moversOf({ users, userGroups, nodes }: Pick<World, 'users' | 'userGroups' | 'nodes'>): Mover[] {
  const inGroup = userGroups.map(() => 0);
  const movers: Mover[] = users.map(({ name, group, position }, user) => ({
    mobility: userGroups[group]!.mobility,
    position,
    group,
    groupName: `group/${userGroups[group]!.name}`,
    index: inGroup[group]!++,
    stream: `user/${name}/mobility`,
    user: user as UserId,
  }));
  const firstOf = new Map<number, string>();
  for (const [node, { name, radio }] of nodes.entries()) {
    if (radio === undefined) continue;
    const { mobility, position, entry, index } = radio;
    if (!firstOf.has(entry)) firstOf.set(entry, name);
    movers.push({
      mobility,
      position,
      group: userGroups.length + entry,
      groupName: `node/${firstOf.get(entry)!}/group`,
      index,
      stream: `node/${name}/mobility`,
      node: node as NodeId,
    });
  }
  return movers;
}
