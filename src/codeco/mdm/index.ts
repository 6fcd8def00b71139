export { Mdm, type CatalogueNote, type MetadataSources } from './mdm.ts';
export { compliance, freshness, portability, type DataQuality, type Room } from './node-quality.ts';
