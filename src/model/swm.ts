import type { Nanoseconds } from '../kernel/index.ts';
import type { CriterionName, MigrationStrategyName, MigrationTriggerName, SwmSolverName } from './choices.ts';
import type { AppId } from './ids.ts';
import type { BitsPerSecond, Bytes } from './units.ts';

/** How CODECO's scheduler places the pods of an application together. */
export interface SwmSettings {
  /** What counts how much, by criterion; the criteria that are not named count nothing. */
  readonly profile: Readonly<Partial<Record<CriterionName, number>>>;
  /** The profiles of applications whose CodecoApps ask for one of their own. */
  readonly profiles?: ReadonlyMap<AppId, SwmSettings['profile']>;
  readonly solver: SwmSolverName;
  /** What the solver may spend on one attempt: iterations (scalable), branch-and-bound nodes (exact). */
  readonly budget: number;
  /** Attempts to place a group before it fails. */
  readonly maxAttempts: number;
  /** When pods that run are moved, and how; they stay where they are where absent. */
  readonly migration?: MigrationSettings;
}

/** When SWM moves pods that run, and how. Triggers, thresholds and times are own design: CODECO's sources state none. */
export interface MigrationSettings {
  readonly triggers: ReadonlySet<MigrationTriggerName>;
  readonly strategy: MigrationStrategyName;
  /** Time between two reviews of the placement. */
  readonly intervalNs: Nanoseconds;
  /** Share of what an application costs where it is that a new placement has to save. */
  readonly margin: number;
  /** What moving one pod costs, in the unit of the objective. */
  readonly moveCost: number;
  /** Reviews in a row that have to find a better cost. */
  readonly confirmations: number;
  /** How long a pod that was moved stays, and how long no pod of an application moves after one of it has. */
  readonly podCooldownNs: Nanoseconds;
  readonly groupCooldownNs: Nanoseconds;
  /** Of a live migration: how long the last round may take for the pod to be stopped for it, and rounds at most. */
  readonly maxDowntimeNs: Nanoseconds;
  readonly maxRounds: number;
}

/** What a pod keeps in memory or on its disk that a migration has to take along. */
export interface ServiceState {
  readonly bytes: Bytes;
  /** How fast it changes while the pod serves. */
  readonly dirtyBps: BitsPerSecond;
}
