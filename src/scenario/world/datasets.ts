import {
  parseBytes,
  parseDuration,
  parseShare,
  type Bytes,
  type ClusterId,
  type Dataset,
  type DatasetAccess,
  type DatasetId,
  type VertexId,
} from '../../model/index.ts';
import type { Scenario } from '../schema/index.ts';
import type { Path } from '../source.ts';
import { quote } from '../validation.ts';
import { Names, type Build } from './build.ts';
import type { Infrastructure } from './infrastructure.ts';
import { MOST_UPDATES } from './limits.ts';

type Written = Scenario['spec']['datasets'][number];
type WrittenBehaviour = Scenario['spec']['apps'][number]['behaviour'][string];
type WrittenAccess = NonNullable<WrittenBehaviour['reads']>[number];

/** The datasets of a scenario, and where they may be. */
export class Datasets {
  readonly datasets: Dataset[] = [];
  readonly names = new Names<DatasetId>('dataset');
  readonly classes = new Names<ReadonlySet<ClusterId>>('compliance class');
  readonly #build: Build;
  readonly #infrastructure: Infrastructure;

  constructor(build: Build, infrastructure: Infrastructure) {
    this.#build = build;
    this.#infrastructure = infrastructure;
  }

  build(): void {
    const build = this.#build;
    const { spec } = build.scenario;
    this.#readClasses();
    this.names.complete = Array.isArray(spec.datasets);
    for (const [index, entry] of (Array.isArray(spec.datasets) ? (spec.datasets as unknown[]) : []).entries()) {
      if (build.isBroken('spec', 'datasets', index)) this.#declareBroken(entry, index);
    }
    for (const [dataset, path] of build.readable(spec.datasets, 'spec', 'datasets')) this.#add(dataset, path);
  }

  /** What a service does with datasets: its reads, then its writes; undefined if it does nothing. */
  accessesOf(written: WrittenBehaviour, path: Path): readonly DatasetAccess[] | undefined {
    const accesses = (['reads', 'writes'] as const).flatMap((field) =>
      (written[field] ?? []).flatMap((access, index) => {
        const at = [...path, field, index];
        const dataset = this.#build.resolve(this.names, access.dataset, [...at, 'dataset']);
        const bytes = dataset === undefined ? undefined : this.#bytesOf(access, dataset, at);
        if (dataset === undefined || bytes === undefined) return [];
        const kind = field === 'reads' ? ('read' as const) : ('write' as const);
        return [{ dataset, kind, bytes, probability: parseShare(access.probability) }];
      }),
    );
    return accesses.length === 0 ? undefined : accesses;
  }

