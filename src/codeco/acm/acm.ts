import { fromSeconds, type Kernel } from '../../kernel/index.ts';
import type { Pod } from '../../kubernetes/index.ts';
import type { AppId, NodeId, PodId, World } from '../../model/index.ts';
import type { NodeMetrics } from '../pdlc/index.ts';

/** Between the copy of a CodecoApp and the look at what SWM made of it. Source: ACM's controller, 8 s. */
const READ_BACK_NS = fromSeconds(8);
/** From the end of a reconciliation to the next. Source: ACM's controller, `RequeueAfter: time.Minute`. */
const REQUEUE_NS = fromSeconds(60);
/** Weight of the newest value in averages. Own design: CODECO names exponential moving averages, and no factor. */
const NEWEST_WEIGHT = 0.5;

/** What ACM writes into the status of a CodecoApp. */
export interface AppStatus {
  readonly app: AppId;
  /** SWM's phases of an application, as far as pods tell them. */
  readonly phase: 'Waiting' | 'Scheduling' | 'Pending' | 'Running';
  readonly status: 'OK' | 'Warning' | 'Error';
  readonly pods: number;
  readonly ready: number;
  /** Exponential moving average of the CPU in use, cores. */
  readonly averageCpuCores: number;
  /** Of the memory that its ready pods use; undefined while none says how much it uses. */
  readonly averageMemoryBytes: number | undefined;
  /** By node. */
  readonly nodes: readonly NodeStatus[];
}

/** What the status says of a node: exponential moving averages over the readings for this application. */
export interface NodeStatus {
  readonly averageCpuShare: number;
  /** Of the memory that pods use which say how much. */
  readonly averageMemoryBytes: number;
  /** Failures that were noticed so far. */
  readonly averageFailures: number;
  /** Energy of the active processes between two scrapes, J. */
  readonly averageEnergyJ: number;
}

/** What ACM reads. */
export interface AcmSources {
  /** All pods of the run. */
  pods(): readonly Pod[];
  /** Integral of the millicores that a running pod used. */
  podUsedMillicoreNs(pod: PodId): number;
  /** What a pod that serves uses; undefined where the scenario does not say. */
  podMemoryBytes(pod: Pod): number | undefined;
  /** By node: metrics as scraped last. */
  nodeMetrics(): readonly NodeMetrics[];
}

/**
 * ACM's reconciliation of CodecoApps: 8 s after each begins it reads what has become of the application, writes its status,
 * and begins anew 60 s later, so that a status is written every 68 s. A change of the application begins one at once. The
 * copy of the fields itself is the reading of the scenario. Phase and status are own design: Waiting without pods, Scheduling
 * while one has no node (a Warning), Pending while one is not ready (an Error where none is), else Running.
 */
export class Acm {
  readonly #kernel: Kernel;
  readonly #sources: AcmSources;
  readonly #noted: (status: AppStatus) => void;
  readonly #averages = new Map<AppId, { cores: number; readNs: number }>();
  readonly #memoryAverages = new Map<AppId, number>();
  readonly #nodeAverages = new Map<AppId, readonly NodeStatus[]>();
  readonly #usedBefore = new Map<PodId, number>();
  /** By application: which of its reconciliations is the last that was begun. */
  readonly #round: Int32Array;

