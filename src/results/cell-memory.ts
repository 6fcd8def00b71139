/**
 * Memory of columns, used again by the next run of the process: to take it anew, filled with zeros, costs a short run more
 * than all else that it does. What it holds is of no account: cells are marked as never written before they are.
 */
const free = new Map<number, ArrayBuffer[]>();

/** Memory that nobody uses, with any content. */
export function takeMemory(bytes: number): ArrayBuffer {
  return free.get(bytes)?.pop() ?? new ArrayBuffer(bytes);
}

/** Gives memory back: whoever had it must not touch it any more. */
export function giveMemory(memory: ArrayBuffer): void {
  const same = free.get(memory.byteLength);
  if (same === undefined) free.set(memory.byteLength, [memory]);
  else same.push(memory);
}
