export { Acm, type AppStatus } from './acm.ts';
