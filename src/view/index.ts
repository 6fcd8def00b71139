export { siteOf, type Site } from './files.ts';
export { serve, writeSite } from './server.ts';
