const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0; // the place depends on the machine's byte order
const LOW = 1 - HIGH;

/** Sign, exponent and upper 20 bits of the fraction of a double: an int32. */
export function highWord(x: number): number {
  double[0] = x;
  return words[HIGH]!;
}

/** The double with this high word and zeros below. */
export function fromHighWord(high: number): number {
  words[HIGH] = high;
  words[LOW] = 0;
  return double[0]!;
}

/** The double with another high word. */
export function withHighWord(x: number, high: number): number {
  double[0] = x;
  words[HIGH] = high;
  return double[0]!;
}

/** The double with the lower 32 bits of its fraction cleared. */
export function withoutLowWord(x: number): number {
  double[0] = x;
  words[LOW] = 0;
  return double[0]!;
}
