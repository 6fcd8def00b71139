/*
 * The algorithms and constants are those of fdlibm, written anew in TypeScript. Its notice:
 *
 * Copyright (C) 1993-2004 by Sun Microsystems, Inc. All rights reserved.
 * Developed at SunSoft, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this
 * software is freely granted, provided that this notice is preserved.
 */
import { fromHighWord, highWord, withHighWord } from './bits.ts';

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const INVERSE_LN2 = 1.4426950408889634;
const TWO_TO_54 = 0x40_0000_0000_0000;
const TWO_TO_1023 = fromHighWord(0x7fe00000);
const TWO_TO_MINUS_1000 = fromHighWord(0x01700000);
const OVERFLOW = 709.782712893384;
const UNDERFLOW = -745.1332191019411;

/** e to the power x, within 1 ulp. */
export function exp(x: number): number {
  const high = highWord(x);
  const magnitude = high & 0x7fffffff;
  if (magnitude >= 0x40862e42) {
    if (Number.isNaN(x)) return x;
    if (x > OVERFLOW) return Infinity;
    if (x < UNDERFLOW) return 0;
  }
  let hi = 0;
  let lo = 0;
  let k = 0;
  if (magnitude > 0x3fd62e42) {
    // |x| > ln 2 / 2: x = k ln 2 + r
    if (magnitude < 0x3ff0a2b2) {
      if (x === 1) return Math.E;
      k = high < 0 ? -1 : 1;
    } else {
      k = Math.trunc(INVERSE_LN2 * x + (high < 0 ? -0.5 : 0.5));
    }
    hi = x - k * LN2_HIGH;
    lo = k * LN2_LOW;
    x = hi - lo;
  } else if (magnitude < 0x3e300000) {
    return 1 + x;
  }
  const t = x * x;
  const c = x - t * expPolynomial(t);
  if (k === 0) return 1 - ((x * c) / (c - 2) - x);
  const y = 1 - (lo - (x * c) / (2 - c) - hi);
  if (k < -1021) return y * fromHighWord(0x3ff00000 + ((k + 1000) << 20)) * TWO_TO_MINUS_1000;
  if (k === 1024) return y * 2 * TWO_TO_1023;
  return y * fromHighWord(0x3ff00000 + (k << 20));
}

/** The Remez polynomial of x (e^x + 1) / (e^x - 1) on [0, (ln 2 / 2)^2], without its first term 2. */
export function expPolynomial(t: number): number {
  return (
    0.16666666666666602 +
    t * (-0.0027777777777015593 + t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8)))
  );
}

/** e to the power x, less 1, within 1 ulp also near 0. */
export function expm1(x: number): number {
  const high = highWord(x);
  const magnitude = high & 0x7fffffff;
  if (magnitude >= 0x4043687a) {
    // |x| >= 56 ln 2
    if (Number.isNaN(x)) return x;
    if (x > OVERFLOW) return Infinity;
    if (high < 0) return -1;
  }
  let k = 0;
  let c = 0;
  if (magnitude > 0x3fd62e42) {
    if (magnitude < 0x3ff0a2b2) k = high < 0 ? -1 : 1;
    else k = Math.trunc(INVERSE_LN2 * x + (high < 0 ? -0.5 : 0.5));
    const hi = x - k * LN2_HIGH;
    const lo = k * LN2_LOW;
    x = hi - lo;
    c = hi - x - lo;
  } else if (magnitude < 0x3c900000) {
    return x;
  }
  const half = 0.5 * x;
  const s = x * half;
  const r =
    1 +
    s *
      (-0.03333333333333313 +
        s *
          (0.0015873015872548146 +
            s * (-7.93650757867488e-5 + s * (4.008217827329362e-6 + s * -2.0109921818362437e-7))));
  const t = 3 - r * half;
  let e = s * ((r - t) / (6 - x * t));
  if (k === 0) return x - (x * e - s);
  e = x * (e - c) - c - s;
  if (k === -1) return 0.5 * (x - e) - 0.5;
  if (k === 1) return x < -0.25 ? -2 * (e - (x + 0.5)) : 1 + 2 * (x - e);
  if (k === 1024) return (1 - (e - x)) * 2 * TWO_TO_1023 - 1;
  const scale = fromHighWord(0x3ff00000 + (k << 20));
  if (k <= -2 || k > 56) return (1 - (e - x)) * scale - 1;
  if (k < 20) return (fromHighWord(0x3ff00000 - (0x200000 >> k)) - (e - x)) * scale; // 1 - 2^-k
  return (x - (e + fromHighWord((0x3ff - k) << 20)) + 1) * scale;
}

