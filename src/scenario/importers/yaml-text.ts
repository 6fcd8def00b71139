/** Plain values as YAML on one line: `{ name: hub, at: { lat: 48.1, lon: 11.5 } }`. Undefined fields are left out. */
export function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return fields.length === 0
      ? '{}'
      : `{ ${fields.map(([key, field]) => `${scalar(key)}: ${inline(field)}`).join(', ')} }`;
  }
  return typeof value === 'string' ? scalar(value) : String(value);
}

/** A list with an entry on each line, indented. */
export function listing(values: readonly unknown[], indent: number): string {
  return values.map((value) => `${' '.repeat(indent)}- ${inline(value)}`).join('\n');
}

/** A text that a YAML reader takes for that text and nothing else. */
function scalar(text: string): string {
  const isPlain = /^[a-z][a-z0-9./-]*$/i.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  // a number with its unit is no number to YAML, unless it looks like one with an exponent
  const isMeasured = /^\d+(\.\d+)?(ns|us|ms|s|m|h|d|km|bit\/s|[kMGT]bit\/s|[KMGT]i|W|kB|MB)$/.test(text);
  return isPlain || isMeasured ? text : JSON.stringify(text);
}

/** Lines of a comment for people. */
export function comment(lines: readonly string[], indent = 0): string {
  return lines.map((line) => `${' '.repeat(indent)}# ${line.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')}`).join('\n');
}

/** A duration in whole ns as a scenario writes it, exact. */
export function durationText(ns: number): string {
  if (ns >= 1e9 && ns % 1e6 === 0) return `${ns / 1e9}s`;
  return ns >= 1e6 ? `${ns / 1e6}ms` : `${ns}ns`;
}

/** A bandwidth as a scenario writes it. */
export function bandwidthText(bps: number): string {
  for (const [unit, size] of [
    ['Gbit/s', 1e9],
    ['Mbit/s', 1e6],
    ['kbit/s', 1e3],
  ] as const)
    if (bps >= size && bps % (size / 1e3) === 0) return `${bps / size}${unit}`;
  return `${Math.round(bps)}bit/s`;
}

/** Names that Kubernetes accepts, made from labels of any kind, each given once. */
export class NameMaker {
  readonly #taken = new Set<string>();
  readonly #noun: string;

  /** @param noun what a label without any letter or digit is called */
  constructor(noun: string) {
    this.#noun = noun;
  }

  make(label: string): string {
    const plain = label.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
    const base =
      plain
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 50)
        .replace(/-+$/, '') || this.#noun;
    let name = base;
    for (let number = 2; this.#taken.has(name); number++) name = `${base}-${number}`;
    this.#taken.add(name);
    return name;
  }
}
