import { fromSeconds, type Kernel } from '../../kernel/index.ts';
import type { Pod } from '../../kubernetes/index.ts';
import type { AppId, PodId, World } from '../../model/index.ts';

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
}

/** What ACM reads. */
export interface AcmSources {
  /** All pods of the run. */
  pods(): readonly Pod[];
  /** Integral of the millicores that a running pod used. */
  podUsedMillicoreNs(pod: PodId): number;
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
    this.#noted({ app, phase, status, pods: pods.length, ready, averageCpuCores: this.#averageCpu(app, pods) });
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
    const average = before === undefined ? cores : NEWEST_WEIGHT * cores + (1 - NEWEST_WEIGHT) * before.cores;
    this.#averages.set(app, { cores: average, readNs: now });
    return average;
  }
}
