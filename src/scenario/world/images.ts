import {
  imageName,
  parseBandwidth,
  parseBytes,
  parseDuration,
  parseMemory,
  type Bytes,
  type Image,
  type ImageId,
  type ImageLayer,
  type Images,
  type LayerId,
  type Service,
  type VertexId,
} from '../../model/index.ts';
import { nearest } from '../nearest.ts';
import type { Scenario } from '../schema/index.ts';
import { isMap, type Path } from '../source.ts';
import { quote } from '../validation.ts';
import { Names, type Build } from './build.ts';
import type { Infrastructure } from './infrastructure.ts';

type Written = NonNullable<Scenario['spec']['infrastructure']['images']>;

const AT = ['spec', 'infrastructure', 'images'];

/** The images that the scenario states; undefined where it states none, and every node has every image. */
export function readImages(
  build: Build,
  infrastructure: Infrastructure,
  services: readonly Service[],
): Images | undefined {
  const { images: written, nodeClasses } = build.scenario.spec.infrastructure;
  if (written === undefined) {
    warnWithoutEffect(build, nodeClasses);
    return undefined;
  }
  if (build.isBroken(...AT)) return undefined;
  const registry = readRegistry(build, infrastructure, written.registry);
  const layers: ImageLayer[] = [];
  const layerNames = new Names<LayerId>('layer');
  for (const [digest, size] of Object.entries(written.layers)) {
    const id = layers.push({ digest, sizeBytes: parseBytes(size) }) - 1;
    layerNames.entries.set(digest, { entry: id as LayerId, path: [...AT, 'layers', digest] });
  }
  const { images, names } = readCatalogue(build, written.catalogue, layers, layerNames);
  if (build.problems.length === 0) warnUnknown(build, names, services);
  const { present, diskBytes } = readNodes(build, infrastructure, names);
  return {
    registry: registry ?? (0 as VertexId),
    layers,
    images,
    unpackBps: parseBandwidth(written.unpack),
    parallelPulls: readParallelPulls(build, written),
    garbage: readThresholds(build, written),
    present,
    diskBytes,
  };
}

function readRegistry(build: Build, infrastructure: Infrastructure, name: string): VertexId | undefined {
  const path = [...AT, 'registry'];
  const place = build.resolve(infrastructure.placeNames, name, path);
  if (place === undefined) return undefined;
  infrastructure.demandWired(place.vertex, path, 'a registry at');
  if (place.kind !== 'access-point') return place.vertex;
  build.problem(path, `${quote(name)} is an access point`, { expected: 'a cluster, a node or a switch' });
  return undefined;
}

function readCatalogue(
  build: Build,
  catalogue: Written['catalogue'],
  layers: ImageLayer[],
  layerNames: Names<LayerId>,
): { images: Image[]; names: Names<ImageId> } {
  const images: Image[] = [];
  const names = new Names<ImageId>('image');
  for (const [reference, content] of Object.entries(catalogue)) {
    const path = [...AT, 'catalogue', reference];
    const name = imageName(reference);
    const taken = names.entries.get(name);
    if (taken !== undefined) {
      build.entryProblem(path, `the image ${quote(name)} a second time`, { expected: 'each image once' });
      continue;
    }
    names.entries.set(name, { entry: images.length as ImageId, path });
    const ids =
      typeof content === 'string'
        ? [(layers.push({ digest: name, sizeBytes: parseBytes(content) }) - 1) as LayerId]
        : content.map((layer, index) => build.resolve(layerNames, layer, [...path, index]));
    const known = [...new Set(ids.filter((id) => id !== undefined))];
    const sizeBytes = known.reduce((sum, layer) => sum + layers[layer]!.sizeBytes, 0) as Bytes;
    images.push({ name, layers: known, sizeBytes });
  }
  return { images, names };
}

/** Containers may run what the catalogue does not name, but a slip of the pen is more likely. */
function warnUnknown(build: Build, names: Names<ImageId>, services: readonly Service[]): void {
  const told = new Set<string>();
  for (const { name: service, podSpec } of services) {
    for (const { image } of [...(podSpec.initContainers ?? []), ...podSpec.containers]) {
      if (image === undefined || image === '') continue;
      const name = imageName(image);
      if (names.entries.has(name) || told.has(name)) continue;
      told.add(name);
      build.warn(
        [...AT, 'catalogue'],
        `no image ${quote(name)}, which ${service} runs: every node is taken to have it`,
        {
          nearest: () => nearest(name, [...names.entries.keys()]),
        },
      );
    }
  }
}

function readNodes(
  build: Build,
  infrastructure: Infrastructure,
  names: Names<ImageId>,
): Pick<Images, 'present' | 'diskBytes'> {
  const { nodeClasses } = build.scenario.spec.infrastructure;
  const byClass = new Map<string, { present: readonly ImageId[]; diskBytes: number }>();
  for (const [name, { disk, images = [] }] of Object.entries(isMap(nodeClasses) ? nodeClasses : {})) {
    const path = ['spec', 'infrastructure', 'nodeClasses', name];
    if (build.isBroken(...path)) continue;
    const ids = images.map((image, index) => build.resolve(names, imageName(image), [...path, 'images', index]));
    const present = ids.filter((id) => id !== undefined);
    byClass.set(name, { present, diskBytes: disk === undefined ? Infinity : parseMemory(disk) });
  }
  const ofNodes = infrastructure.nodes.map((node) => byClass.get(node.class));
  return {
    present: ofNodes.map((entry) => entry?.present ?? []),
    diskBytes: ofNodes.map((entry) => entry?.diskBytes ?? Infinity),
  };
}

function readParallelPulls(build: Build, { serializeImagePulls, maxParallelImagePulls }: Written): number {
  if (!serializeImagePulls) return maxParallelImagePulls ?? Infinity;
  if (maxParallelImagePulls !== undefined && maxParallelImagePulls > 1) {
    build.problem(
      [...AT, 'maxParallelImagePulls'],
      `${maxParallelImagePulls} pulls at a time, of which serializeImagePulls allows one`,
      {
        expected: 'serializeImagePulls: false beside it',
      },
    );
  }
  return 1;
}

function readThresholds(build: Build, written: Written): Images['garbage'] {
  const { imageGCHighThresholdPercent: high, imageGCLowThresholdPercent: low, imageMinimumGCAge } = written;
  if (low >= high) {
    build.problem([...AT, 'imageGCLowThresholdPercent'], `a lower threshold of ${low} with a higher one of ${high}`, {
      expected: 'less than imageGCHighThresholdPercent',
    });
  }
  return { highShare: high / 100, lowShare: low / 100, minimumAgeNs: parseDuration(imageMinimumGCAge) };
}

function warnWithoutEffect(build: Build, nodeClasses: Scenario['spec']['infrastructure']['nodeClasses']): void {
  if (!isMap(nodeClasses)) return;
  for (const [name, nodeClass] of Object.entries(nodeClasses)) {
    for (const field of ['disk', 'images'] as const) {
      const path: Path = ['spec', 'infrastructure', 'nodeClasses', name, field];
      if (!isMap(nodeClass) || nodeClass[field] === undefined || build.isBroken(...path)) continue;
      build.warn(path, 'without effect: there is no spec.infrastructure.images');
    }
  }
}
