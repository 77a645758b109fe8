export { findingCalled, findingNames } from './findings';
export { makeFindingsPhantom, makePhantom } from './phantom';
export type { Phantom } from './phantom';
