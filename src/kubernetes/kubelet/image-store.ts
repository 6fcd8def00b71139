import type { ImageId, Images, LayerId } from '../../model/index.ts';

/** An image that a node has. */
interface HeldImage {
  readonly image: ImageId;
  readonly sinceNs: number;
  /** Pods that use it. */
  users: number;
  /** When the last pod that used it went; when it came, where none has. */
  usedNs: number;
}

/**
 * What a node keeps of images on its disk. Layers are kept once, however many images have them; what an image pull has
 * fetched so far stays for the next. Kept over a crash: all that was fetched whole.
 */
export class ImageStore {
  readonly #catalogue: Images;
  /** By layer: whether it is unpacked, or fetched only. */
  readonly #layers = new Map<LayerId, boolean>();
  /** In the order in which they came. */
  readonly #images = new Map<ImageId, HeldImage>();
  #layerBytes = 0;
  /** Of layers on their way. */
  #reservedBytes = 0;

  /** @param present images that it has from the start */
  constructor(catalogue: Images, present: readonly ImageId[]) {
    this.#catalogue = catalogue;
    for (const image of present) {
      for (const layer of catalogue.images[image]!.layers) {
        this.#put(layer, true);
      }
      this.add(image, 0);
    }
  }

  /** What is taken of the disk, layers on their way included. */
  get usedBytes(): number {
    return this.#layerBytes + this.#reservedBytes;
  }

  /** The images that it has, in the order in which they came. */
  get images(): readonly ImageId[] {
    return [...this.#images.keys()];
  }

  has(image: ImageId): boolean {
    return this.#images.has(image);
  }

  isFetched(layer: LayerId): boolean {
    return this.#layers.has(layer);
  }

  isUnpacked(layer: LayerId): boolean {
    return this.#layers.get(layer) === true;
  }

  /** Room for a layer that is on its way, taken and given back. */
  reserve(bytes: number): void {
    this.#reservedBytes += bytes;
  }

  unreserve(bytes: number): void {
    this.#reservedBytes -= bytes;
  }

  fetched(layer: LayerId): void {
    this.#put(layer, false);
  }

  unpacked(layer: LayerId): void {
    this.#put(layer, true);
  }

  /** All layers of an image are there. */
  add(image: ImageId, nowNs: number): void {
    if (!this.#images.has(image)) this.#images.set(image, { image, sinceNs: nowNs, users: 0, usedNs: nowNs });
  }

  /** A pod uses an image that is there. */
  use(image: ImageId): void {
    const held = this.#images.get(image);
    if (held === undefined) throw new Error(`image ${image} is used on a node that does not have it`);
    held.users++;
  }

  /** A pod uses it no longer. */
  release(image: ImageId, nowNs: number): void {
    const held = this.#images.get(image)!;
    held.users--;
    held.usedNs = nowNs;
  }

  /**
   * Images that no pod uses and that have been there for the minimum age, the least recently used first, those used last at
   * the same time by when they came. Source: Kubernetes, pkg/kubelet/images/image_gc_manager.go, `imagesInEvictionOrder` and
   * `freeSpace`; the kubelet notes a use when it looks, each 5 minutes, in place of its end.
   */
  unused(nowNs: number, minimumAgeNs: number): readonly ImageId[] {
    return [...this.#images.values()]
      .filter(({ users, sinceNs }) => users === 0 && nowNs - sinceNs >= minimumAgeNs)
      .sort((a, b) => a.usedNs - b.usedNs || a.sinceNs - b.sinceNs)
      .map(({ image }) => image);
  }

  /** Removes an image, and the layers that no other image has and none of `wanted`. */
  remove(image: ImageId, wanted: ReadonlySet<LayerId>): void {
    this.#images.delete(image);
    const kept = new Set([...this.#images.keys()].flatMap((other) => this.#catalogue.images[other]!.layers));
    for (const layer of this.#catalogue.images[image]!.layers) {
      if (kept.has(layer) || wanted.has(layer) || !this.#layers.delete(layer)) continue;
      this.#layerBytes -= this.#catalogue.layers[layer]!.sizeBytes;
    }
  }

  #put(layer: LayerId, unpacked: boolean): void {
    if (!this.#layers.has(layer)) this.#layerBytes += this.#catalogue.layers[layer]!.sizeBytes;
    this.#layers.set(layer, unpacked);
  }
}
