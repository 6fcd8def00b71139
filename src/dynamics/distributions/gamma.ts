import { exp, log, pow, type RandomStream } from '../../kernel/index.ts';

const STIRLING_FROM = 12;
const SQRT_TWO_PI = 2.5066282746310002;

/**
 * The gamma function of a positive argument, to a few units of the last ten bits: Stirling's series from 12 on, and
 * the recurrence Γ(x + 1) = x Γ(x) below. Source: Abramowitz & Stegun, 6.1.15 and 6.1.37.
 * @throws {RangeError} if x is not positive
 */
export function gammaFunction(x: number): number {
  if (!(x > 0)) throw new RangeError(`gamma function: found ${x}, expected a positive number`);
  let divisor = 1;
  let z = x;
  for (; z < STIRLING_FROM; z++) divisor *= z;
  const r = 1 / (z * z);
  const correction = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / z;
  // z^(z - 1/2) in two halves, which overflow later than the whole
  const half = pow(z, (z - 0.5) / 2);
  return ((SQRT_TWO_PI * half * exp(-z) * half) / divisor) * exp(correction);
}

/**
 * Gamma with this shape and scale 1, exact: rejection from a cubed normal. Source: Marsaglia & Tsang, A simple method
 * for generating gamma variables, ACM TOMS 26(3), 2000, with their boost U^(1/shape) of shape + 1 for shapes below 1.
 */
export function drawGamma(stream: RandomStream, shape: number): number {
  if (shape < 1) {
    // the boost by way of an exponential: U^(1/shape) = e^(-E/shape)
    return drawGamma(stream, shape + 1) * exp(-stream.exponential() / shape);
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = stream.normal();
    const t = 1 + c * x;
    if (t <= 0) continue;
    const v = t * t * t;
    const u = 1 - stream.uniform();
    if (log(u) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
  }
}
