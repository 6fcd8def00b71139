import { moversOf } from '../dynamics/index.ts';
import type { World } from '../model/index.ts';
import type { Manifest } from '../results/index.ts';
import { formatCount } from '../format.ts';
import { layOut } from './layout.ts';
import type { Motion } from './motion.ts';
import type { Scene, SceneTable } from './replay/scene.ts';

/** Puts together what stands still in a replay. */
export function sceneOf(
  manifest: Manifest,
  description: string | undefined,
  world: World,
  motion: Motion,
  tables: Readonly<Record<string, SceneTable>>,
  absent: readonly string[],
): Scene {
  const { places, movedFrom, cellM, box, horizonM, hasGround, isMoved } = layOut(world, motion.box);
  const movers = moversOf(world);
  const moverOf = new Map(movers.flatMap(({ node }, mover) => (node === undefined ? [] : [[node as number, mover]])));
  const bandwidthOf = (medium: number): number => world.media[medium]!.bandwidthBps;
  return {
    name: manifest.name,
    ...(description === undefined ? {} : { description }),
    seed: manifest.seed,
    version: manifest.version,
    durationNs: world.durationNs,
    warmupNs: world.warmupNs,
    cellM,
    box,
    ...(horizonM === undefined ? {} : { horizonM }),
    hasGround,
    vertices: world.vertices.map(({ name, kind }, vertex) => ({
      name,
      kind,
      ...places[vertex]!,
      ...(movedFrom[vertex] === undefined ? {} : { at: movedFrom[vertex] }),
    })),
    clusters: world.clusters.map(({ name, role, provider, gateway }, cluster) => ({
      name,
      role,
      provider,
      gateway,
      nodes: world.nodes.flatMap((node, i) => (node.cluster === cluster ? [i] : [])),
    })),
    nodes: world.nodes.map(({ name, cluster, vertex, class: ofClass, cpuMillicores, memoryBytes }, node) => ({
      name,
      cluster,
      vertex,
      class: ofClass,
      cpuMillicores,
      memoryBytes,
      ...(moverOf.has(node) ? { mover: moverOf.get(node)! } : {}),
    })),
    links: world.links.map(({ name, from, to, latencyNs, forwardMedium }) => ({
      name,
      from,
      to,
      latencyNs,
      bandwidthBps: bandwidthOf(forwardMedium),
    })),
    accessPoints: world.accessPoints.map(({ name, vertex, position, rangeM, technology }) => ({
      name,
      vertex,
      ...position,
      technology,
      // JSON knows no infinity: what reaches everywhere was stored as null
      ...(Number.isFinite(rangeM) && rangeM !== null ? { rangeM } : {}),
    })),
    movers: movers.map(({ user, node }) =>
      node === undefined
        ? { name: world.users[user!]!.name, group: world.userGroups[world.users[user!]!.group]!.name }
        : { name: world.nodes[node]!.name, group: 'nodes', node },
    ),
    apps: world.apps.map(({ name }) => name),
    tables,
    motion: { file: 'data/motion.arrow', kind: motion.kind },
    remarks: remarks(motion, tables, absent, isMoved),
  };
}

function remarks(
  { kind }: Motion,
  tables: Readonly<Record<string, SceneTable>>,
  absent: readonly string[],
  isMoved: boolean,
): string[] {
  const every = (name: string): number => tables[name]?.every ?? 1;
  return [
    ...(isMoved
      ? [
          'Nodes that would cover each other are drawn apart; what has no place, or is far away, stands in rows above the ground.',
        ]
      : []),
    ...(kind === 'grid' ? ['Movers are straight on between the times of a grid.'] : []),
    ...(kind === 'sightings'
      ? [
          'The file of the recorded motion is not there any more: movers go straight on between the changes of their access point.',
        ]
      : []),
    ...(every('requests') > 1 ? [`One request in ${formatCount(every('requests'))} is drawn.`] : []),
    ...(every('nodes') > 1 ? [`One sample of the nodes in ${formatCount(every('nodes'))} is there.`] : []),
    ...(every('links') > 1 ? [`One sample of the links in ${formatCount(every('links'))} is there.`] : []),
    ...(absent.length > 0 ? [`Too long for a page, and left out: ${absent.join(', ')}.`] : []),
  ];
}
