import type { AppId } from '../../model/index.ts';

/** Who or what breaks a policy. */
export interface Violation {
  /** Equal for the same policy and the same pod, service or application. */
  readonly key: string;
  /** Index in the world, and index of the version that it broke when it began. */
  readonly policy: number;
  readonly version: number;
  readonly app: AppId;
  readonly service?: string;
  readonly pod?: string;
  readonly cluster?: string;
  /** In words: what the policy has against it. */
  readonly why: string;
}

/** A book of violations: which there are, since when, and how many and how long they were. */
export class Violations {
  /** Those that began so far. */
  count = 0;
  readonly #open: Map<string, { readonly violation: Violation; readonly beganNs: number }>[];
  readonly #began: (violation: Violation) => void;
  readonly #ended: (violation: Violation, durationNs: number) => void;
  #endedNs = 0;

  constructor(
    apps: number,
    began: (violation: Violation) => void,
    ended: (violation: Violation, durationNs: number) => void,
  ) {
    this.#open = Array.from({ length: apps }, () => new Map());
    this.#began = began;
    this.#ended = ended;
  }

  /** What an audit of an application found at a time: what was not there before begins, what is there no longer ends. */
  settle(app: AppId, found: readonly Violation[], nowNs: number): void {
    const open = this.#open[app]!;
    const keys = new Set(found.map(({ key }) => key));
    for (const [key, { violation, beganNs }] of open) {
      if (keys.has(key)) continue;
      open.delete(key);
      this.#endedNs += nowNs - beganNs;
      this.#ended(violation, nowNs - beganNs);
    }
    for (const violation of found) {
      if (open.has(violation.key)) continue;
      open.set(violation.key, { violation, beganNs: nowNs });
      this.count++;
      this.#began(violation);
    }
  }

  /** The violations that have not ended, in the order of their applications and their beginning. */
  *open(): Generator<{ readonly violation: Violation; readonly beganNs: number }> {
    for (const ofApp of this.#open) yield* ofApp.values();
  }

  /** Time of all violations up to now, summed: two at a time count twice. */
  totalNs(nowNs: number): number {
    let totalNs = this.#endedNs;
    for (const { beganNs } of this.open()) totalNs += nowNs - beganNs;
    return totalNs;
  }
}