  constructor(kernel: Kernel, world: Pick<World, 'apps'>, sources: AcmSources, noted: (status: AppStatus) => void) {
    this.#kernel = kernel;
    this.#sources = sources;
    this.#noted = noted;
    this.#round = new Int32Array(world.apps.length);
    const readBack = kernel.on('acm.read-back', (app, round) => {
      if (this.#round[app] !== round) return;
      this.#read(app as AppId);
      kernel.after(REQUEUE_NS, reconcile, app, round);
    });
    const reconcile = kernel.on('acm.reconcile', (app, round) => {
      // one that a change has overtaken is no longer due
      if (round >= 0 && this.#round[app] !== round) return;
      kernel.after(READ_BACK_NS, readBack, app, ++this.#round[app]!);
    });
    for (const [app, { source, createdAtNs, changes = [] }] of world.apps.entries()) {
      if (source.kind !== 'CodecoApp') continue;
      kernel.at(createdAtNs, reconcile, app, -1);
      for (const { atNs } of changes) kernel.at(atNs, reconcile, app, -1);
    }
  }

  #read(app: AppId): void {
    const pods = this.#sources.pods().filter((pod) => pod.app === app && pod.phase !== 'gone');
    const ready = pods.filter(({ phase }) => phase === 'ready').length;
    const isWaiting = pods.some(({ phase }) => phase === 'pending');
    const phase =
      pods.length === 0 ? 'Waiting' : isWaiting ? 'Scheduling' : ready < pods.length ? 'Pending' : 'Running';
    const status = phase === 'Running' || pods.length === 0 ? 'OK' : ready === 0 ? 'Error' : 'Warning';
    this.#noted({
      app,
      phase,
      status,
      pods: pods.length,
      ready,
      averageCpuCores: this.#averageCpu(app, pods),
      averageMemoryBytes: this.#averageMemory(app, pods),
      nodes: this.#averageNodes(app),
    });
  }

  #averageCpu(app: AppId, pods: readonly Pod[]): number {
    const { now } = this.#kernel;
    let usedMillicoreNs = 0;
    for (const { id, readyOnNode } of pods) {
      if (!readyOnNode) continue;
      const used = this.#sources.podUsedMillicoreNs(id);
      // the counter of a pod that was started anew began anew
      const before = this.#usedBefore.get(id) ?? 0;
      usedMillicoreNs += used >= before ? used - before : used;
      this.#usedBefore.set(id, used);
    }
    const before = this.#averages.get(app);
    const sinceNs = now - (before?.readNs ?? now - READ_BACK_NS);
    const cores = sinceNs === 0 ? 0 : usedMillicoreNs / 1000 / sinceNs;
    const average = averaged(cores, before?.cores);
    this.#averages.set(app, { cores: average, readNs: now });
    return average;
  }

  #averageMemory(app: AppId, pods: readonly Pod[]): number | undefined {
    const used = pods.flatMap((pod) => (pod.readyOnNode ? [this.#sources.podMemoryBytes(pod)] : []));
    const known = used.filter((bytes) => bytes !== undefined);
    const before = this.#memoryAverages.get(app);
    if (known.length === 0 && before === undefined) return undefined;
    const average = averaged(
      known.reduce((sum, bytes) => sum + bytes, 0),
      before,
    );
    this.#memoryAverages.set(app, average);
    return average;
  }

  #averageNodes(app: AppId): readonly NodeStatus[] {
    const metrics = this.#sources.nodeMetrics();
    const memoryBytes = new Float64Array(metrics.length);
    for (const pod of this.#sources.pods()) {
      if (pod.readyOnNode && pod.phase !== 'gone') memoryBytes[pod.node!]! += this.#sources.podMemoryBytes(pod) ?? 0;
    }
    const before = this.#nodeAverages.get(app);
    const average = metrics.map(({ cpuShare, failures, activeEnergyJ }, id) => {
      const node = before?.[id as NodeId];
      return {
        averageCpuShare: averaged(cpuShare, node?.averageCpuShare),
        averageMemoryBytes: averaged(memoryBytes[id]!, node?.averageMemoryBytes),
        averageFailures: averaged(failures, node?.averageFailures),
        averageEnergyJ: averaged(activeEnergyJ, node?.averageEnergyJ),
      };
    });
    this.#nodeAverages.set(app, average);
    return average;
  }
}

/** The exponential moving average after another value; the value itself where it is the first. */
const averaged = (newest: number, before: number | undefined): number =>
  before === undefined ? newest : NEWEST_WEIGHT * newest + (1 - NEWEST_WEIGHT) * before;
