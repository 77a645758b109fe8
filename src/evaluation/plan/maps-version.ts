/** Raised when a method makes other maps of the same networks and settings, so that maps on disk are made anew between releases too. */
export const mapsVersion = 2;
