/** Gain of the variation. Source: β of RFC 6298, §2. */
const VARIATION_GAIN = 0.25;

/**
 * What is believed of one link from the probes so far: round-trip time and its variation as TCP smooths them (RFC 6298, §2, of
 * which the gain of the time, 1/8 there, is left to the caller), the share of failed probes, and the bandwidth left, each an
 * exponential moving average. The first measurement stands for itself. That NetMA's failures are an average of this kind is
 * published; its factor is not, and that all of these share one gain is own design.
 */
export class LinkEstimate {
  /** Smoothed round-trip time, ns; NaN before the first probe that came back. */
  roundTripNs = NaN;
  /** Mean deviation of the round-trip time, ns: the jitter. */
  variationNs = NaN;
  /** Probes that failed, as a moving share, 0 to 1. */
  failureShare = 0;
  /** Whether the last probe came back. */
  isUp = true;
  readonly #gain: number;

  /** @param gain weight of the newest measurement, above 0, at most 1: at 1 nothing is smoothed */
  constructor(gain: number) {
    if (!(gain > 0 && gain <= 1)) throw new RangeError(`gain ${gain}: expected above 0 and at most 1`);
    this.#gain = gain;
  }

  /** A probe came back after so long. */
  answered(roundTripNs: number): void {
    if (Number.isNaN(this.roundTripNs)) {
      this.roundTripNs = roundTripNs;
      this.variationNs = roundTripNs / 2;
    } else {
      const deviationNs = Math.abs(this.roundTripNs - roundTripNs);
      this.variationNs += VARIATION_GAIN * (deviationNs - this.variationNs);
      this.roundTripNs += this.#gain * (roundTripNs - this.roundTripNs);
    }
    this.isUp = true;
    this.failureShare -= this.#gain * this.failureShare;
  }

  /** A probe did not come back. */
  failed(): void {
    this.isUp = false;
    this.failureShare += this.#gain * (1 - this.failureShare);
  }
}
