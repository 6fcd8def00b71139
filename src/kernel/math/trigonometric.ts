/*
 * The algorithms and constants are those of fdlibm, written anew in TypeScript. Its notice:
 *
 * Copyright (C) 1993-2004 by Sun Microsystems, Inc. All rights reserved.
 * Developed at SunSoft, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this
 * software is freely granted, provided that this notice is preserved.
 */
import { fromHighWord, highWord, withHighWord, withoutLowWord } from './bits.ts';

const HALF_PI = 1.5707963267948966;
const INVERSE_HALF_PI = 0.6366197723675814;
// pi/2 in three parts of 33 bits, and what each leaves over
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_1_REST = 6.077100506506192e-11;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_2_REST = 2.0222662487959506e-21;
const HALF_PI_3 = 2.0222662487111665e-21;
const HALF_PI_3_REST = 8.4784276603689e-32;
const QUARTER_PI = 0.7853981633974483;
const QUARTER_PI_REST = 3.061616997868383e-17;

/** Sine of x radians, within 1 ulp for every finite x; NaN for the infinities. */
export function sin(x: number): number {
  const magnitude = highWord(x) & 0x7fffffff;
  if (magnitude <= 0x3fe921fb) return sinKernel(x, 0, false);
  if (magnitude >= 0x7ff00000) return NaN;
  const quadrant = reduce(x) & 3;
  const value = (quadrant & 1) === 0 ? sinKernel(rest, restLow, true) : cosKernel(rest, restLow);
  return quadrant < 2 ? value : -value;
}

/** Cosine of x radians, within 1 ulp for every finite x; NaN for the infinities. */
export function cos(x: number): number {
  const magnitude = highWord(x) & 0x7fffffff;
  if (magnitude <= 0x3fe921fb) return cosKernel(x, 0);
  if (magnitude >= 0x7ff00000) return NaN;
  const quadrant = reduce(x) & 3;
  const value = (quadrant & 1) === 0 ? cosKernel(rest, restLow) : sinKernel(rest, restLow, true);
  return quadrant === 0 || quadrant === 3 ? value : -value;
}

/** Tangent of x radians, within 1 ulp for every finite x; NaN for the infinities. */
export function tan(x: number): number {
  const magnitude = highWord(x) & 0x7fffffff;
  if (magnitude <= 0x3fe921fb) return tanKernel(x, 0, false);
  if (magnitude >= 0x7ff00000) return NaN;
  const odd = (reduce(x) & 1) === 1;
  return tanKernel(rest, restLow, odd);
}

/** What `reduce` leaves of its argument: the double nearest to it, and the rest of that. */
let rest = 0;
let restLow = 0;

/**
 * Takes the nearest multiple of pi/2 away from x and leaves what remains in `rest` and `restLow`.
 * @returns which multiple, exact in its two lowest bits
 */
function reduce(x: number): number {
  const high = highWord(x);
  const magnitude = high & 0x7fffffff;
  if (magnitude < 0x4002d97c) return reduceByOne(x, magnitude);
  if (magnitude > 0x413921fb) return reduceHuge(x);
  const t = Math.abs(x);
  const n = Math.trunc(t * INVERSE_HALF_PI + 0.5);
  let r = t - n * HALF_PI_1; // exact
  let w = n * HALF_PI_1_REST;
  rest = r - w;
  if (n >= 32 || magnitude === highWord(n * HALF_PI)) {
    const exponent = magnitude >> 20;
    if (exponent - ((highWord(rest) >> 20) & 0x7ff) > 16) {
      // many bits cancelled: the second part, good to 118 bits
      let before = r;
      w = n * HALF_PI_2;
      r = before - w;
      w = n * HALF_PI_2_REST - (before - r - w);
      rest = r - w;
      if (exponent - ((highWord(rest) >> 20) & 0x7ff) > 49) {
        // the third, good to 151 bits: enough for every double of this size
        before = r;
        w = n * HALF_PI_3;
        r = before - w;
        w = n * HALF_PI_3_REST - (before - r - w);
        rest = r - w;
      }
    }
  }
  restLow = r - rest - w;
  if (high >= 0) return n;
  rest = -rest;
  restLow = -restLow;
  return -n;
}

/** `reduce` for pi/4 < |x| < 3 pi/4. */
function reduceByOne(x: number, magnitude: number): number {
  const sign = x > 0 ? 1 : -1;
  let z = x - sign * HALF_PI_1;
  let w = sign * HALF_PI_1_REST;
  if (magnitude === 0x3ff921fb) {
    z -= sign * HALF_PI_2; // near pi/2: more bits are needed
    w = sign * HALF_PI_2_REST;
  }
  rest = z - w;
  restLow = z - rest - w;
  return sign;
}

// 2/pi to 1,200 bits and pi/2 to 200 bits, cut off: enough for the largest double and more than a hundred bits of what remains
const TWO_OVER_PI_BITS = 1200;
const TWO_OVER_PI = BigInt(
  '0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921cfe1d' +
    'eb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b' +
    '5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b',
);
const FRACTION_BITS = 200n;
const HALF_PI_BIG = 0x1921fb54442d18469898cc51701b839a252049c1114cf98e804n;
const TWO_TO_MINUS_400 = fromHighWord((0x3ff - 400) << 20);

