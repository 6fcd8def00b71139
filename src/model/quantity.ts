/**
 * Kubernetes quantities (`500m`, `4Gi`, `1e3`), exact as `resource.Quantity`: the text is read as a decimal, never as a
 * floating-point number, and is rounded only when a whole number is asked for.
 * Source: k8s.io/apimachinery/pkg/api/resource/quantity.go.
 */

const NANO_DIGITS = 9;
const NANO = 1_000_000_000n;
/** The most a quantity can be: Kubernetes caps at 2^63 - 1 base units. */
const MAX_NANO = ((1n << 63n) - 1n) * NANO;
const MAX_LENGTH = 64;

const syntax = /^([+-]?)(\d*)(?:\.(\d*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])|[eE]([+-]?\d+))?$/;

const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

const binaryExponents: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };

/**
 * Quantity in base units (cores, bytes), as near as a JavaScript number gets.
 * @throws {RangeError} if the text is not a Kubernetes quantity
 */
export function parseQuantity(quantity: string | number): number {
  const nano = nanoValue(quantity);
  return nano % NANO === 0n ? Number(nano / NANO) : Number(`${nano}e-9`);
}

/**
 * Thousandths of a base unit, rounded up (away from zero), as `Quantity.MilliValue`.
 * @throws {RangeError} if the text is not a Kubernetes quantity
 */
export function milliValue(quantity: string | number): number {
  return Number(divideAwayFromZero(nanoValue(quantity), 1_000_000n));
}

/**
 * Whole base units, rounded up (away from zero), as `Quantity.Value`.
 * @throws {RangeError} if the text is not a Kubernetes quantity
 */
export function wholeValue(quantity: string | number): number {
  return Number(divideAwayFromZero(nanoValue(quantity), NANO));
}

/**
 * The quantity in 10^-9 base units, exact, for sums that are rounded only at their end; anything finer is rounded up,
 * as Kubernetes does on parsing.
 * @throws {RangeError} if the text is not a Kubernetes quantity
 */
export function nanoValue(quantity: string | number): bigint {
  const text = String(quantity);
  const match = text.length <= MAX_LENGTH ? syntax.exec(text) : null;
  const [, sign, whole = '', fraction = '', suffix, exponent] = match ?? [];
  if (match === null || whole + fraction === '') {
    throw new RangeError(`${JSON.stringify(text.slice(0, MAX_LENGTH))} is not a Kubernetes quantity`);
  }
  let digits = BigInt(whole + fraction);
  let scale = NANO_DIGITS - fraction.length;
  if (exponent !== undefined) scale += Number(exponent);
  else if (suffix !== undefined && suffix in binaryExponents) digits <<= binaryExponents[suffix]!;
  else if (suffix !== undefined) scale += decimalExponents[suffix]!;
  const magnitude = shiftDecimal(digits, scale);
  return sign === '-' ? -magnitude : magnitude;
}

/** `digits` times ten to `scale`, rounded up and capped: huge exponents must not make huge integers. */
function shiftDecimal(digits: bigint, scale: number): bigint {
  if (digits === 0n) return 0n;
  if (scale > 2 * MAX_LENGTH) return MAX_NANO;
  if (scale < -2 * MAX_LENGTH) return 1n;
  const nano = scale >= 0 ? digits * powerOfTen(scale) : divideAwayFromZero(digits, powerOfTen(-scale));
  return nano > MAX_NANO ? MAX_NANO : nano;
}

function powerOfTen(exponent: number): bigint {
  return BigInt(`1${'0'.repeat(exponent)}`);
}

function divideAwayFromZero(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (quotient * divisor === value) return quotient;
  return value > 0n ? quotient + 1n : quotient - 1n;
}
