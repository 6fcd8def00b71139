import type { Nanoseconds } from '../kernel/index.ts';
import type { PolicyModeName, SecurityClassName } from './choices.ts';
import type { AppId, ClusterId, ServiceId } from './ids.ts';

/** What applications have to keep to, in the course of its versions. Own design: CODECO's sources name policies, but no form of them. */
export interface Policy {
  readonly name: string;
  readonly apps: readonly AppId[];
  /** By the time at which they are published; each holds in place of the one before. The number of a version is its place, from 1. */
  readonly versions: readonly PolicyVersion[];
}

export interface PolicyVersion {
  /** When the hub publishes it; one of time 0 is everywhere from the start. */
  readonly atNs: Nanoseconds;
  readonly mode: PolicyModeName;
  /** A version without rules withdraws the policy. */
  readonly rules: PolicyRules;
}

/** What a version demands; each that is there has to hold. */
export interface PolicyRules {
  /** Providers whose clusters may run the applications. */
  readonly providers?: readonly string[];
  /** The least that nodes have to guarantee. */
  readonly security?: SecurityClassName;
  /** Where the services that use certain data may run. */
  readonly residency?: { readonly services: readonly ServiceId[]; readonly clusters: readonly ClusterId[] };
  /** Most that an hour of a core may cost, in the scenario's currency. */
  readonly pricePerCoreHour?: number;
  /** Most CO2 equivalent of the energy from the mains where nodes are, g/kWh. */
  readonly carbonGPerKwh?: number;
  /** Most energy above idle, and most CO2 equivalent, that each application may cause on nodes in a window. */
  readonly energyBudget?: { readonly energyJ: number; readonly windowNs: Nanoseconds };
  readonly carbonBudget?: { readonly carbonG: number; readonly windowNs: Nanoseconds };
  /** Largest share of the energy of all nodes that each application may cause. */
  readonly energyShare?: number;
  /** Least share of what is asked of nodes for an application that a node has to keep to: see MDM's compliance. */
  readonly compliance?: number;
  /** Share of a service's pods that may be lost at once: see `spareReplicas`. */
  readonly failureTolerance?: number;
}

/**
 * How many replicas a service needs so that as many are left as it is to have when a share of them is lost.
 * Own design: CODECO names the tolerance, and says nothing of what it means.
 */
export function spareReplicas(replicas: number, tolerance: number): number {
  return tolerance === 0 ? replicas : Math.max(replicas + 1, Math.ceil(replicas / (1 - tolerance)));
}

/** How many of so many pods one node may carry, so that its loss takes no more than the tolerated share; at least one. Own design. */
export function mostOnOneNode(pods: number, tolerance: number): number {
  return tolerance === 0 ? Infinity : Math.max(1, Math.floor(pods * tolerance));
}
