type Column = Float64Array | Int32Array | Uint8Array;

/** The column itself where it holds `length` values, or else a copy of it of at least twice the size, zeros behind. */
export function grown<C extends Column>(column: C, length: number): C {
  if (length <= column.length) return column;
  const larger = new (column.constructor as new (length: number) => C)(Math.max(length, 2 * column.length));
  larger.set(column);
  return larger;
}
