import type { ClusterId } from '../model/index.ts';
import type { Pod } from './pods.ts';

/** What a control plane has for its own that serves one cluster of a federation. */
export interface Site {
  readonly cluster: ClusterId;
  readonly name: string;
  /** The pods of all clusters by id; it adds its own. */
  readonly pods: Pod[];
  /** Asks whoever decides where pods go for leave to place those that wait; calls back when it has leave, at once where absent. */
  readonly askLeave?: (granted: () => void) => void;
}
