/** Numbers for eyes: rounded, with the unit that fits. Files keep full precision. */

/** A duration in ns, as `850 ms`, `1.25 s`, `10 min`. */
export function formatDuration(ns: number): string {
  const steps: readonly [number, string][] = [
    [86_400e9, 'd'],
    [3_600e9, 'h'],
    [60e9, 'min'],
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
  ];
  for (const [size, unit] of steps) if (ns >= size) return `${significant(ns / size)} ${unit}`;
  return `${significant(ns)} ns`;
}

/** A number of three significant digits, with thousands set apart above a thousand. */
export function significant(value: number): string {
  if (Math.abs(value) >= 1000) return formatCount(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

export function formatShare(share: number): string {
  return `${significant(share * 100)} %`;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${significant(value)} ${units[unit]}`;
}

export function formatEnergy(joules: number): string {
  return joules >= 3.6e6
    ? `${significant(joules / 3.6e6)} kWh`
    : joules >= 1000
      ? `${significant(joules / 1000)} kJ`
      : `${significant(joules)} J`;
}

/** A value of a measure in the unit that fits it; a quotient of two as a share. */
export function formatMeasure(
  value: number | undefined,
  { unit, measure }: { readonly unit: string | null; readonly measure: string },
): string {
  if (value === undefined) return '-';
  if (measure.includes(' / ')) return formatShare(value);
  if (value < 0) return `-${formatMeasure(-value, { unit, measure })}`;
  if (unit === 'ns') return formatDuration(value);
  if (unit === 'J') return formatEnergy(value);
  return unit === null ? significant(value) : `${significant(value)} ${unit}`;
}

/** A change in percent, with its sign. */
export function signedShare(share: number): string {
  const text = `${Number((100 * share).toPrecision(2))} %`;
  return share > 0 ? `+${text}` : text;
}

/** A name that is at most so long: its middle gives way, as names of one kind differ at their ends. */
export function shorten(text: string, most: number): string {
  const letters = Array.from(text);
  if (letters.length <= most) return text;
  const tail = Math.floor((most - 1) / 2);
  return `${letters.slice(0, most - 1 - tail).join('')}…${letters.slice(letters.length - tail).join('')}`;
}
