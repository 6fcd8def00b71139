import type { ScalingPolicy, ScalingRules } from '../../model/index.ts';

/** A change of the number of pods, and when it was made. */
interface ScalingEvent {
  readonly timeNs: number;
  readonly pods: number;
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/**
 * Holds a HorizontalPodAutoscaler back as its behaviour says: by the least and the most that were recommended in the
 * stabilisation windows, by how much policies allow to change in their periods, and by its bounds.
 * Source: Kubernetes, Horizontal Pod Autoscaling, "Configurable scaling behavior"; pkg/controller/podautoscaler/horizontal.go
 * (normalizeDesiredReplicasWithBehaviors).
 */
export class ScalingBehaviour {
  readonly #up: ScalingRules;
  readonly #down: ScalingRules;
  #recommendations: { readonly timeNs: number; readonly replicas: number }[] = [];
  #begun = false;
  #ups: ScalingEvent[] = [];
  #downs: ScalingEvent[] = [];

  constructor(up: ScalingRules, down: ScalingRules) {
    this.#up = up;
    this.#down = down;
  }

  /** What becomes of a recommendation now. It is remembered as it was. */
  limit(current: number, recommended: number, bounds: Bounds, nowNs: number): number {
    const desired = this.#stabilise(current, recommended, nowNs);
    if (desired > current) {
      const allowed = Math.max(current, this.#mostUp(current, nowNs));
      return Math.min(desired, allowed, bounds.max);
    }
    if (desired < current) {
      const allowed = Math.min(current, this.#leastDown(current, nowNs));
      return Math.max(desired, allowed, bounds.min);
    }
    return Math.min(Math.max(desired, bounds.min), bounds.max);
  }

  /** The number of pods was changed now. */
  scaled(from: number, to: number, nowNs: number): void {
    if (to > from) this.#ups.push({ timeNs: nowNs, pods: to - from });
    else this.#downs.push({ timeNs: nowNs, pods: from - to });
    const longestNs = Math.max(0, ...[...this.#up.policies, ...this.#down.policies].map(({ periodNs }) => periodNs));
    this.#ups = this.#ups.filter(({ timeNs }) => timeNs > nowNs - longestNs);
    this.#downs = this.#downs.filter(({ timeNs }) => timeNs > nowNs - longestNs);
  }

  #stabilise(current: number, recommended: number, nowNs: number): number {
    // what it begins with counts as recommended, so that it is not left at once
    if (!this.#begun) this.#recommendations.push({ timeNs: nowNs, replicas: current });
    this.#begun = true;
    let least = recommended;
    let most = recommended;
    const longestNs = Math.max(this.#up.stabilizationNs, this.#down.stabilizationNs);
    this.#recommendations = this.#recommendations.filter(({ timeNs }) => timeNs > nowNs - longestNs);
    for (const { timeNs, replicas } of this.#recommendations) {
      if (timeNs > nowNs - this.#up.stabilizationNs) least = Math.min(least, replicas);
      if (timeNs > nowNs - this.#down.stabilizationNs) most = Math.max(most, replicas);
    }
    this.#recommendations.push({ timeNs: nowNs, replicas: recommended });
    return Math.min(Math.max(current, least), most);
  }

  #mostUp(current: number, nowNs: number): number {
    return this.#allowed(this.#up, current, nowNs, {
      after: ({ type, value }, before) => (type === 'Pods' ? before + value : Math.ceil(before * (1 + value / 100))),
      boldest: Math.max,
      shyest: Math.min,
    });
  }

  #leastDown(current: number, nowNs: number): number {
    return this.#allowed(this.#down, current, nowNs, {
      after: ({ type, value }, before) => (type === 'Pods' ? before - value : Math.trunc(before * (1 - value / 100))),
      boldest: Math.min,
      shyest: Math.max,
    });
  }

  #allowed(
    { select, policies }: ScalingRules,
    current: number,
    nowNs: number,
    way: {
      readonly after: (policy: ScalingPolicy, before: number) => number;
      readonly boldest: (...limits: number[]) => number;
      readonly shyest: (...limits: number[]) => number;
    },
  ): number {
    if (select === 'Disabled') return current;
    const limits = policies.map((policy) => {
      const inPeriod = (events: readonly ScalingEvent[]): number =>
        events.reduce((sum, { timeNs, pods }) => (timeNs > nowNs - policy.periodNs ? sum + pods : sum), 0);
      return way.after(policy, current - inPeriod(this.#ups) + inPeriod(this.#downs));
    });
    return select === 'Min' ? way.shyest(...limits) : way.boldest(...limits);
  }
}