/**
 * `reduce` for |x| from 823,550 (2^19 pi/2) on, in exact integers. fdlibm has Payne and Hanek's method
 * here, whose rest can differ in its last bits: one result in some thousands is then the other neighbour of the true value.
 */
function reduceHuge(x: number): number {
  // |x| = significand × 2^exponent
  const high = highWord(x) & 0x7fffffff;
  const exponent = (high >> 20) - 1075;
  const significand = BigInt(withHighWord(x, (high & 0xfffff) | 0x43300000)); // 2^52 and the fraction
  // |x| times 2/pi, cut to 200 bits behind the point
  const product = significand * TWO_OVER_PI;
  const shift = BigInt(TWO_OVER_PI_BITS - exponent) - FRACTION_BITS;
  const quotient = product >> shift;
  const one = 1n << FRACTION_BITS;
  let n = quotient >> FRACTION_BITS;
  let fraction = quotient - (n << FRACTION_BITS);
  if (fraction >= one >> 1n) {
    n += 1n;
    fraction -= one;
  }
  const remainder = fraction * HALF_PI_BIG; // in units of 2^-400
  const nearest = Number(remainder);
  const sign = x > 0 ? 1 : -1;
  rest = sign * nearest * TWO_TO_MINUS_400;
  restLow = sign * Number(remainder - BigInt(nearest)) * TWO_TO_MINUS_400;
  return sign * Number(n & 3n);
}

/** Sine of x + y on [-pi/4, pi/4], y a small rest of x. */
function sinKernel(x: number, y: number, hasRest: boolean): number {
  if ((highWord(x) & 0x7fffffff) < 0x3e400000) return x;
  const z = x * x;
  const v = z * x;
  const r =
    0.00833333333332249 +
    z *
      (-0.0001984126982985795 + z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  if (!hasRest) return x + v * (-0.16666666666666632 + z * r);
  return x - (z * (0.5 * y - v * r) - y - v * -0.16666666666666632);
}

/** Cosine of x + y on [-pi/4, pi/4], y a small rest of x. */
function cosKernel(x: number, y: number): number {
  const magnitude = highWord(x) & 0x7fffffff;
  if (magnitude < 0x3e400000) return 1;
  const z = x * x;
  const r =
    z *
    (0.0416666666666666 +
      z *
        (-0.001388888888887411 +
          z *
            (2.480158728947673e-5 +
              z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
  if (magnitude < 0x3fd33333) return 1 - (0.5 * z - (z * r - x * y));
  const q = magnitude > 0x3fe90000 ? 0.28125 : fromHighWord(magnitude - 0x00200000); // about x/4
  const half = 0.5 * z - q;
  return 1 - q - (half - (z * r - x * y));
}

/** Tangent of x + y on [-pi/4, pi/4], or -1 over it, y a small rest of x. */
function tanKernel(x: number, y: number, reciprocal: boolean): number {
  const high = highWord(x);
  const magnitude = high & 0x7fffffff;
  if (magnitude < 0x3e300000) {
    if (!reciprocal) return x;
    return minusReciprocal(x + y, x, y);
  }
  const isLarge = magnitude >= 0x3fe59428;
  if (isLarge) {
    // tan(x) = tan(pi/4 - u) = (1 - tan u) / (1 + tan u)
    if (x < 0) {
      x = -x;
      y = -y;
    }
    x = QUARTER_PI - x + (QUARTER_PI_REST - y);
    y = 0;
  }
  const z = x * x;
  const w = z * z;
  const odd =
    0.13333333333320124 +
    w *
      (0.021869488294859542 +
        w *
          (0.0035920791075913124 +
            w * (0.0005880412408202641 + w * (7.817944429395571e-5 + w * -1.8558637485527546e-5))));
  const even =
    z *
    (0.05396825397622605 +
      w *
        (0.0088632398235993 +
          w *
            (0.0014562094543252903 +
              w * (0.0002464631348184699 + w * (7.140724913826082e-5 + w * 2.590730518636337e-5)))));
  const s = z * x;
  let r = y + z * (s * (odd + even) + y);
  r += 0.3333333333333341 * s;
  const sum = x + r;
  if (isLarge) {
    const v = reciprocal ? -1 : 1;
    return (1 - ((high >> 30) & 2)) * (v - 2 * (x - ((sum * sum) / (sum + v) - r)));
  }
  return reciprocal ? minusReciprocal(sum, x, r) : sum;
}

/** -1 / (x + r), given their rounded sum, with an error of less than an ulp. */
function minusReciprocal(sum: number, x: number, r: number): number {
  const z = withoutLowWord(sum);
  const v = r - (z - x);
  const a = -1 / sum;
  const t = withoutLowWord(a);
  return t + a * (1 + t * z + t * v);
}
