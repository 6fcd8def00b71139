import type { NodeInfo } from './node-info.ts';

/**
 * The order in which kube-scheduler goes through nodes: one of each zone in turn, zones and the nodes of a zone in the
 * order in which they joined, so that a search which stops early still sees every zone.
 * Source: pkg/scheduler/backend/cache/node_tree.go; the zone is `GetZoneKey` of component-helpers.
 */
export class NodeOrder {
  readonly #zones = new Map<string, NodeInfo[]>();
  #list: NodeInfo[] | undefined = [];

  add(node: NodeInfo): void {
    const zone = zoneOf(node);
    const members = this.#zones.get(zone);
    if (members === undefined) this.#zones.set(zone, [node]);
    else members.push(node);
    this.#list = undefined;
  }

  /** The node's labels must still be those it was added with. */
  remove(node: NodeInfo): void {
    const zone = zoneOf(node);
    const members = this.#zones.get(zone) ?? [];
    const index = members.indexOf(node);
    if (index < 0) throw new RangeError(`node '${node.name}' is not there`);
    members.splice(index, 1);
    if (members.length === 0) this.#zones.delete(zone);
    this.#list = undefined;
  }

  list(): readonly NodeInfo[] {
    if (this.#list === undefined) {
      const zones = [...this.#zones.values()];
      const longest = zones.reduce((length, members) => Math.max(length, members.length), 0);
      this.#list = [];
      for (let turn = 0; turn < longest; turn++) {
        for (const members of zones) {
          const node = members[turn];
          if (node !== undefined) this.#list.push(node);
        }
      }
    }
    return this.#list;
  }
}

function zoneOf({ labels }: NodeInfo): string {
  const zone = labels.get('failure-domain.beta.kubernetes.io/zone') ?? labels.get('topology.kubernetes.io/zone') ?? '';
  const region =
    labels.get('failure-domain.beta.kubernetes.io/region') ?? labels.get('topology.kubernetes.io/region') ?? '';
  return `${region}\0${zone}`;
}
