export { HttpExtender, type ExtenderObjects } from './http-extender.ts';
export { extenderObjects } from './objects.ts';
export { SynchronousHttp } from './synchronous-http.ts';
