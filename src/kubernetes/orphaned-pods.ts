import type { HandlerId, Kernel, Nanoseconds } from '../kernel/index.ts';
import type { World } from '../model/index.ts';
import type { Pod } from './pods.ts';
import type { SchedulerCache } from './scheduling/index.ts';

/** The controller looks so often. Source: Kubernetes, pkg/controller/podgc/gc_controller.go, gcCheckPeriod. */
const LOOK_PERIOD_NS = 20e9;
/** So long it waits for a node to appear. Source: the same, quarantineTime. */
const QUARANTINE_NS = 40e9;

/** Pods that name one node which is not there. */
interface Orphans {
  pods: Pod[];
  /** When the node's quarantine is over, ns. */
  overNs: number | undefined;
}

/**
 * Kubernetes' pod garbage collection, of pods that name a node which does not exist: they are deleted at the first look after
 * the node's quarantine. A controller's pods are made anew, name it again, and are deleted again when another quarantine is
 * over. It looks at time 0 and every 20 s.
 * Source: Kubernetes, pkg/controller/podgc/gc_controller.go, gcOrphaned.
 */
export class OrphanedPods {
  readonly #kernel: Kernel;
  readonly #deleted: (pods: readonly Pod[]) => void;
  readonly #byNode = new Map<string, Orphans>();
  readonly #look: HandlerId;
  #isLooking = false;

  /** @param deleted called with pods of one node that are to go */
  constructor(kernel: Kernel, deleted: (pods: readonly Pod[]) => void) {
    this.#kernel = kernel;
    this.#deleted = deleted;
    this.#look = kernel.on('kubernetes.collect-orphans', () => this.#lookAtAll());
  }

  /** A pod names a node that is not there. */
  add(pod: Pod, node: string): void {
    const orphans = this.#byNode.get(node);
    if (orphans === undefined) this.#byNode.set(node, { pods: [pod], overNs: undefined });
    else orphans.pods.push(pod);
    this.#lookAgain(Math.ceil(this.#kernel.now / LOOK_PERIOD_NS) * LOOK_PERIOD_NS);
  }

  #lookAgain(atNs: number): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#kernel.at(atNs as Nanoseconds, this.#look);
  }

  #lookAtAll(): void {
    const { now } = this.#kernel;
    for (const [node, orphans] of this.#byNode) {
      const { overNs } = orphans;
      orphans.pods = orphans.pods.filter(({ phase }) => phase !== 'gone');
      const isOver = overNs !== undefined && overNs <= now;
      if (orphans.pods.length > 0 && (overNs === undefined || isOver)) orphans.overNs = now + QUARANTINE_NS;
      if (!isOver) continue;
      const { pods } = orphans;
      orphans.pods = [];
      if (pods.length === 0) this.#byNode.delete(node);
      else this.#deleted(pods);
    }
    this.#isLooking = false;
    if (this.#byNode.size > 0) this.#lookAgain(now + LOOK_PERIOD_NS);
  }
}

/** Who collects the pods of a world that name nodes which do not exist; undefined where none does. */
export function orphanedPods(
  kernel: Kernel,
  world: Pick<World, 'services'>,
  nodes: Pick<SchedulerCache, 'node'>,
  deleted: (pods: readonly Pod[]) => void,
): OrphanedPods | undefined {
  const isThere = (node: string): boolean => node === '' || nodes.node(node) !== undefined;
  return world.services.every(({ podSpec: { nodeName = '' } }) => isThere(nodeName))
    ? undefined
    : new OrphanedPods(kernel, deleted);
}
