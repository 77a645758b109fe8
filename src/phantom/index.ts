export { OPACITY_THRESHOLD } from './film';
export type { Rectangle } from './film';
export { makePhantom } from './phantom';
export type { Phantom, PhantomOptions } from './phantom';
