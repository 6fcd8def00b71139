import type { Cycle } from './plugin.ts';
import { isScalarResource, type PodRequests, type Resources } from './resources.ts';

export interface ResourceWeight {
  readonly name: string;
  readonly weight: number;
}

/** Reads one resource's account of a node, by slot. */
export type Account = (slot: number) => number;

export const CPU_AND_MEMORY: readonly ResourceWeight[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/**
 * Walks over the resources that a plugin scores by, with what the pod asks and how to read the nodes' accounts.
 * `scored` reads requests with defaults for containers that state none, `declared` those as declared.
 * Source: pkg/scheduler/framework/plugins/noderesources/resource_allocation.go `calculateNodeAllocatableRequest`.
 */
export function allocationScorer(resources: readonly ResourceWeight[] = CPU_AND_MEMORY): {
  forEachResource(
    cycle: Cycle,
    basis: 'scored' | 'declared',
    visit: (weight: number, request: number, allocatable: Account, allocated: Account) => void,
  ): void;
  /** Whether the pod asks for none of the resources. */
  asksNothing(requests: PodRequests): boolean;
} {
  const names = resources.map(({ name }) => name);
  return {
    forEachResource({ pod, cache }, basis, visit) {
      const requests = pod.kind.requests[basis];
      for (const { name, weight } of resources) {
        const request = amountOf(requests, name);
        // A scalar resource that the pod does not ask for does not count.
        if (request === 0 && isScalarResource(name)) continue;
        const { columns } = cache;
        const declared = basis === 'declared';
        switch (name) {
          case 'cpu': {
            const allocated = declared ? columns.requestedCpuMillicores : columns.nonZeroCpuMillicores;
            const allocatable = columns.allocatableCpuMillicores;
            visit(
              weight,
              request,
              (slot) => allocatable[slot]!,
              (slot) => allocated[slot]!,
            );
            break;
          }
          case 'memory': {
            const allocated = declared ? columns.requestedMemoryBytes : columns.nonZeroMemoryBytes;
            const allocatable = columns.allocatableMemoryBytes;
            visit(
              weight,
              request,
              (slot) => allocatable[slot]!,
              (slot) => allocated[slot]!,
            );
            break;
          }
          case 'ephemeral-storage': {
            const { allocatableEphemeralBytes, requestedEphemeralBytes } = columns;
            visit(
              weight,
              request,
              (slot) => allocatableEphemeralBytes[slot]!,
              (slot) => requestedEphemeralBytes[slot]!,
            );
            break;
          }
          default:
            visit(
              weight,
              request,
              (slot) => cache.nodeAt(slot).scalarsAllocatable.get(name) ?? 0,
              (slot) => cache.nodeAt(slot).scalarsRequested.get(name) ?? 0,
            );
        }
      }
    },
    asksNothing: ({ declared }) => names.every((name) => amountOf(declared, name) === 0),
  };
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
