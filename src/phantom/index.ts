export { findingNames } from './findings';
export { makeFindingsPhantom, makePhantom } from './phantom';
export type { FindingsPhantom, Phantom } from './phantom';
