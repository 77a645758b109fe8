/** One map beside one ground truth, with what all localisation metrics share computed once: see `localisationCase`. */
export interface LocalisationCase {
  /** Values at the model's input size. */
  map: Float32Array;
  /** Valid pixels, largest value first, ties in seeded order. */
  order: Uint32Array;
  /** order.length + 1 entries: how many of the first k pixels of `order` lie in the truth. */
  hits: Uint32Array;
  /** Truth pixels inside the image. */
  truthCount: number;
  /** Per pixel: 1 in the truth and inside the image. */
  truth: Uint8Array;
  /** One value all over the image: nothing is localised, and every metric is 0 rather than luck. */
  constant: boolean;
}

/** One localisation metric; `index.ts` lists them. */
export interface LocalisationMetric {
  id: string;
  title: string;
  citation: string;
  direction: 'higher' | 'lower';
  /** @returns a number in [0, 1] */
  compute(localisation: LocalisationCase): number;
}
