import type { PathConditions } from '../dynamics/index.ts';
import type { NodeId, PodId, ServiceId, World } from '../model/index.ts';
import type { SimulationWatch } from '../simulation-watch.ts';
import { simulateWorld } from './simulate-world.ts';

/** What the network between nodes is like from a time on, where that differs from before. */
export interface NetworkChange {
  readonly atNs: number;
  /** Nodes that went down or came up, and how they are now. */
  readonly nodes: readonly { readonly node: NodeId; readonly up: boolean }[];
  /** Ways that changed: from a node to another, or to or from the gateway of the node's own cluster; undefined where there is none. */
  readonly ways: readonly Way[];
}

export interface Way {
  /** Absent: the gateway of the other end's cluster. At most one of the two is. */
  readonly from?: NodeId;
  readonly to?: NodeId;
  readonly conditions: PathConditions | undefined;
}

/** A pod that the simulated scheduler gave a node. */
export interface Placement {
  readonly atNs: number;
  readonly pod: PodId;
  readonly podName: string;
  readonly service: ServiceId;
  readonly node: NodeId;
}

/** From when on a service has how many pods. */
export interface Scale {
  readonly atNs: number;
  readonly service: ServiceId;
  readonly replicas: number;
}

/** What a run did to a cluster from outside, and what it decided. */
export interface Timeline {
  readonly changes: readonly NetworkChange[];
  readonly placements: readonly Placement[];
  /** Pods that had to go for others of higher priority, by name. */
  readonly preemptions: readonly { readonly atNs: number; readonly podName: string }[];
  /** What autoscalers decided. */
  readonly scales: readonly Scale[];
  /** Pods that went as there were too many of them. */
  readonly superfluous: readonly { readonly goneNs: number; readonly podName: string; readonly service: ServiceId }[];
}

/**
 * Simulates a world, and notes the network between some of its nodes as it changes, and the scheduler's decisions. The first
 * change, at 0, tells of all ways. Changes of one instant are told as one.
 */
export function followRun(world: World, nodes: readonly NodeId[]): Timeline {
  const changes: NetworkChange[] = [];
  const placements: Placement[] = [];
  const preemptions: { atNs: number; podName: string }[] = [];
  const scales: Scale[] = [];
  const nodeIds = new Map(world.nodes.map(({ name }, id) => [name, id as NodeId]));
  let now = (): number => 0;
  const watch: SimulationWatch = {
    begins(kernel, network, endpointOf) {
      now = () => kernel.now;
      const endpoints = new Map(nodes.map((node) => [endpointOf(node), node]));
      const known = new Map<string, string>();
      const wasUp = new Map<NodeId, boolean>();
      let isPending = false;
      const look = kernel.on('kind.conditions', () => {
        isPending = false;
        const change = { atNs: kernel.now, nodes: [] as { node: NodeId; up: boolean }[], ways: [] as Way[] };
        const note = (way: Way): void => {
          const key = `${way.from ?? ''}>${way.to ?? ''}`;
          const text = JSON.stringify(way.conditions ?? null);
          if (known.get(key) === text) return;
          known.set(key, text);
          change.ways.push(way);
        };
        const up = nodes.filter((node) => network.isVertexUp(world.nodes[node]!.vertex));
        for (const node of nodes) {
          const isUp = up.includes(node);
          if (isUp !== (wasUp.get(node) ?? true)) change.nodes.push({ node, up: isUp });
          wasUp.set(node, isUp);
        }
        // a node that is down sends nothing: what its ways are like shows when it is back
        for (const from of up) {
          const gateway = world.clusters[world.nodes[from]!.cluster]!.gateway;
          for (const to of up)
            if (from !== to)
              note({ from, to, conditions: network.conditions.between(endpointOf(from), endpointOf(to)) });
          note({ from, conditions: network.conditions.between(endpointOf(from), gateway) });
          note({ to: from, conditions: network.conditions.between(gateway, endpointOf(from)) });
        }
        if (change.nodes.length > 0 || change.ways.length > 0) changes.push(change);
      });
      const lookSoon = (): void => {
        if (isPending) return;
        isPending = true;
        kernel.after(0 as typeof kernel.now, look);
      };
      // users come and go all the time, and are no matter of the nodes
      network.conditions.onChange((endpoint) => {
        if (endpoint === undefined || endpoints.has(endpoint)) lookSoon();
      });
      lookSoon();
    },
    scaled: ({ autoscaler, to }) => scales.push({ atNs: now(), service: autoscaler.target, replicas: to }),
    decided({ pod, decision }) {
      for (const { name } of decision.nomination?.victims ?? []) preemptions.push({ atNs: now(), podName: name });
      if (decision.node === undefined) return;
      const node = nodeIds.get(decision.node.name)!;
      placements.push({ atNs: now(), pod: pod.id, podName: pod.name, service: pod.service, node });
    },
  };
  const { pods } = simulateWorld(world, watch);
  const superfluous = pods.flatMap(({ name: podName, service, reason, goneNs }) =>
    reason === 'scaled-down' ? [{ goneNs: goneNs ?? Infinity, podName, service }] : [],
  );
  return { changes, placements, preemptions, scales, superfluous };
}
