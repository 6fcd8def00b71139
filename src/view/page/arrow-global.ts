import type { Table } from 'apache-arrow';

declare global {
  /** apache-arrow, which the page loads before its modules. */
  // eslint-disable-next-line no-var
  var Arrow: { readonly tableFromIPC: (bytes: Uint8Array) => Table };
}

/** Reads an Arrow file. */
export const readArrow = (bytes: Uint8Array): Table => globalThis.Arrow.tableFromIPC(bytes);