/** Natural logarithm, within 1 ulp. Of a negative number NaN. */
export function log(x: number): number {
  let high = highWord(x);
  let k = 0;
  if (high < 0x00100000) {
    if (x === 0) return -Infinity;
    if (high < 0) return NaN;
    k = -54; // subnormal
    x *= TWO_TO_54;
    high = highWord(x);
  }
  if (high >= 0x7ff00000) return x;
  // x = 2^k (1 + f), sqrt(2)/2 < 1 + f < sqrt(2)
  k += (high >> 20) - 1023;
  high &= 0xfffff;
  const carry = (high + 0x95f64) & 0x100000;
  x = withHighWord(x, high | (carry ^ 0x3ff00000));
  k += carry >> 20;
  const f = x - 1;
  if ((0xfffff & (2 + high)) < 3) {
    // |f| < 2^-20
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
    const r = f * f * (0.5 - 0.3333333333333333 * f);
    return k === 0 ? f - r : k * LN2_HIGH - (r - k * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const even = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const r = even + odd;
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    const half = 0.5 * f * f;
    if (k === 0) return f - (half - s * (half + r));
    return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
  }
  if (k === 0) return f - s * (f - r);
  return k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

/** Natural logarithm of 1 + x, within 1 ulp also near 0. */
export function log1p(x: number): number {
  let high = highWord(x);
  const magnitude = high & 0x7fffffff;
  let k = 1;
  let f = 0;
  let fraction = 1; // its upper bits; 0 when f is tiny
  let c = 0; // what rounding 1 + x took away, relative
  if (high < 0x3fda827a) {
    if (magnitude >= 0x3ff00000) return x === -1 ? -Infinity : NaN;
    if (magnitude < 0x3e200000) return magnitude < 0x3c900000 ? x : x - x * x * 0.5;
    if (high > 0 || high <= (0xbfd2bec4 | 0)) {
      k = 0; // 1 + x within sqrt(2)/2 and sqrt(2)
      f = x;
    }
  }
  if (high >= 0x7ff00000) return x;
  if (k !== 0) {
    let u = high < 0x43400000 ? 1 + x : x;
    high = highWord(u);
    k = (high >> 20) - 1023;
    if (u !== x) c = (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
    fraction = high & 0xfffff;
    if (fraction < 0x6a09e) {
      u = withHighWord(u, fraction | 0x3ff00000);
    } else {
      k++;
      u = withHighWord(u, fraction | 0x3fe00000);
      fraction = (0x00100000 - fraction) >> 2;
    }
    f = u - 1;
  }
  const half = 0.5 * f * f;
  if (fraction === 0) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + (c + k * LN2_LOW);
    const r = half * (1 - 0.6666666666666666 * f);
    return k === 0 ? f - r : k * LN2_HIGH - (r - (k * LN2_LOW + c) - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const r =
    z *
    (0.6666666666666735 +
      z *
        (0.3999999999940942 +
          z *
            (0.2857142874366239 +
              z *
                (0.22222198432149784 +
                  z * (0.1818357216161805 + z * (0.15313837699209373 + z * 0.14798198605116586))))));
  if (k === 0) return f - (half - s * (half + r));
  return k * LN2_HIGH - (half - (s * (half + r) + (k * LN2_LOW + c)) - f);
}
