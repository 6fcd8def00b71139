import type { AccessPoint, Mobility, Point } from '../../model/index.ts';
import type { Build } from './build.ts';
import type { Infrastructure, RadioEntry } from './infrastructure.ts';
import { readMobility } from './mobility.ts';

/** An entry whose motion is known to be good, waiting for the plane to be projected. */
interface Placement {
  readonly entry: RadioEntry;
  readonly position: (index: number) => Point;
  /** Undefined where they stand still. What is wrong with it is reported. */
  readonly mobility?: (count: number) => Mobility | undefined;
}

/** The nodes that attach by radio, as far as they concern radio: how they move, or where they stand. */
export class RadioNodes {
  readonly #build: Build;
  readonly #infrastructure: Infrastructure;
  readonly #accessPoints: readonly AccessPoint[];
  readonly #placements: Placement[] = [];

  constructor(build: Build, infrastructure: Infrastructure, accessPoints: readonly AccessPoint[]) {
    this.#build = build;
    this.#infrastructure = infrastructure;
    this.#accessPoints = accessPoints;
  }

  /** Reads how the nodes move; the access points must be there. */
  place(): void {
    const { access } = this.#build.scenario.spec.infrastructure;
    for (const entry of this.#infrastructure.radioEntries) {
      if (Array.isArray(access) && access.length === 0) {
        this.#build.entryProblem([...entry.path, 'mobility'], 'nodes that attach by radio, but no access point', {
          expected: 'access points in spec.infrastructure.access',
        });
      }
      const placement = this.#place(entry);
      if (placement !== undefined) this.#placements.push(placement);
    }
  }

  /** Gives the nodes their motion; the plane must have been projected. */
  settle(): void {
    const { nodes } = this.#infrastructure;
    for (const [number, { entry, position, mobility }] of this.#placements.entries()) {
      const moves = mobility?.(entry.nodes.length);
      for (const [index, node] of entry.nodes.entries()) {
        nodes[node] = { ...nodes[node]!, radio: { mobility: moves, position: position(index), entry: number, index } };
      }
    }
  }

  #place(entry: RadioEntry): Placement | undefined {
    const build = this.#build;
    const { mobility, path, nodes, position } = entry;
    if (mobility.model === 'static') {
      if (position !== undefined) return { entry, position };
      build.entryProblem(path, '"at" is missing', { expected: 'where the nodes stand, which attach by radio' });
      return undefined;
    }
    if (position !== undefined) {
      build.problem([...path, 'at'], 'a position of nodes that move', {
        expected: 'no "at": "mobility" says where they are from the start',
      });
    }
    const motion = readMobility(build, this.#infrastructure, this.#accessPoints, mobility, [...path, 'mobility']);
    if (motion === undefined) return undefined;
    if (motion.most !== undefined && nodes.length > motion.most) {
      build.problem([...path, 'count'], `${nodes.length} of them, but ${motion.most} recorded`, {
        expected: `at most ${motion.most}`,
      });
      return undefined;
    }
    return { entry, position: () => motion.position, mobility: motion.settle };
  }
}
