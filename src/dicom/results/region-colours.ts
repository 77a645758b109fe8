import { isNegative, type Decision } from '../../models/decision';

/** CIELab as PS3.3 C.10.7.1.1 encodes it: L scaled to 65535, a and b offset by 128. */
type EncodedLab = readonly [number, number, number];

/** Yellow, orange, red, dark red. */
const warm: readonly EncodedLab[] = [
  [59000, 32000, 52500],
  [45000, 41500, 49500],
  [34900, 52900, 50100],
  [22000, 47000, 43000],
];

/** Cyan to dark blue, of the map `azure`: sRGB 98, 240, 254; 31, 188, 233; 20, 111, 181; 11, 63, 146. */
const cool: readonly EncodedLab[] = [
  [57394, 23458, 28045],
  [46125, 25819, 24171],
  [29316, 31572, 21354],
  [18213, 35790, 19720],
];

/**
 * Colours that a viewer is recommended for marked regions, as those of maps are: cool where nothing was found.
 *
 * @param band from 1, the lowest percentile first
 */
export function regionColour(decision: Decision, band = 1): EncodedLab {
  const colours = isNegative(decision) ? cool : warm;
  return colours[Math.min(band, colours.length) - 1];
}
