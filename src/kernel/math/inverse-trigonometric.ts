/*
 * The algorithms and constants are those of fdlibm, written anew in TypeScript. Its notice:
 *
 * Copyright (C) 1993-2004 by Sun Microsystems, Inc. All rights reserved.
 * Developed at SunSoft, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this
 * software is freely granted, provided that this notice is preserved.
 */
import { highWord, withoutLowWord } from './bits.ts';

const PI = 3.141592653589793;
const PI_REST = 1.2246467991473532e-16;
const HALF_PI = 1.5707963267948966;
const HALF_PI_REST = 6.123233995736766e-17;
const QUARTER_PI = 0.7853981633974483;
// arcus tangent of 0.5, 1, 1.5 and infinity, and the rests
const ATAN_HIGH = [0.4636476090008061, QUARTER_PI, 0.982793723247329, HALF_PI] as const;
const ATAN_LOW = [2.2698777452961687e-17, 3.061616997868383e-17, 1.3903311031230998e-17, HALF_PI_REST] as const;

/** Arcus tangent in radians, within 1 ulp. */
export function atan(x: number): number {
  const high = highWord(x);
  const magnitude = high & 0x7fffffff;
  if (magnitude >= 0x44100000) {
    // |x| >= 2^66
    if (Number.isNaN(x)) return x;
    return high > 0 ? HALF_PI + HALF_PI_REST : -HALF_PI - HALF_PI_REST;
  }
  if (magnitude < 0x3fdc0000) {
    if (magnitude < 0x3e400000) return x;
    return x - x * atanPolynomial(x);
  }
  x = Math.abs(x);
  let id: 0 | 1 | 2 | 3;
  if (magnitude < 0x3fe60000) {
    id = 0;
    x = (2 * x - 1) / (2 + x);
  } else if (magnitude < 0x3ff30000) {
    id = 1;
    x = (x - 1) / (x + 1);
  } else if (magnitude < 0x40038000) {
    id = 2;
    x = (x - 1.5) / (1 + 1.5 * x);
  } else {
    id = 3;
    x = -1 / x;
  }
  const angle = ATAN_HIGH[id] - (x * atanPolynomial(x) - ATAN_LOW[id] - x);
  return high < 0 ? -angle : angle;
}

function atanPolynomial(x: number): number {
  const z = x * x;
  const w = z * z;
  const even =
    z *
    (0.3333333333333293 +
      w *
        (0.14285714272503466 +
          w *
            (0.09090887133436507 + w * (0.06661073137387531 + w * (0.049768779946159324 + w * 0.016285820115365782)))));
  const odd =
    w *
    (-0.19999999999876483 +
      w * (-0.11111110405462356 + w * (-0.0769187620504483 + w * (-0.058335701337905735 + w * -0.036531572744216916))));
  return even + odd;
}

/** The angle of the point (x, y) from the x axis in radians, from -pi to pi, within 2 ulp. */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  if (x === 1) return atan(y);
  const xIsNegative = highWord(x) < 0;
  const yIsNegative = highWord(y) < 0;
  if (y === 0) return xIsNegative ? (yIsNegative ? -PI : PI) : y;
  if (x === 0) return yIsNegative ? -HALF_PI : HALF_PI;
  if (x === Infinity || x === -Infinity) {
    const yIsInfinite = y === Infinity || y === -Infinity;
    const angle = yIsInfinite ? (xIsNegative ? 3 * QUARTER_PI : QUARTER_PI) : xIsNegative ? PI : 0;
    return yIsNegative ? -angle : angle;
  }
  if (y === Infinity || y === -Infinity) return yIsNegative ? -HALF_PI : HALF_PI;
  const exponents = ((highWord(y) & 0x7fffffff) - (highWord(x) & 0x7fffffff)) >> 20;
  if (exponents > 60) return yIsNegative ? -(HALF_PI + 0.5 * PI_REST) : HALF_PI + 0.5 * PI_REST;
  const angle = xIsNegative && exponents < -60 ? 0 : atan(Math.abs(y / x));
  if (!xIsNegative) return yIsNegative ? -angle : angle;
  return yIsNegative ? angle - PI_REST - PI : PI - (angle - PI_REST);
}

/** The rational approximation of (asin(x) - x) / x^3 as a function of t = x^2, times t. */
function asinRatio(t: number): number {
  const p =
    t *
    (0.16666666666666666 +
      t *
        (-0.3255658186224009 +
          t *
            (0.20121253213486293 +
              t * (-0.04005553450067941 + t * (0.0007915349942898145 + t * 3.479331075960212e-5)))));
  const q =
    1 + t * (-2.403394911734414 + t * (2.0209457602335057 + t * (-0.6882839716054533 + t * 0.07703815055590194)));
  return p / q;
}

/** Arcus sine in radians, within 1 ulp; NaN outside [-1, 1]. */
export function asin(x: number): number {
  const high = highWord(x);
  const magnitude = high & 0x7fffffff;
  if (magnitude >= 0x3ff00000) return x === 1 || x === -1 ? x * HALF_PI + x * HALF_PI_REST : NaN;
  if (magnitude < 0x3fe00000) {
    if (magnitude < 0x3e400000) return x;
    return x + x * asinRatio(x * x);
  }
  const t = (1 - Math.abs(x)) * 0.5;
  const ratio = asinRatio(t);
  const s = Math.sqrt(t);
  let angle: number;
  if (magnitude >= 0x3fef3333) {
    angle = HALF_PI - (2 * (s + s * ratio) - HALF_PI_REST);
  } else {
    const w = withoutLowWord(s);
    const c = (t - w * w) / (s + w);
    angle = QUARTER_PI - (2 * s * ratio - (HALF_PI_REST - 2 * c) - (QUARTER_PI - 2 * w));
  }
  return high > 0 ? angle : -angle;
}

/** Arcus cosine in radians, within 1 ulp; NaN outside [-1, 1]. */
export function acos(x: number): number {
  const high = highWord(x);
  const magnitude = high & 0x7fffffff;
  if (magnitude >= 0x3ff00000) {
    if (x === 1) return 0;
    return x === -1 ? PI + 2 * HALF_PI_REST : NaN;
  }
  if (magnitude < 0x3fe00000) {
    if (magnitude <= 0x3c600000) return HALF_PI + HALF_PI_REST;
    return HALF_PI - (x - (HALF_PI_REST - x * asinRatio(x * x)));
  }
  const z = (1 - Math.abs(x)) * 0.5;
  const s = Math.sqrt(z);
  if (high < 0) return PI - 2 * (s + (asinRatio(z) * s - HALF_PI_REST));
  const w = withoutLowWord(s);
  const c = (z - w * w) / (s + w);
  return 2 * (w + (asinRatio(z) * s + c));
}
