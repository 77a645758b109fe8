/** Transforms that a map is averaged over at most: its halves have long agreed by then, and each costs a map. */
export const mostTransforms = 1000;
