import {
  either,
  flag,
  listOf,
  mapOf,
  measured,
  number,
  object,
  optional,
  quantity,
  text,
  whole,
} from '../../model/index.ts';

const layerKeys = {
  pattern: '^[A-Za-z0-9]([-_.:A-Za-z0-9]{0,126}[A-Za-z0-9])?$',
  expects: "a name of letters, digits, '-', '_', '.' or ':', such as debian-12 or sha256:4f...",
};

const imageKeys = {
  pattern: '^[a-z0-9]([-._/:@a-zA-Z0-9]{0,253}[a-zA-Z0-9])?$',
  expects: 'an image reference such as registry.example/shop:1.2',
};

/** Container images and how nodes pull them. */
export const images = optional(
  object(
    {
      registry: text({ description: 'Where the registry is: a cluster (at its gateway), a node or a switch.' }),
      layers: mapOf(measured('bytes', { description: 'Size as it is transferred, and on the disk of a node.' }), {
        description: 'Layers that images are made of, by name or digest.',
        keys: layerKeys,
        default: {},
      }),
      catalogue: mapOf(
        either(
          [
            measured('bytes', { description: 'Size of an image of one layer of its own.', positive: true }),
            listOf(text({ description: 'A layer of spec.infrastructure.images.layers.' }), {
              description: 'Its layers, from the lowest up.',
              minItems: 1,
              expects: 'a list of layers',
            }),
          ],
          {
            description: 'What an image is made of.',
            expects: 'a list of layers such as [debian-12, shop], or a size such as 120MB',
          },
        ),
        {
          description:
            'The images of the registry, by the reference that containers name; :latest is added where there is no tag.',
          keys: imageKeys,
        },
      ),
      unpack: measured('bandwidth', {
        description: 'How fast a node unpacks layers, in bits of their size. The default is own design.',
        positive: true,
        default: '800Mbit/s',
      }),
      serializeImagePulls: flag({
        description: "Whether a node pulls one image at a time; the kubelet's setting and default.",
        default: true,
      }),
      maxParallelImagePulls: optional(
        whole({
          description:
            'Most images that a node pulls at a time, where they are not pulled one at a time; any number where absent.',
          minimum: 1,
        }),
      ),
      imageGCHighThresholdPercent: number({
        description:
          'How full a disk must be, in per cent, for unused images to be removed; looked at each 5 minutes. The ' +
          "kubelet's setting and default.",
        exclusiveMinimum: 0,
        maximum: 100,
        default: 85,
      }),
      imageGCLowThresholdPercent: number({
        description:
          "Down to which they are removed, the least recently used first; the kubelet's setting and default.",
        minimum: 0,
        maximum: 100,
        default: 80,
      }),
      imageMinimumGCAge: measured('duration', {
        description: "How long an image must have been on the node to be removed; the kubelet's setting and default.",
        default: '2m',
      }),
    },
    {
      description:
        'Container images, which nodes pull from a registry over the network before containers start. Where absent, and of ' +
        'images that it does not name, every node has them.',
    },
  ),
);

/** Fields of a node class that images are about. */
export const nodeImages = {
  disk: optional(
    quantity('memory', {
      description: 'Disk that images lie on, such as 32Gi; without a limit where absent.',
      positive: true,
    }),
  ),
  images: optional(
    listOf(text({ description: 'An image of spec.infrastructure.images.catalogue.' }), {
      description: 'Images that its nodes have from the start.',
    }),
  ),
};