  /** A dataset that cannot be read has at least its name, for whoever refers to it, if that much can be read. */
  #declareBroken(entry: unknown, index: number): void {
    const name = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined;
    const path = ['spec', 'datasets', index];
    if (typeof name === 'string') this.names.entries.set(name, { entry: -1 as DatasetId, path });
    else this.names.complete = false;
  }

  #bytesOf(access: WrittenAccess, dataset: DatasetId, path: Path): Bytes | undefined {
    const { bytes, share } = access;
    if (bytes !== undefined && share !== undefined) {
      this.#build.problem([...path, 'share'], '"share" beside "bytes"', { expected: 'one of the two' });
      return undefined;
    }
    const sizeBytes = this.datasets[dataset]?.sizeBytes ?? (0 as Bytes);
    if (share !== undefined) return Math.ceil(sizeBytes * parseShare(share)) as Bytes;
    return bytes === undefined ? sizeBytes : parseBytes(bytes);
  }

  #readClasses(): void {
    const build = this.#build;
    const { complianceClasses } = build.scenario.spec;
    if (build.isBroken('spec', 'complianceClasses') || typeof complianceClasses !== 'object') {
      this.classes.complete = false;
      return;
    }
    for (const [name, { clusters }] of Object.entries(complianceClasses)) {
      const path = ['spec', 'complianceClasses', name];
      if (build.isBroken(...path)) {
        this.classes.complete = false;
        continue;
      }
      const ids = clusters.map((cluster, index) =>
        build.resolve(this.#infrastructure.clusterNames, cluster, [...path, 'clusters', index]),
      );
      this.classes.entries.set(name, { entry: new Set(ids.filter((id) => id !== undefined)), path });
    }
  }

  #add(written: Written, path: Path): void {
    const build = this.#build;
    const { name, at, replicas, owner, complianceClass, updatePeriod, replicateEvery } = written;
    build.declare(this.names, name, this.datasets.length as DatasetId, [...path, 'name']);
    const allowed =
      complianceClass === undefined
        ? undefined
        : build.resolve(this.classes, complianceClass, [...path, 'complianceClass']);
    const places = [
      [at, [...path, 'at']] as const,
      ...replicas.map((replica, index) => [replica, [...path, 'replicas', index]] as const),
    ];
    const copies: VertexId[] = [];
    for (const [place, placePath] of places) {
      const found = this.#placeOf(place, placePath);
      if (found === undefined) continue;
      if (copies.includes(found.vertex)) {
        build.problem(placePath, `a second copy at ${quote(place)}`, { expected: 'one copy at a place' });
      }
      copies.push(found.vertex);
      if (allowed === undefined || allowed.has(found.cluster)) continue;
      const { clusters } = this.#infrastructure;
      build.problem(
        placePath,
        `data of the class ${quote(complianceClass!)} in the cluster ${clusters[found.cluster]!.name}`,
        {
          expected: `a place in ${[...allowed].map((cluster) => clusters[cluster]!.name).join(' or ')}`,
        },
      );
    }
    if (replicateEvery !== undefined && replicas.length === 0) {
      build.warn([...path, 'replicateEvery'], 'without effect: the dataset has no replicas');
    }
    const meanIntervalNs = updatePeriod === undefined ? undefined : parseDuration(updatePeriod);
    this.datasets.push({
      name,
      sizeBytes: parseBytes(written.size),
      copies,
      ...(owner === undefined ? {} : { owner }),
      ...(complianceClass === undefined ? {} : { complianceClass }),
      ...(allowed === undefined ? {} : { allowedClusters: [...allowed] }),
      ...(meanIntervalNs === undefined ? {} : { updates: { process: written.updates, meanIntervalNs } }),
      ...(replicateEvery === undefined ? {} : { replicationIntervalNs: parseDuration(replicateEvery) }),
    });
    this.#demandFewUpdates(written, path);
  }

  #placeOf(name: string, path: Path): { readonly vertex: VertexId; readonly cluster: ClusterId } | undefined {
    const { placeNames, clusters, nodes } = this.#infrastructure;
    const place = this.#build.resolve(placeNames, name, path);
    if (place === undefined) return undefined;
    if (place.kind === 'gateway') return { vertex: clusters[place.index]!.gateway, cluster: place.index as ClusterId };
    this.#infrastructure.demandWired(place.vertex, path, 'data at');
    if (place.kind === 'node') return { vertex: place.vertex, cluster: nodes[place.index]!.cluster };
    this.#build.problem(path, `${quote(name)} is a place that keeps no data`, { expected: 'a node or a cluster' });
    return undefined;
  }

  #demandFewUpdates({ updatePeriod, replicateEvery, replicas }: Written, path: Path): void {
    const build = this.#build;
    if (build.isBroken('spec', 'duration')) return;
    const durationNs = parseDuration(build.scenario.spec.duration);
    for (const [field, written] of [
      ['updatePeriod', updatePeriod],
      ['replicateEvery', replicateEvery],
    ] as const) {
      if (written === undefined) continue;
      const count = (durationNs / parseDuration(written)) * (1 + replicas.length);
      if (count <= MOST_UPDATES) continue;
      build.problem([...path, field], `about ${Math.round(count)} versions and copies of them`, {
        expected: `at most ${MOST_UPDATES}: a longer time`,
      });
    }
  }
}
