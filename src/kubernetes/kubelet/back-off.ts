const INITIAL_NS = 10e9;
const MOST_NS = 300e9;

/**
 * The kubelet's back-off, of image pulls and of containers that exit: 10 s, doubled each time, at most 300 s, and from the
 * start again after twice the longest without a failure (10 minutes). A pod worker looks again when the time is over.
 * Source: Kubernetes, pkg/kubelet/kubelet.go (`imageBackOff`, `MaxCrashLoopBackOff`), client-go's util/flowcontrol/backoff.go
 * and pkg/kubelet/pod_workers.go (`MinBackoffExpiration`).
 */
export class BackOff {
  #delayNs = 0;
  #updatedNs = -Infinity;

  /** When there may be another attempt after a failure of that time, ns. */
  untilNs(failedNs: number): number {
    return this.#isOver(failedNs) ? failedNs : failedNs + this.#delayNs;
  }

  /** Another attempt begins now after a failure of that time, or has failed now: the next wait is longer. */
  next(failedNs: number, nowNs: number): void {
    this.#delayNs = this.#isOver(failedNs) ? INITIAL_NS : Math.min(this.#delayNs * 2, MOST_NS);
    this.#updatedNs = nowNs;
  }

  #isOver(failedNs: number): boolean {
    return this.#delayNs === 0 || failedNs - this.#updatedNs > 2 * MOST_NS;
  }
}
