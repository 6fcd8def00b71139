import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../kubernetes-client/index.ts';
import type { World } from '../../model/index.ts';
import { Recorder, type ReplayFacts, type RunHeader } from '../../results/index.ts';
import type { CarriedStep, ClusterObserver, ObservedReplay, ReplayClock } from '../observer.ts';
import { ClusterRecord, type Naming } from './cluster-record.ts';
import { namesOfReplay } from './naming.ts';
import { readUsage } from './usage.ts';
import { watchCluster } from './watch.ts';

/** The shortest time between two samples: the metrics of a cluster are no newer than that. Own design. */
const SHORTEST_SAMPLE_MS = 1000;
/** Steps of a replay that take a node away from its pods, and that bring it back. */
const BEGINS: readonly string[] = ['stop', 'taint'];
const ENDS: readonly string[] = ['start', 'return'];

/** What is observed, and where it is written to. */
export interface Observed {
  readonly world: World;
  /** The resolved scenario, for the results. */
  readonly scenario: unknown;
  readonly header: RunHeader;
  readonly connections: readonly Cluster[];
  readonly naming: Naming;
  readonly clock: ReplayClock;
  readonly folder: string;
  readonly force: boolean;
}

/** Records a replay of a scenario: its tables have the scenario's names and times. */
export function observeReplay(replay: ObservedReplay): Observation {
  const connections = replay.clusters.map(({ connection }) => connection);
  return new Observation({ ...replay, connections, naming: namesOfReplay(replay.world, replay.clusters) });
}

/** Watches clusters, samples them, and writes what it saw as the tables of a run. */
export class Observation implements ClusterObserver {
  readonly #observed: Observed;
  readonly #recorder: Recorder;
  readonly #record: ClusterRecord;
  readonly #ended = new AbortController();
  readonly #broken = new AbortController();
  readonly #work: Promise<void>[] = [];
  readonly #metered: Set<Cluster>;
  #failure: Error | undefined;
  #endNs: number | undefined;

  /** @throws {ResultsError} if the folder cannot be used */
  constructor(observed: Observed) {
    const { folder, header, force, naming, clock } = observed;
    this.#observed = observed;
    this.#metered = new Set(observed.connections);
    this.#recorder = new Recorder(folder, { ...header, source: 'cluster' }, { force });
    this.#record = new ClusterRecord(this.#recorder, naming, (wallMs) => clock.atNs(wallMs));
  }

  /** Given where a watch broke off. */
  get brokenOff(): AbortSignal {
    return this.#broken.signal;
  }

  /** @throws {ClusterError} if a cluster cannot be watched */
  async start(): Promise<void> {
    const { connections, clock } = this.#observed;
    const nowNs = (): number => clock.nowNs();
    const begun = connections.map(
      (connection) =>
        new Promise<void>((listed, failed) => {
          const watching = watchCluster(connection, this.#record, nowNs, listed, this.#ended.signal);
          this.#work.push(
            watching.catch((error: unknown) => {
              this.#failure ??= error as Error;
              this.#broken.abort();
              failed(error as Error);
            }),
          );
        }),
    );
    await Promise.all(begun);
    this.#work.push(this.#sample());
  }

  note({ does, node, endedNs, failure }: CarriedStep): void {
    if (failure !== undefined || node === undefined) return;
    if (BEGINS.includes(does)) this.#record.faultNoted(node, 'begin', endedNs);
    else if (ENDS.includes(does)) this.#record.faultNoted(node, 'end', endedNs);
  }

  async end(): Promise<void> {
    if (this.#endNs !== undefined) return;
    const used = await this.#usage();
    this.#endNs = Math.max(1, this.#observed.clock.nowNs());
    this.#ended.abort();
    await Promise.all(this.#work);
    this.#record.sample(this.#endNs, used);
  }

  /** @throws {ClusterError} once what was seen is written, if a watch broke off on the way */
  async write(facts?: ReplayFacts, steps: readonly CarriedStep[] = []): Promise<void> {
    await this.end();
    const { world, scenario } = this.#observed;
    const replay = facts === undefined ? {} : { replay: { facts, steps } };
    const found = this.#record.finish(this.#endNs!, world.warmupNs);
    this.#recorder.close({ ...found, scenario: { scenario, world }, ...replay });
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #sample(): Promise<void> {
    const { clock, world } = this.#observed;
    const { signal } = this.#ended;
    const waitMs = Math.max(SHORTEST_SAMPLE_MS, world.recording.sampleIntervalNs / 1e6 / clock.speedUp);
    while (!signal.aborted) {
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      const used = signal.aborted ? undefined : await this.#usage();
      if (!signal.aborted) this.#record.sample(clock.nowNs(), used);
    }
  }

  /** CPU in use by node, millicores, of the clusters that tell it: those that do not are not asked again. */
  async #usage(): Promise<Map<string, number>> {
    const used = new Map<string, number>();
    for (const connection of this.#metered) {
      const usage = await readUsage(connection);
      if (usage === undefined) this.#metered.delete(connection);
      for (const [node, millicores] of usage ?? []) used.set(node, millicores);
    }
    return used;
  }
}
