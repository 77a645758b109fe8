// The bundle that draws masks while the percentile moves, fetched when the first mask is shown.
export { MovingMask, type MovingHost } from './moving-mask';
