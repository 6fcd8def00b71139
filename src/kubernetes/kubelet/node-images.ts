import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import type { ImageId, Images, NodeId } from '../../model/index.ts';
import type { EndpointId, Network } from '../../dynamics/index.ts';
import type { NodeImage } from '../scheduling/index.ts';
import { ImageGarbage } from './image-garbage.ts';
import { ImagePulls, type PullOutcome } from './image-pulls.ts';
import { ImageStore } from './image-store.ts';

/** Between two status updates of a node. Source: KubeletConfiguration, `nodeStatusUpdateFrequency`. */
const STATUS_PERIOD_NS = 10e9;
/** Images that a node's status names, the largest. Source: KubeletConfiguration, `nodeStatusMaxImages`. */
const MOST_REPORTED = 50;

/**
 * The images of all nodes: what each has, how it comes by more, and what of it is removed.
 *
 * The scheduler learns what a node has with the node's next status update, each 10 seconds (at whole multiples of them since
 * the start of the run, own design); while the node is not heard, with the first after that.
 */
export class NodeImages {
  readonly #kernel: Kernel;
  readonly #images: Images;
  readonly #pulls: ImagePulls;
  readonly #garbage: ImageGarbage;
  readonly #stores: ImageStore[];
  readonly #report: (node: NodeId, images: readonly NodeImage[]) => boolean;
  readonly #status: HandlerId;
  readonly #statusDue = new Set<NodeId>();
  /** Who waits for an image to come to a node, by other hands. */
  readonly #waiting: { readonly node: NodeId; readonly image: ImageId; readonly come: () => void }[] = [];

  /** @param report takes what a node has into the scheduler's view; false while the node is not heard */
  constructor(
    kernel: Kernel,
    images: Images,
    network: Network,
    endpointOf: (node: NodeId) => EndpointId,
    report: (node: NodeId, images: readonly NodeImage[]) => boolean,
  ) {
    this.#kernel = kernel;
    this.#images = images;
    this.#report = report;
    this.#stores = images.present.map((present) => new ImageStore(images, present));
    const storeOf = (node: NodeId): ImageStore => this.#stores[node]!;
    const diskBytesOf = (node: NodeId): number => images.diskBytes[node]!;
    this.#pulls = new ImagePulls(kernel, images, network, endpointOf, (node) => this.#garbage.diskFilled(node));
    this.#garbage = new ImageGarbage(kernel, images, this.#pulls, storeOf, diskBytesOf, (node) => this.#changed(node));
    this.#status = kernel.on('kubelet.node-status', (node) => this.#updateStatus(node as NodeId));
    for (const node of this.#stores.keys()) this.#addNode(node as NodeId);
  }

  #addNode(node: NodeId): void {
    const store = this.#stores[node]!;
    this.#pulls.addNode(node, store, this.#images.diskBytes[node]!);
    if (store.images.length > 0) this.#report(node, this.#reported(store));
  }

  /** A fresh machine takes the place of the node: its disk holds what it came with. */
  nodeRenewed(node: NodeId): void {
    this.#stores[node] = new ImageStore(this.#images, this.#images.present[node]!);
    this.#addNode(node);
  }

  has(node: NodeId, image: ImageId): boolean {
    return this.#stores[node]!.has(image);
  }

  /** Asks the registry for an image, and for the layers that the node lacks; `ended` may be told after the node's crash only. */
  pull(node: NodeId, image: ImageId, ended: (outcome: PullOutcome) => void): void {
    this.#pulls.pull(node, image, (outcome) => {
      if (outcome === 'pulled') this.#changed(node);
      ended(outcome);
      if (outcome === 'pulled') this.#tell(node, image);
    });
  }

  /** Calls `come` when another pull has brought the image to the node. */
  wait(node: NodeId, image: ImageId, come: () => void): void {
    this.#waiting.push({ node, image, come });
  }

  /** A pod uses an image that the node has, and no longer. */
  use(node: NodeId, image: ImageId): void {
    this.#stores[node]!.use(image);
  }

  release(node: NodeId, image: ImageId): void {
    this.#stores[node]!.release(image, this.#kernel.now);
  }

  nodeCrashed(node: NodeId): void {
    this.#pulls.nodeCrashed(node);
  }

  #tell(node: NodeId, image: ImageId): void {
    for (let index = 0; index < this.#waiting.length;) {
      const entry = this.#waiting[index]!;
      if (entry.node !== node || entry.image !== image) index++;
      else {
        this.#waiting.splice(index, 1);
        entry.come();
      }
    }
  }

  #changed(node: NodeId): void {
    if (this.#statusDue.has(node)) return;
    this.#statusDue.add(node);
    const { now } = this.#kernel;
    this.#kernel.at((now + STATUS_PERIOD_NS - (now % STATUS_PERIOD_NS)) as Nanoseconds, this.#status, node);
  }

  #updateStatus(node: NodeId): void {
    this.#statusDue.delete(node);
    if (!this.#report(node, this.#reported(this.#stores[node]!))) this.#changed(node);
  }

  /** As the kubelet's node status has them: the largest first. Source: pkg/kubelet/images/image_gc_manager.go `GetImageList`. */
  #reported(store: ImageStore): readonly NodeImage[] {
    return store.images
      .map((image) => this.#images.images[image]!)
      .sort((a, b) => b.sizeBytes - a.sizeBytes)
      .slice(0, MOST_REPORTED)
      .map(({ name, sizeBytes }) => ({ names: [name], sizeBytes }));
  }
}
