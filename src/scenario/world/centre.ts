import type { Point } from '../../model/index.ts';
import type { Path } from '../source.ts';
import type { Build } from './build.ts';
import type { Infrastructure } from './infrastructure.ts';
import type { WrittenPosition } from './plane.ts';

/** The middle of an area of users: a position, or that of a cluster. Reported, and undefined, where there is none. */
export function placeCentre(
  build: Build,
  infrastructure: Infrastructure,
  around: string | WrittenPosition,
  path: Path,
): Point | undefined {
  const { clusters, clusterNames, plane, vertices } = infrastructure;
  if (typeof around !== 'string') return plane.place(around, path, 'users');
  const cluster = build.resolve(clusterNames, around, path);
  if (cluster === undefined) return undefined;
  const { position } = vertices[clusters[cluster]!.gateway]!;
  if (position === undefined && !build.isBroken('spec', 'infrastructure', 'clusters', cluster)) {
    build.problem(path, `the cluster "${around}" has no position`, {
      expected: 'a cluster with "at", or a position',
    });
  }
  return position;
}
