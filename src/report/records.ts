/** Localisation figures of one map against one truth (or their mean over several). */
export interface MapFigures {
  /** By id of `localisationMetrics`. */
  values: Record<string, number>;
  /** At percentiles 0 to 99. */
  precision: number[];
  sensitivity: number[];
}

/** One map of one image. */
export interface MapRecord {
  /** Time of the method on this image; absent for maps that no network makes. */
  seconds?: number;
  /** Why the map is worthless (constant, not finite); such a map scores 0 everywhere. */
  failure?: string;
  /** Share of pixels with the map's most frequent value. */
  constantShare: number;
  /** Against the image's own truth. */
  right: MapFigures;
  /** Against the truths of other patients: the mean over seeded permutations. */
  control: MapFigures;
  /** 56 × 56 block means, scaled to 0…255, base64: enough to look for patterns that all maps share. */
  thumbnail: string;
}

/** What one generator made of one image. PSNR in dB; null where the two images are equal. */
export interface GeneratorRecord {
  scoreSimilar?: number;
  scoreAdversarial: number;
  psnr: PairFigures;
  ssim: PairFigures;
}

/** Figures of the pairs (x, x_s), (x, x_a), (x_s, x_a). */
export interface PairFigures {
  originalSimilar?: number | null;
  originalAdversarial: number | null;
  similarAdversarial?: number | null;
}

/** Everything measured on one image. */
export interface CaseRecord {
  id: string;
  patient: string;
  label: 0 | 1;
  view: string;
  collection: string;
  /** Share of the image that the truth covers; absent without truth. */
  truthShare?: number;
  logit: number;
  score: number;
  classifierSeconds: number;
  /** By kind of generator. */
  generators: Record<string, GeneratorRecord>;
  /** By key of the map, e.g. `gradient+aug`; empty for images without truth. */
  maps: Record<string, MapRecord>;
}

/** What a row of a table is called. */
export interface MapTitle {
  key: string;
  title: string;
}
