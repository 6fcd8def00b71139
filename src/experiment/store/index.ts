export { parseStorePlace, storeAccess } from './object-store.ts';
export { fetchSweeps, StoredSweep } from './stored-sweep.ts';
