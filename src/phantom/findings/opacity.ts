import { drawOpacities } from '../opacities';
import type { PhantomFinding } from './finding';

/** Consolidations as the phantoms of one finding have them, the smallest left out: those could be taken for nodules. */
export const opacity: PhantomFinding = {
  name: 'opacity',
  draw: ({ air, plate, anatomy, onFilm }, draw) => drawOpacities(air, plate, anatomy, onFilm, draw, 0.17),
};
