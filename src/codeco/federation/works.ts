import type { AppId, ClusterId, World } from '../../model/index.ts';
import type { Duplicates } from './duplicates.ts';
import type { ClusterAgents } from './knowledge.ts';
import type { Noted } from './notes.ts';

/** Bytes of a work. Own design. */
export const WORK_BYTES = 4096;

/** What the clusters' agents have been told to run, as it has arrived. */
export class Works {
  readonly #agents: Pick<ClusterAgents, 'give' | 'take'>;
  readonly #duplicates: Duplicates;
  readonly #note: Noted;
  /** By cluster, by application: the newest work that it has. */
  readonly #versions: readonly Int32Array[];
  readonly #runs: readonly Set<AppId>[];

  constructor(
    { clusters, apps }: World,
    agents: Pick<ClusterAgents, 'give' | 'take'>,
    duplicates: Duplicates,
    note: Noted,
  ) {
    this.#agents = agents;
    this.#duplicates = duplicates;
    this.#note = note;
    this.#versions = clusters.map(() => new Int32Array(apps.length));
    this.#runs = clusters.map(() => new Set());
  }

  /** A work has arrived; an older one than the newest counts nothing. */
  apply(decider: ClusterId, cluster: ClusterId, app: AppId, isToRun: boolean, version: number): void {
    if (version < this.#versions[cluster]![app]!) return;
    this.#versions[cluster]![app] = version;
    if (!isToRun) return this.#drop(cluster, decider, app);
    this.#note('work-applied', 'agent', { cluster, peer: decider, app, version, bytes: WORK_BYTES });
    this.#runs[cluster]!.add(app);
    this.#agents.give(cluster, app);
    this.#count(app, cluster);
  }

  /** A cluster runs nothing any more. */
  dropAll(cluster: ClusterId, decider: ClusterId): void {
    for (const app of this.#runs[cluster]!) this.#drop(cluster, decider, app);
  }

  /** What a cluster runs, and by which work. */
  runBy(cluster: ClusterId): { readonly app: AppId; readonly version: number }[] {
    return Array.from(this.#runs[cluster]!, (app) => ({ app, version: this.#versions[cluster]![app]! }));
  }

  #drop(cluster: ClusterId, decider: ClusterId, app: AppId): void {
    const version = this.#versions[cluster]![app]!;
    this.#note('work-removed', 'agent', { cluster, peer: decider, app, version, bytes: WORK_BYTES });
    this.#runs[cluster]!.delete(app);
    this.#agents.take(cluster, app);
    this.#count(app, cluster);
  }

  #count(app: AppId, cluster: ClusterId): void {
    const copies = this.#runs.reduce((count, runs) => count + (runs.has(app) ? 1 : 0), 0);
    this.#duplicates.counted(app, copies, cluster);
  }
}
