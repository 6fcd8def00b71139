import type { EventId, HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import type { ImageId, Images, LayerId, NodeId } from '../../model/index.ts';
import { DELIVERED, type EndpointId, type Network, type ReceiverId, type TransferId } from '../../dynamics/index.ts';
import type { ImageStore } from './image-store.ts';
import { Slots } from './slots.ts';

/** Layers that one pull fetches at a time. Source: containerd, docs/cri/config.md, `max_concurrent_downloads`. */
const LAYERS_AT_A_TIME = 3;
/** A request to the registry, and an image's manifest. Own design: round figures that are messages to the network. */
const REQUEST_BYTES = 1000;
const MANIFEST_BYTES = 1000;

/** How a pull ends. */
export type PullOutcome = 'pulled' | 'registry-unavailable' | 'no-space-left';

/** An image on its way to a node, or in the queue for it. */
interface Pull {
  readonly image: ImageId;
  readonly layers: readonly LayerId[];
  readonly ended: (outcome: PullOutcome) => void;
  hasManifest: boolean;
  readonly fetches: Set<Fetch>;
  unpack: { readonly layer: LayerId; readonly slot: number; readonly event: EventId } | undefined;
  isOver: boolean;
}

/** The manifest of a pull, or one of its layers: first the request for it is under way, then itself. */
interface Fetch {
  readonly node: NodePulls;
  readonly pull: Pull;
  readonly layer: LayerId | undefined;
  slot: number;
  transfer: TransferId | undefined;
}

interface NodePulls {
  readonly node: NodeId;
  readonly store: ImageStore;
  readonly diskBytes: number;
  readonly waiting: Pull[];
  readonly active: Pull[];
  /** Layers on their way to it. */
  readonly coming: Set<LayerId>;
}

/**
 * How nodes pull images from the registry, over the simulated network: the manifest first (a request and an answer), then
 * the layers that the node lacks, each a request and a flow, at most three a pull at a time; they are unpacked one after the
 * other from the lowest up, each as soon as it is there. A layer that another pull of the node brings is waited for. A
 * transfer that finds no way or is lost fails its pull; layers that came whole stay on the disk for the next.
 * Source: containerd (core/remotes, core/unpack) and the kubelet's serial and parallel pullers (pkg/kubelet/images/puller.go).
 * Own design: a layer is unpacked once, whatever lies under it, and at one speed however many others are unpacked; what is
 * wrong with the network is known at once, without time-outs.
 */
export class ImagePulls {
  readonly #kernel: Kernel;
  readonly #images: Images;
  readonly #network: Network;
  readonly #endpointOf: (node: NodeId) => EndpointId;
  readonly #layerArrived: (node: NodeId) => void;
  readonly #nodes: (NodePulls | undefined)[] = [];
  readonly #atRegistry: ReceiverId;
  readonly #atNode: ReceiverId;
  readonly #unpacked: HandlerId;
  /** By the number that goes with an event or a transfer. */
  readonly #fetches = new Slots<Fetch>();
  readonly #unpacks = new Slots<{ readonly node: NodePulls; readonly pull: Pull }>();

  /** @param layerArrived told when a layer has come to a node's disk */
  constructor(
    kernel: Kernel,
    images: Images,
    network: Network,
    endpointOf: (node: NodeId) => EndpointId,
    layerArrived: (node: NodeId) => void,
  ) {
    this.#kernel = kernel;
    this.#images = images;
    this.#network = network;
    this.#endpointOf = endpointOf;
    this.#layerArrived = layerArrived;
    this.#atRegistry = network.receiver((slot, outcome) =>
      this.#requested(this.#fetches.get(slot), outcome === DELIVERED),
    );
    this.#atNode = network.receiver((slot, outcome) => this.#arrived(this.#fetches.get(slot), outcome === DELIVERED));
    this.#unpacked = kernel.on('kubelet.layer-unpacked', (slot) => this.#unpackEnded(slot));
  }

  /** A node that pulls images onto a disk of this size. */
  addNode(node: NodeId, store: ImageStore, diskBytes: number): void {
    this.#nodes[node] = { node, store, diskBytes, waiting: [], active: [], coming: new Set() };
  }

  /** Pulls an image when its turn comes; `ended` is called at the time at which it is there, or has failed. */
  pull(node: NodeId, image: ImageId, ended: (outcome: PullOutcome) => void): void {
    const state = this.#nodes[node]!;
    const { layers } = this.#images.images[image]!;
    state.waiting.push({
      image,
      layers,
      ended,
      hasManifest: false,
      fetches: new Set(),
      unpack: undefined,
      isOver: false,
    });
    this.#startWaiting(state);
  }

  /** Layers that pulls of the node need. */
  wanted(node: NodeId): ReadonlySet<LayerId> {
    const { active, waiting } = this.#nodes[node]!;
    return new Set([...active, ...waiting].flatMap(({ layers }) => layers));
  }

  /** The node is down: its pulls are gone and nobody is told. Layers that came whole stay. */
  nodeCrashed(node: NodeId): void {
    const state = this.#nodes[node]!;
    state.waiting.length = 0;
    for (const pull of state.active.splice(0)) this.#drop(pull);
  }

  #startWaiting(state: NodePulls): void {
    while (state.waiting.length > 0 && state.active.length < this.#images.parallelPulls) {
      const pull = state.waiting.shift()!;
      state.active.push(pull);
      this.#fetch(state, pull, undefined);
    }
  }

  #fetch(state: NodePulls, pull: Pull, layer: LayerId | undefined): void {
    const fetch: Fetch = { node: state, pull, layer, slot: 0, transfer: undefined };
    fetch.slot = this.#fetches.take(fetch);
    pull.fetches.add(fetch);
    const from = this.#endpointOf(state.node);
    fetch.transfer = this.#network.send(this.#atRegistry, fetch.slot, from, this.#images.registry, REQUEST_BYTES);
  }

  #requested(fetch: Fetch, delivered: boolean): void {
    fetch.transfer = undefined;
    if (!delivered) {
      this.#end(fetch.node, fetch.pull, 'registry-unavailable');
      return;
    }
    const bytes = fetch.layer === undefined ? MANIFEST_BYTES : this.#images.layers[fetch.layer]!.sizeBytes;
    const to = this.#endpointOf(fetch.node.node);
    fetch.transfer = this.#network.send(this.#atNode, fetch.slot, this.#images.registry, to, bytes);
  }

  #arrived(fetch: Fetch, delivered: boolean): void {
    const { node: state, pull, layer } = fetch;
    fetch.transfer = undefined;
    if (!delivered) {
      this.#end(state, pull, 'registry-unavailable');
      return;
    }
    this.#forget(fetch);
    if (layer === undefined) {
      pull.hasManifest = true;
      this.#advance(state, pull);
      return;
    }
    state.store.fetched(layer);
    this.#advanceAll(state);
    this.#layerArrived(state.node);
  }

  #unpackEnded(slot: number): void {
    const { node: state, pull } = this.#unpacks.get(slot);
    this.#unpacks.release(slot);
    state.store.unpacked(pull.unpack!.layer);
    pull.unpack = undefined;
    this.#advanceAll(state);
  }

  /** What another pull waits for may have come with this one, or gone. */
  #advanceAll(state: NodePulls): void {
    for (const pull of state.active.slice()) if (pull.hasManifest && !pull.isOver) this.#advance(state, pull);
  }

  #advance(state: NodePulls, pull: Pull): void {
    const { store, coming } = state;
    for (const layer of pull.layers) {
      if (pull.fetches.size === LAYERS_AT_A_TIME) break;
      if (store.isFetched(layer) || coming.has(layer)) continue;
      const { sizeBytes } = this.#images.layers[layer]!;
      if (store.usedBytes + sizeBytes > state.diskBytes) {
        this.#end(state, pull, 'no-space-left');
        return;
      }
      store.reserve(sizeBytes);
      coming.add(layer);
      this.#fetch(state, pull, layer);
    }
    const next = pull.layers.find((layer) => !store.isUnpacked(layer));
    if (next === undefined) {
      store.add(pull.image, this.#kernel.now);
      this.#end(state, pull, 'pulled');
    } else if (pull.unpack === undefined && store.isFetched(next) && !this.#isBeingUnpacked(state, next)) {
      this.#unpack(state, pull, next);
    }
  }

  /** Whether some pull of the node unpacks the layer now. */
  #isBeingUnpacked(state: NodePulls, layer: LayerId): boolean {
    return state.active.some(({ unpack }) => unpack?.layer === layer);
  }

  #unpack(state: NodePulls, pull: Pull, layer: LayerId): void {
    const { unpackBps } = this.#images;
    const { sizeBytes } = this.#images.layers[layer]!;
    const delayNs = Math.ceil((sizeBytes * 8e9) / unpackBps);
    const slot = this.#unpacks.take({ node: state, pull });
    pull.unpack = { layer, slot, event: this.#kernel.after(delayNs as Nanoseconds, this.#unpacked, slot) };
  }

  /** A pull is over: others go on, and who asked for it is told. */
  #end(state: NodePulls, pull: Pull, outcome: PullOutcome): void {
    state.active.splice(state.active.indexOf(pull), 1);
    this.#drop(pull);
    this.#startWaiting(state);
    this.#advanceAll(state);
    pull.ended(outcome);
  }

  /** Gives up what a pull has under way. */
  #drop(pull: Pull): void {
    pull.isOver = true;
    for (const fetch of pull.fetches) {
      if (fetch.transfer !== undefined) this.#network.abort(fetch.transfer);
      this.#forget(fetch);
    }
    if (pull.unpack === undefined) return;
    this.#kernel.cancel(pull.unpack.event);
    this.#unpacks.release(pull.unpack.slot);
    pull.unpack = undefined;
  }

  #forget(fetch: Fetch): void {
    this.#fetches.release(fetch.slot);
    fetch.pull.fetches.delete(fetch);
    if (fetch.layer === undefined) return;
    fetch.node.store.unreserve(this.#images.layers[fetch.layer]!.sizeBytes);
    fetch.node.coming.delete(fetch.layer);
  }
}
