declare const entity: unique symbol;
type Id<E extends string> = number & { readonly [entity]: E };

/** Entities inside a run are small integers: the index of the entity in its list in `World`. */
export type VertexId = Id<'vertex'>;
export type MediumId = Id<'medium'>;
export type LinkId = Id<'link'>;
export type ClusterId = Id<'cluster'>;
export type NodeId = Id<'node'>;
export type AccessPointId = Id<'access-point'>;
export type UserId = Id<'user'>;
export type AppId = Id<'app'>;
/** Index in `World.services`: services are numbered across all applications. */
export type ServiceId = Id<'service'>;
/** Pods are numbered in the order of their creation, over the whole run. */
export type PodId = Id<'pod'>;
export type DatasetId = Id<'dataset'>;
