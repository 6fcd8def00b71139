import { type Container, nanoValue, type PodSpec } from '../../model/index.ts';

/** An amount of each resource, in whole numbers as kube-scheduler counts them. */
export interface Resources {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
  /** Extended resources, huge pages and attachable volumes, by name. */
  readonly scalars: ReadonlyMap<string, number>;
}

/** What a pod asks of a node, in the three accounts that kube-scheduler keeps of it. */
export interface PodRequests {
  /** As declared: what the node's filter sees. */
  readonly declared: Resources;
  /** CPU and memory that the pod adds to a node's non-zero account, which scores read. */
  readonly nonZeroCpuMillicores: number;
  readonly nonZeroMemoryBytes: number;
  /** Of its containers, with a default for each that says nothing and without pod-level ones: what the fit score adds. */
  readonly scored: Resources;
}

/** Stand-ins for containers without requests, in scores only. Source: pkg/scheduler/util/pod_resources.go. */
const DEFAULT_CPU_NANOS = 100_000_000n;
const DEFAULT_MEMORY_NANOS = 200n * 1024n * 1024n * 1_000_000_000n;

type ResourceList = Map<string, bigint>;

/**
 * The requests of a pod: containers are summed, an init container counts with the sidecars started before it where
 * that is more, pod-level resources replace the sum, overhead is added, and requests default to limits.
 * Sources: component-helpers resource/helpers.go `PodRequests`; pkg/apis/core/v1/defaults.go `SetDefaults_Pod`;
 * pkg/scheduler/framework/types.go `CalculateResource`; plugins/noderesources/fit.go
 * `nodeResourceStrategyTypeMap`.
 * @throws {RangeError} if a quantity cannot be read
 */
export function podRequests(spec: PodSpec): PodRequests {
  const podLevel = podLevelRequests(spec);
  const declared = sumRequests(spec, podLevel, undefined);
  const everyDefault: ResourceList = new Map([
    ['cpu', DEFAULT_CPU_NANOS],
    ['memory', DEFAULT_MEMORY_NANOS],
  ]);
  // the scorers of NodeResourcesFit are made without the setting that has them read pod-level resources
  const scored = sumRequests(spec, new Map(), everyDefault);
  let account = scored;
  if (podLevel.size > 0) {
    const missing: ResourceList = new Map();
    for (const [name, nanos] of everyDefault) if (!declared.has(name)) missing.set(name, nanos);
    account = missing.size > 0 ? sumRequests(spec, podLevel, missing) : declared;
  }
  return {
    declared: toResources(declared),
    nonZeroCpuMillicores: thousandths(account.get('cpu') ?? 0n),
    nonZeroMemoryBytes: wholeUnits(account.get('memory') ?? 0n),
    scored: toResources(scored),
  };
}

/**
 * A resource list in kube-scheduler's units; names that it does not schedule by are left out.
 * Source: pkg/scheduler/framework/types.go `Resource.Add`.
 */
export function readResources(list: Readonly<Record<string, string | number>>): Resources {
  return toResources(readList(list));
}

/** Source: pkg/scheduler/util/utils.go `IsScalarResourceName`. */
export function isScalarResource(name: string): boolean {
  if (name.startsWith('hugepages-') || name.startsWith('attachable-volumes-')) return true;
  return name.includes('/') && !name.startsWith('requests.');
}

function sumRequests(
  spec: PodSpec,
  podLevel: ReadonlyMap<string, bigint>,
  defaults: ReadonlyMap<string, bigint> | undefined,
): ResourceList {
  const sum = sumContainers(spec, defaults);
  for (const [name, nanos] of podLevel) sum.set(name, nanos);
  if (spec.overhead !== undefined) add(sum, readList(spec.overhead));
  return sum;
}

function sumContainers(spec: PodSpec, defaults: ReadonlyMap<string, bigint> | undefined): ResourceList {
  const sum: ResourceList = new Map();
  for (const container of spec.containers) add(sum, containerRequests(container, defaults));
  const sidecars: ResourceList = new Map();
  const starting: ResourceList = new Map();
  for (const container of spec.initContainers ?? []) {
    const requests = containerRequests(container, defaults);
    if (container.restartPolicy === 'Always') {
      add(sum, requests);
      add(sidecars, requests);
      raise(starting, sidecars);
    } else {
      add(requests, sidecars);
      raise(starting, requests);
    }
  }
  raise(sum, starting);
  return sum;
}

function containerRequests(container: Container, defaults: ReadonlyMap<string, bigint> | undefined): ResourceList {
  const requests = readList({ ...container.resources?.limits, ...container.resources?.requests });
  for (const [name, nanos] of defaults ?? []) if (!requests.has(name)) requests.set(name, nanos);
  return requests;
}

function podLevelRequests(spec: PodSpec): ResourceList {
  const requests = readList(spec.resources?.requests ?? {});
  const limits = readList(spec.resources?.limits ?? {});
  if (limits.size > 0) {
    for (const [name, nanos] of sumContainers(spec, undefined)) {
      if (!requests.has(name) && (name === 'cpu' || name === 'memory')) requests.set(name, nanos);
    }
    for (const [name, nanos] of limits) if (!requests.has(name)) requests.set(name, nanos);
  }
  for (const name of requests.keys()) {
    if (name !== 'cpu' && name !== 'memory' && !name.startsWith('hugepages-')) requests.delete(name);
  }
  return requests;
}

function readList(list: Readonly<Record<string, string | number>>): ResourceList {
  return new Map(Object.entries(list).map(([name, quantity]) => [name, nanoValue(quantity)]));
}

function add(to: ResourceList, more: ReadonlyMap<string, bigint>): void {
  for (const [name, nanos] of more) to.set(name, (to.get(name) ?? 0n) + nanos);
}

function raise(to: ResourceList, floor: ReadonlyMap<string, bigint>): void {
  for (const [name, nanos] of floor) {
    const present = to.get(name);
    if (present === undefined || nanos > present) to.set(name, nanos);
  }
}

function toResources(list: ReadonlyMap<string, bigint>): Resources {
  const scalars = new Map<string, number>();
  for (const [name, nanos] of list) if (isScalarResource(name)) scalars.set(name, wholeUnits(nanos));
  return {
    cpuMillicores: thousandths(list.get('cpu') ?? 0n),
    memoryBytes: wholeUnits(list.get('memory') ?? 0n),
    ephemeralStorageBytes: wholeUnits(list.get('ephemeral-storage') ?? 0n),
    scalars,
  };
}

/** `Quantity.MilliValue`, for amounts that are never negative. */
function thousandths(nanos: bigint): number {
  return Number((nanos + 999_999n) / 1_000_000n);
}

/** `Quantity.Value`, for amounts that are never negative. */
function wholeUnits(nanos: bigint): number {
  return Number((nanos + 999_999_999n) / 1_000_000_000n);
}
