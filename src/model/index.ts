export type * from './codeco-app.ts';
export { distance, type Point } from './geometry.ts';
export type * from './ids.ts';
export type * from './kubernetes.ts';
export type * from './units.ts';
export type * from './world.ts';
