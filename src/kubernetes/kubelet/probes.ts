import type { EventId, HandlerId, Kernel } from '../../kernel/index.ts';
import type { ProbePlan } from './pod-plan.ts';
import { Slots } from './slots.ts';
import { afterOrNever } from './timers.ts';

/** What one probe of one container does while the container runs. */
interface ActiveProbe {
  readonly plan: ProbePlan;
  readonly answers: (timeoutNs: number) => boolean;
  readonly changed: (healthy: boolean) => void;
  /** Of the last outcome, how many in a row. */
  wasHealthy: boolean;
  inARow: number;
  event: EventId;
}

/** A probe that was begun, to end it by. */
export type ProbeId = number;

/**
 * Probes of containers: the first `initialDelaySeconds` after the container has started, then one each `periodSeconds`.
 * What `successThreshold` successes or `failureThreshold` failures in a row say is told, each time again.
 * Source: Kubernetes, Configure Liveness, Readiness and Startup Probes, and pkg/kubelet/prober/worker.go. Own design: the
 * outcome is known at the instant of the probe, and the phase of the instants is the start of the container.
 *
 * Each probe is an event: there are some only where a scenario states probes, and next to requests they are few.
 */
export class Probes {
  readonly #kernel: Kernel;
  readonly #active = new Slots<ActiveProbe>();
  readonly #probe: HandlerId;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#probe = kernel.on('kubelet.probe', (id) => this.#look(id));
  }

  /**
   * @param delayNs from now to the first probe
   * @param answers whether the container answers within so long
   * @param changed told that a threshold is reached; it may end the probe
   */
  begin(
    plan: ProbePlan,
    delayNs: number,
    answers: (timeoutNs: number) => boolean,
    changed: (healthy: boolean) => void,
  ): ProbeId {
    const probe = { plan, answers, changed, wasHealthy: false, inARow: 0, event: 0 as EventId };
    const id = this.#active.take(probe);
    probe.event = afterOrNever(this.#kernel, delayNs, this.#probe, id);
    return id;
  }

  end(id: ProbeId): void {
    this.#kernel.cancel(this.#active.get(id).event);
    this.#active.release(id);
  }

  #look(id: ProbeId): void {
    const probe = this.#active.get(id);
    const { plan } = probe;
    probe.event = afterOrNever(this.#kernel, plan.periodNs, this.#probe, id);
    const isHealthy = probe.answers(plan.timeoutNs);
    probe.inARow = isHealthy === probe.wasHealthy ? probe.inARow + 1 : 1;
    probe.wasHealthy = isHealthy;
    if (probe.inARow >= (isHealthy ? plan.successThreshold : plan.failureThreshold)) probe.changed(isHealthy);
  }
}
