// odd multipliers of the xxHash family and the golden ratio: any odd constants with mixed bits would do
const MULTIPLIER_1 = 0x9e3779b1 | 0;
const MULTIPLIER_2 = 0x85ebca77 | 0;
const INCREMENT = 0x165667b1;
const SEED_1 = 0x243f6a88; // the fraction of pi
const SEED_2 = 0x85a308d3 | 0;

/**
 * A running 64-bit hash over 32-bit words (own design): two multiplying lanes, crossed after every pair of words.
 * A step can be undone, so two sequences that differ in one pair of words have different digests for ever, as long as what follows
 * is the same. It finds accidents; it is no protection against someone who wants two inputs of the same digest.
 */
export class Digest {
  /** The state: two int32. */
  lane1 = SEED_1;
  lane2 = SEED_2;

  /** Folds in two 32-bit words. */
  updatePair(word1: number, word2: number): void {
    const lane1 = Math.imul(this.lane1 ^ word1, MULTIPLIER_1);
    const lane2 = Math.imul(this.lane2 ^ word2, MULTIPLIER_2);
    const crossed = (((lane1 << 13) | (lane1 >>> 19)) + lane2 + INCREMENT) | 0;
    this.lane1 = crossed;
    this.lane2 = ((lane2 << 17) | (lane2 >>> 15)) ^ crossed;
  }

  /** Folds in one 32-bit word. */
  update(word: number): void {
    this.updatePair(word, 1);
  }

  /** Folds in the first `count` words, and how many they were. */
  updateWords(words: Int32Array | Uint32Array, count: number = words.length): void {
    this.updatePair(count, count);
    for (let i = 1; i < count; i += 2) this.updatePair(words[i - 1]!, words[i]!);
    if (count % 2 === 1) this.updatePair(words[count - 1]!, 0);
  }

  /** Folds in a text: its UTF-16 code units and their number. */
  updateText(text: string): void {
    this.updatePair(text.length, text.length);
    for (let i = 0; i < text.length; i++) this.updatePair(text.charCodeAt(i), i);
  }

  /** The digest of everything so far: 16 hexadecimal digits. */
  get hex(): string {
    return hexWord(scramble(this.lane1)) + hexWord(scramble(this.lane2));
  }
}

/** Two words that stand for a text in digests. */
export function textWords(text: string): [number, number] {
  const digest = new Digest();
  digest.updateText(text);
  return [scramble(digest.lane1), scramble(digest.lane2)];
}

/** Spreads every bit over all 32: the last step of MurmurHash3 (public domain, Austin Appleby). Can be undone. */
function scramble(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
