/*
 * The algorithms and constants are those of fdlibm, written anew in TypeScript. Its notice:
 *
 * Copyright (C) 1993-2004 by Sun Microsystems, Inc. All rights reserved.
 * Developed at SunSoft, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this
 * software is freely granted, provided that this notice is preserved.
 */
import { fromHighWord, highWord, withHighWord, withoutLowWord } from './bits.ts';
import { expPolynomial } from './exponential.ts';

// log2(1.5) and 2 / (3 ln 2), each as a double, a short one and its rest
const LOG2_1_5_HIGH = 0.5849624872207642;
const LOG2_1_5_LOW = 1.350039202129749e-8;
const CP = 0.9617966939259756;
const CP_HIGH = 0.9617967009544373;
const CP_LOW = -7.028461650952758e-9;
const LN2 = 0.6931471805599453;
const LN2_HIGH = 0.6931471824645996;
const LN2_LOW = -1.904654299957768e-9;
const INVERSE_LN2 = 1.4426950408889634;
const INVERSE_LN2_HIGH = 1.4426950216293335;
const INVERSE_LN2_LOW = 1.9259629911266175e-8;
const TWO_TO_53 = 0x20_0000_0000_0000;
const TWO_TO_54 = 0x40_0000_0000_0000;
const TWO_TO_MINUS_54 = 1 / TWO_TO_54;
/** -(1024 - log2(the largest double and half an ulp)). */
const OVERFLOW_REST = 8.008566259537294e-17;

/** x to the power y, within 1 ulp. Special values as ECMAScript's `**`: ±1 to the power ±Infinity is NaN. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const xMagnitude = Math.abs(x);
  if (y === Infinity || y === -Infinity) {
    if (xMagnitude === 1) return NaN;
    return xMagnitude > 1 === y > 0 ? Infinity : 0;
  }
  if (y === 1) return x;
  if (y === -1) return 1 / x;
  if (y === 2) return x * x;
  const xIsNegative = highWord(x) < 0;
  if (y === 0.5 && !xIsNegative) return Math.sqrt(x);
  const yIsInteger = Math.trunc(y) === y;
  const sign = xIsNegative && yIsInteger && Math.abs(y % 2) === 1 ? -1 : 1;
  if (x === 0 || xMagnitude === 1 || xMagnitude === Infinity) {
    if (x === -1 && !yIsInteger) return NaN;
    return sign * (y < 0 ? 1 / xMagnitude : xMagnitude);
  }
  if (xIsNegative && !yIsInteger) return NaN;
  return sign * positivePower(xMagnitude, y);
}

/** For finite x > 0, x not 1, and finite y, not 0. */
function positivePower(x: number, y: number): number {
  const xHigh = highWord(x);
  const yMagnitude = highWord(y) & 0x7fffffff;
  if (yMagnitude > 0x41e00000) {
    // |y| > 2^31: over or under unless x is within 2^-20 of 1
    const isFar = yMagnitude > 0x43f00000;
    if (xHigh < 0x3fefffff || (isFar && xHigh < 0x3ff00000)) return y < 0 ? Infinity : 0;
    if (xHigh > 0x3ff00000 || (isFar && xHigh >= 0x3ff00000)) return y > 0 ? Infinity : 0;
    log2NearOne(x);
  } else {
    log2(x);
  }
  // y log2(x) = product, exact to twice the bits
  const yHigh = withoutLowWord(y);
  const low = (y - yHigh) * logHigh + y * logLow;
  const high = yHigh * logHigh;
  const product = low + high;
  const word = highWord(product);
  if (product >= 1024) {
    if (product > 1024 || low + OVERFLOW_REST > product - high) return Infinity;
  } else if (product <= -1075) {
    if (product < -1075 || low <= product - high) return 0;
  }
  return powerOfTwo(high, low, word);
}

/** What the logarithms leave: the first bits and the rest. */
let logHigh = 0;
let logLow = 0;

/**
 * log2 for |x - 1| < 2^-20, into logHigh and logLow. x - 1 is split so that its product is exact: in fdlibm it is not, which
 * costs hundreds of ulps for exponents beyond 2^31.
 */
function log2NearOne(x: number): void {
  const t = x - 1;
  const w = t * t * (0.5 - t * (0.3333333333333333 - t * 0.25));
  const tHigh = withoutLowWord(t);
  const u = INVERSE_LN2_HIGH * tHigh;
  const v = INVERSE_LN2_HIGH * (t - tHigh) + t * INVERSE_LN2_LOW - w * INVERSE_LN2;
  logHigh = withoutLowWord(u + v);
  logLow = v - (logHigh - u);
}

