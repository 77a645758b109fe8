import { drawOpacities } from '../opacities';
import type { PhantomFinding } from './finding';

/** Consolidations as the phantoms of one finding have them, but twice as wide as a nodule at least, and plain to see. */
export const opacity: PhantomFinding = {
  name: 'opacity',
  alsoCalled: ['lung opacity'],
  draw: ({ air, plate, anatomy, onFilm }, draw) =>
    drawOpacities(air, plate, anatomy, onFilm, draw, { smallest: 0.21, faintest: () => 0.6 }),
};
