import type { Cluster } from '../kubernetes-client/index.ts';
import type { NodeId, World } from '../model/index.ts';
import type { ReplayFacts, RunHeader } from '../results/index.ts';
import type { ReplayStep } from './replay-step.ts';

/** A cluster that a scenario is replayed on. */
export interface ReplayedCluster {
  /** As the plan calls it. */
  readonly name: string;
  readonly connection: Cluster;
  /** By name of the Kubernetes node: the simulated nodes that it stands for. */
  readonly nodes: ReadonlyMap<string, readonly NodeId[]>;
}

/** Time of the scenario, as it goes by in a replay: 0 at its start, `speedUp` times as fast as the wall's. */
export interface ReplayClock {
  readonly speedUp: number;
  /** Nanoseconds since the start of the scenario; negative before, as a replay begins some seconds after its observer. */
  nowNs(): number;
  /** The same for a moment of the wall clock, such as a cluster's time stamps, in milliseconds since 1970. */
  atNs(wallMs: number): number;
}

/** What an observer is told before a replay begins. */
export interface ObservedReplay {
  readonly world: World;
  /** The resolved scenario, for the results. */
  readonly scenario: unknown;
  readonly header: RunHeader;
  readonly clusters: readonly ReplayedCluster[];
  readonly clock: ReplayClock;
  /** Results folder that it writes its tables to; it makes it ready. */
  readonly folder: string;
  /** Write into a folder that holds other things. */
  readonly force: boolean;
}

/** A step of a replay once it is done. Times are of the scenario, nanoseconds since its start. */
export interface CarriedStep {
  readonly does: ReplayStep['does'];
  /** In words. */
  readonly what: string;
  readonly cluster: string;
  readonly plannedNs: number;
  readonly begunNs: number;
  readonly endedNs: number;
  /** Namespace and name of the pod, and Kubernetes node, of a binding. */
  readonly pod?: string;
  readonly node?: string;
  /** Why it could not be done. */
  readonly failure?: string;
}

/** Records what becomes of a cluster while a scenario is replayed on it, as the tables of a results folder. */
export interface ClusterObserver {
  /** Begins to watch; done once it has seen what is there. */
  start(): Promise<void>;
  /** Tells of a step that has been carried out. */
  note(step: CarriedStep): void;
  /** Ends the watch, before what the replay made is taken away: that is no part of what became of it. */
  end(): Promise<void>;
  /** Writes the results, with what the replay tells of itself; also where it was interrupted or has failed. */
  write(facts: ReplayFacts, steps: readonly CarriedStep[]): Promise<void>;
}
