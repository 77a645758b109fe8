import type { Anatomy } from '../anatomy';
import type { Draw } from '../draw';
import type { OnFilm } from '../opacities';
import type { Plate } from '../plate';
import type { Shadow } from '../shadow';

/** What a finding is drawn into. */
export interface Scene {
  /** Attenuation that air takes away, less what findings drawn before have taken of it; row-major. */
  air: Float32Array;
  plate: Plate;
  anatomy: Anatomy;
  onFilm: OnFilm;
}

/** One kind of finding that a phantom may have, independently of the others; `index.ts` lists them all. */
export interface PhantomFinding {
  /** Name of the label, and of its random stream. */
  name: string;
  /** What data sets and libraries of chest films call it, in any case. */
  alsoCalled: readonly string[];
  /** Its shadows; none where the film has no room for it. */
  draw(scene: Scene, draw: Draw): Shadow[];
}
