import type { ServingPod } from './serving-pod.ts';

/** What the pods of each service have done so far, as columns by service; each pod keeps its own count beside. */
export class ServiceTallies {
  /** Visits whose CPU work was finished, and the time that these had waited and computed, own calls left out. */
  readonly visits: Float64Array;
  readonly queueNs: Float64Array;
  readonly cpuNs: Float64Array;
  /** Visits that a pod with a full queue refused. */
  readonly refused: Float64Array;
  /** Bytes of the requests that entered at the service, with all calls that they made, all attempts and all answers. */
  readonly entryBytes: Float64Array;

  constructor(serviceCount: number) {
    this.visits = new Float64Array(serviceCount);
    this.queueNs = new Float64Array(serviceCount);
    this.cpuNs = new Float64Array(serviceCount);
    this.refused = new Float64Array(serviceCount);
    this.entryBytes = new Float64Array(serviceCount);
  }

  /** A pod has finished the CPU work of a visit. */
  worked(pod: ServingPod, queueNs: number, cpuNs: number): void {
    const { service } = pod;
    pod.visits++;
    pod.responseNs += queueNs + cpuNs;
    this.visits[service]!++;
    this.queueNs[service]! += queueNs;
    this.cpuNs[service]! += cpuNs;
  }
}
