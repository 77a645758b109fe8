// The bundle that draws objects of other software, fetched when the first one is shown.
export { OtherOverlay } from './other-overlay';
