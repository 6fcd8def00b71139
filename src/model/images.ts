import type { VertexId } from './ids.ts';
import type { Bytes } from './units.ts';

declare const kind: unique symbol;
/** Index in `Images.images`. */
export type ImageId = number & { readonly [kind]: 'image' };
/** Index in `Images.layers`. */
export type LayerId = number & { readonly [kind]: 'layer' };

/** A layer of container images: what is transferred, unpacked, and shared between images. */
export interface ImageLayer {
  readonly digest: string;
  /** As it is transferred, and what it takes on a node's disk: own design, one size for both. */
  readonly sizeBytes: Bytes;
}

export interface Image {
  /** With its tag, `:latest` where the scenario states none. */
  readonly name: string;
  /** From the lowest up. */
  readonly layers: readonly LayerId[];
  /** Sum of its layers. */
  readonly sizeBytes: Bytes;
}

/** The images of a scenario, and how nodes come by them. */
export interface Images {
  /** Where the registry hangs on the network. */
  readonly registry: VertexId;
  readonly layers: readonly ImageLayer[];
  readonly images: readonly Image[];
  /** How fast a node unpacks a layer, in bits of its size a second. */
  readonly unpackBps: number;
  /** Pulls of one node at a time: 1 is the kubelet's `serializeImagePulls`, Infinity its parallel pulls without a limit. */
  readonly parallelPulls: number;
  readonly garbage: ImageGarbageThresholds;
  /** By node: images that it has from the start. */
  readonly present: readonly (readonly ImageId[])[];
  /** By node: the disk that images lie on; Infinity without a limit. */
  readonly diskBytes: readonly number[];
}

/** When unused images are removed from a node's disk, and which. */
export interface ImageGarbageThresholds {
  readonly highShare: number;
  readonly lowShare: number;
  readonly minimumAgeNs: number;
}

/**
 * The name of an image with its tag. Source: Kubernetes, pkg/scheduler/framework/plugins/imagelocality, `normalizedImageName`.
 */
export function imageName(reference: string): string {
  return reference.lastIndexOf(':') <= reference.lastIndexOf('/') ? `${reference}:latest` : reference;
}
