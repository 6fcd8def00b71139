import type { Cycle } from './plugin.ts';
import { isScalarResource, type PodRequests, type Resources } from './resources.ts';
import type { SchedulerCache } from './scheduler-cache.ts';

export interface ResourceWeight {
  readonly name: string;
  readonly weight: number;
}

/** One resource in a decision: what the pod asks, and the nodes' accounts of it by slot. */
export interface ResourceAccount {
  readonly weight: number;
  readonly request: number;
  readonly allocatable: Float64Array;
  readonly allocated: Float64Array;
}

const CPU_AND_MEMORY: readonly ResourceWeight[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/**
 * The accounts of the resources that a plugin scores by. `scored` reads requests with defaults for containers that
 * state none, `declared` those as declared. A scalar resource that the pod does not ask for does not count.
 * Source: pkg/scheduler/framework/plugins/noderesources/resource_allocation.go `calculateNodeAllocatableRequest`.
 */
export function resourceAccounts(
  { pod, cache }: Cycle,
  basis: 'scored' | 'declared',
  resources: readonly ResourceWeight[] = CPU_AND_MEMORY,
): ResourceAccount[] {
  const { columns } = cache;
  const declared = basis === 'declared';
  const accounts: ResourceAccount[] = [];
  for (const { name, weight } of resources) {
    const request = amountOf(pod.kind.requests[basis], name);
    if (request === 0 && isScalarResource(name)) continue;
    switch (name) {
      case 'cpu': {
        const allocated = declared ? columns.requestedCpuMillicores : columns.nonZeroCpuMillicores;
        accounts.push({ weight, request, allocatable: columns.allocatableCpuMillicores, allocated });
        break;
      }
      case 'memory': {
        const allocated = declared ? columns.requestedMemoryBytes : columns.nonZeroMemoryBytes;
        accounts.push({ weight, request, allocatable: columns.allocatableMemoryBytes, allocated });
        break;
      }
      case 'ephemeral-storage': {
        const allocated = columns.requestedEphemeralBytes;
        accounts.push({ weight, request, allocatable: columns.allocatableEphemeralBytes, allocated });
        break;
      }
      default:
        accounts.push({ weight, request, ...scalarColumns(cache, name) });
    }
  }
  return accounts;
}

/** Whether a pod asks for none of the resources. */
export function asksNothing({ declared }: PodRequests, resources: readonly ResourceWeight[] = CPU_AND_MEMORY): boolean {
  return resources.every(({ name }) => amountOf(declared, name) === 0);
}

function scalarColumns(cache: SchedulerCache, name: string): Pick<ResourceAccount, 'allocatable' | 'allocated'> {
  const allocatable = new Float64Array(cache.slotCount);
  const allocated = new Float64Array(cache.slotCount);
  for (const node of cache.nodes) {
    allocatable[node.slot] = node.scalarsAllocatable.get(name) ?? 0;
    allocated[node.slot] = node.scalarsRequested.get(name) ?? 0;
  }
  return { allocatable, allocated };
}

function amountOf(resources: Resources, name: string): number {
  switch (name) {
    case 'cpu':
      return resources.cpuMillicores;
    case 'memory':
      return resources.memoryBytes;
    case 'ephemeral-storage':
      return resources.ephemeralStorageBytes;
    default:
      return resources.scalars.get(name) ?? 0;
  }
}
