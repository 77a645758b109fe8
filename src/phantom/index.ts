export { makePhantom } from './phantom';
export type { Phantom } from './phantom';
