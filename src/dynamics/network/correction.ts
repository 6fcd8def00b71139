import type { NetworkModel } from '../../model/index.ts';

/**
 * What a model of corrections makes of a path, as SimGrid's network model CM02 does (its documentation of the options
 * network/weight-S and network/TCP-gamma). Latencies are those of the links as stated; the latency factor is no part of it.
 */
export class Correction {
  /** Of the path last looked at: the highest rate that the window allows, bit/s, or Infinity. */
  windowBps = Infinity;
  /** Of the path last looked at: the share of a full medium in proportion to others'. */
  weight = 1;
  readonly #model: NetworkModel;

  constructor(model: NetworkModel) {
    this.#model = model;
  }

  /**
   * Looks at `arcs[0 … length - 1]`.
   * @param bandwidthOfArc by arc, bit/s, bandwidth factor included
   */
  of(arcs: ArrayLike<number>, length: number, latencyNs: number, bandwidthOfArc: Float64Array): void {
    const { bandwidthFactor, weightSBytes, weighsByLatency, tcpGammaBytes } = this.#model;
    // what is acknowledged once a round trip, which is twice the latency
    this.windowBps =
      tcpGammaBytes > 0 && latencyNs > 0 ? (bandwidthFactor * tcpGammaBytes * 8e9) / (2 * latencyNs) : Infinity;
    this.weight = 1;
    if (!weighsByLatency || latencyNs === 0) return;
    let penaltyS = latencyNs / 1e9;
    if (weightSBytes > 0) {
      for (let i = 0; i < length; i++) {
        // on a link that has nothing left now, the flow waits whatever it weighs
        const bandwidthBps = bandwidthOfArc[arcs[i]!]!;
        if (bandwidthBps > 0) penaltyS += (weightSBytes * 8 * bandwidthFactor) / bandwidthBps;
      }
    }
    this.weight = 1 / penaltyS;
  }
}
