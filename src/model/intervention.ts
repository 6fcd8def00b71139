import type { Nanoseconds } from '../kernel/index.ts';
import type { ServiceId } from './ids.ts';
import type { Orchestration } from './world.ts';

/** A change of the orchestration in the middle of a run. Own design. */
export interface Intervention {
  readonly atNs: Nanoseconds;
  /** What is set, as the scenario says it: `path = value`. */
  readonly changes: readonly string[];
  /** What holds from then on. */
  readonly orchestration: Orchestration;
  /** Services whose controllers keep another number of pods from then on. */
  readonly replicas: readonly { readonly service: ServiceId; readonly replicas: number }[];
}
