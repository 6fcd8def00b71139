import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import type { Images, NodeId } from '../../model/index.ts';
import type { ImagePulls } from './image-pulls.ts';
import type { ImageStore } from './image-store.ts';

/** Between two looks at a node's disk. Source: Kubernetes, pkg/kubelet/kubelet.go, `ImageGCPeriod`. */
const PERIOD_NS = 300e9;

/**
 * The kubelet's garbage collection of images: each 5 minutes, where the disk is filled to the higher threshold or above,
 * images that no pod uses are removed, the least recently used first, until it has freed what brings the disk to the lower
 * threshold. As in the kubelet an image counts with all its layers, also those that another image keeps: the disk may stay
 * fuller than that, and is looked at again. Source: Kubernetes, pkg/kubelet/images/image_gc_manager.go.
 *
 * A look at a disk below the threshold changes nothing, and is no event: looks are at whole multiples of the period since
 * the start of the run. Left out: the eviction manager's removal of all unused images on disk pressure.
 */
export class ImageGarbage {
  readonly #kernel: Kernel;
  readonly #images: Images;
  readonly #stores: (node: NodeId) => ImageStore;
  readonly #diskBytes: (node: NodeId) => number;
  readonly #pulls: ImagePulls;
  readonly #removed: (node: NodeId) => void;
  readonly #look: HandlerId;
  readonly #due = new Set<NodeId>();

  /** @param removed told when images of a node are gone */
  constructor(
    kernel: Kernel,
    images: Images,
    pulls: ImagePulls,
    stores: (node: NodeId) => ImageStore,
    diskBytes: (node: NodeId) => number,
    removed: (node: NodeId) => void,
  ) {
    this.#kernel = kernel;
    this.#images = images;
    this.#pulls = pulls;
    this.#stores = stores;
    this.#diskBytes = diskBytes;
    this.#removed = removed;
    this.#look = kernel.on('kubelet.image-garbage', (node) => this.#collect(node as NodeId));
  }

  /** The node's disk holds more than before. */
  diskFilled(node: NodeId): void {
    if (this.#due.has(node) || !this.#isAboveHigh(node)) return;
    this.#due.add(node);
    const { now } = this.#kernel;
    this.#kernel.at((now + PERIOD_NS - (now % PERIOD_NS)) as Nanoseconds, this.#look, node);
  }

  #isAboveHigh(node: NodeId): boolean {
    return this.#stores(node).usedBytes >= this.#images.garbage.highShare * this.#diskBytes(node);
  }

  #collect(node: NodeId): void {
    this.#due.delete(node);
    if (!this.#isAboveHigh(node)) return;
    const store = this.#stores(node);
    const { lowShare, minimumAgeNs } = this.#images.garbage;
    const wanted = this.#pulls.wanted(node);
    let toFree = store.usedBytes - lowShare * this.#diskBytes(node);
    let isChanged = false;
    for (const image of store.unused(this.#kernel.now, minimumAgeNs)) {
      if (toFree <= 0) break;
      store.remove(image, wanted);
      toFree -= this.#images.images[image]!.sizeBytes;
      isChanged = true;
    }
    if (isChanged) this.#removed(node);
    this.diskFilled(node);
  }
}