/** log2, into logHigh and logLow. */
function log2(x: number): void {
  let exponent = 0;
  let high = highWord(x);
  if (high < 0x00100000) {
    x *= TWO_TO_53;
    exponent = -53;
    high = highWord(x);
  }
  exponent += (high >> 20) - 0x3ff;
  const fraction = high & 0xfffff;
  high = fraction | 0x3ff00000;
  let near = 0; // whether x is compared with 1 or with 1.5
  if (fraction > 0x3988e) {
    if (fraction < 0xbb67a) {
      near = 1;
    } else {
      exponent++;
      high -= 0x00100000;
    }
  }
  x = withHighWord(x, high);
  const base = near === 0 ? 1 : 1.5;
  const u = x - base;
  const v = 1 / (x + base);
  const s = u * v;
  const sHigh = withoutLowWord(s);
  const sumHigh = fromHighWord(((high >> 1) | 0x20000000) + 0x00080000 + (near << 18));
  const sumLow = x - (sumHigh - base);
  const sLow = v * (u - sHigh * sumHigh - sHigh * sumLow);
  const s2 = s * s;
  let r =
    s2 *
    s2 *
    (0.5999999999999946 +
      s2 *
        (0.4285714285785502 +
          s2 *
            (0.33333332981837743 + s2 * (0.272728123808534 + s2 * (0.23066074577556175 + s2 * 0.20697501780033842)))));
  r += sLow * (sHigh + s);
  const square = sHigh * sHigh;
  const tHigh = withoutLowWord(3 + square + r);
  const tLow = r - (tHigh - 3 - square);
  const p = sHigh * tHigh;
  const q = sLow * tHigh + tLow * s;
  const pHigh = withoutLowWord(p + q);
  const pLow = q - (pHigh - p);
  const zHigh = CP_HIGH * pHigh;
  const zLow = CP_LOW * pHigh + pLow * CP + (near === 0 ? 0 : LOG2_1_5_LOW);
  const offset = near === 0 ? 0 : LOG2_1_5_HIGH;
  logHigh = withoutLowWord(zHigh + zLow + offset + exponent);
  logLow = zLow - (logHigh - exponent - offset - zHigh);
}

/** 2 to the power high + low, given the high word of their sum. */
function powerOfTwo(high: number, low: number, word: number): number {
  const magnitude = word & 0x7fffffff;
  let n = 0;
  if (magnitude > 0x3fe00000) {
    // more than a half: n is the nearest integer
    const k = (magnitude >> 20) - 0x3ff;
    n = word + (0x00100000 >> (k + 1));
    const shift = ((n & 0x7fffffff) >> 20) - 0x3ff;
    high -= fromHighWord(n & ~(0x000fffff >> shift));
    n = ((n & 0x000fffff) | 0x00100000) >> (20 - shift);
    if (word < 0) n = -n;
  }
  const t = withoutLowWord(low + high);
  const u = t * LN2_HIGH;
  const v = (low - (t - high)) * LN2 + t * LN2_LOW;
  const z = u + v;
  const w = v - (z - u);
  const square = z * z;
  const c = z - square * expPolynomial(square);
  const r = (z * c) / (c - 2) - (w + z * w);
  const y = 1 - (r - z);
  const yHigh = highWord(y) + (n << 20);
  if (yHigh >> 20 > 0) return withHighWord(y, yHigh);
  return withHighWord(y, highWord(y) + ((n + 54) << 20)) * TWO_TO_MINUS_54; // subnormal: rounded once
}

/** The square root of x² + y² without overflow or underflow on the way, within 1 ulp (own design: scaled by a power of two). */
export function hypot(x: number, y: number): number {
  if (x === Infinity || x === -Infinity || y === Infinity || y === -Infinity) return Infinity;
  const larger = Math.max(Math.abs(x), Math.abs(y));
  if (larger > 1e150) return Math.sqrt(x * SMALL * (x * SMALL) + y * SMALL * (y * SMALL)) * LARGE;
  if (larger < 1e-140) return Math.sqrt(x * LARGE * (x * LARGE) + y * LARGE * (y * LARGE)) * SMALL;
  return Math.sqrt(x * x + y * y);
}

const LARGE = fromHighWord((0x3ff + 600) << 20);
const SMALL = fromHighWord((0x3ff - 600) << 20);
