/** Kubernetes quantities at their full precision, for sums that are rounded up once, at the end. */

const FORM = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([numkMGTPE]|Ki|Mi|Gi|Ti|Pi|Ei)|[eE]([+-]?\d+))?$/;
const NANOS = 1_000_000_000n;
const SUFFIX_NANOS: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  k: NANOS * 10n ** 3n,
  M: NANOS * 10n ** 6n,
  G: NANOS * 10n ** 9n,
  T: NANOS * 10n ** 12n,
  P: NANOS * 10n ** 15n,
  E: NANOS * 10n ** 18n,
  Ki: NANOS << 10n,
  Mi: NANOS << 20n,
  Gi: NANOS << 30n,
  Ti: NANOS << 40n,
  Pi: NANOS << 50n,
  Ei: NANOS << 60n,
};

/**
 * A quantity in billionths of its unit, rounded up away from zero as Kubernetes does with finer fractions.
 * Source: apimachinery pkg/api/resource/quantity.go, `ParseQuantity`.
 * @throws {RangeError} if the text is no quantity
 */
export function quantityNanos(quantity: string | number): bigint {
  const text = String(quantity);
  const form = FORM.exec(text);
  if (form === null) throw new RangeError(`'${text}' is no quantity: expected a number such as 500m, 2, 1.5Gi or 1e3`);
  const [, sign, number, suffix, exponent] = form as unknown as [string, string, string, string?, string?];
  const [whole, fraction = ''] = number.split('.') as [string, string?];
  const digits = BigInt(whole + fraction);
  const power = Number(exponent ?? 0);
  if (Math.abs(power) > 30) throw new RangeError(`'${text}' is no quantity: its exponent is beyond 30`);
  let numerator = digits * (suffix === undefined ? NANOS : (SUFFIX_NANOS[suffix] as bigint));
  let denominator = 10n ** BigInt(fraction.length);
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator *= 10n ** BigInt(-power);
  const magnitude = (numerator + denominator - 1n) / denominator;
  return sign === '-' ? -magnitude : magnitude;
}

/** Whole units, rounded up: `Quantity.Value()`. */
export function wholeUnits(nanos: bigint): number {
  return Number(ceilDivide(nanos, NANOS));
}

/** Thousandths, rounded up: `Quantity.MilliValue()`. */
export function thousandths(nanos: bigint): number {
  return Number(ceilDivide(nanos, 1_000_000n));
}

function ceilDivide(a: bigint, b: bigint): bigint {
  return a > 0n ? (a + b - 1n) / b : a / b;
}
