import type { ChangeFigures } from '../metrics';

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
  /** Against the truths of other patients: the mean over seeded permutations; absent where there are no such truths. */
  control?: MapFigures;
  /** Of a one-sided truth; absent where the truth reaches both halves. */
  side?: SideRecord;
  /** Areas of the deletion and insertion curves; absent where they were not asked for. */
  faithfulness?: { deletion: number; insertion: number };
  /** 56 × 56 block means, scaled to 0…255, base64: enough to look for patterns that all maps share. */
  thumbnail: string;
}

/** Whether a map is stronger in the half of the image that holds the truth. */
export interface SideRecord {
  right: 0 | 1;
  /** Share of other patients' one-sided truths whose half the same map would have met; absent when there is none. */
  control?: number;
}

/** What one generator made of one image. PSNR in dB; null where the two images are equal. */
export interface GeneratorRecord {
  scoreSimilar?: number;
  scoreAdversarial: number;
  psnr: PairFigures;
  ssim: PairFigures;
  /** Of x_s to x_a (naive: x to x_a); absent where nothing changes. */
  change?: ChangeFigures;
}

/** Figures of the pairs (x, x_s), (x, x_a), (x_s, x_a). */
export interface PairFigures {
  originalSimilar?: number | null;
  originalAdversarial: number | null;
  similarAdversarial?: number | null;
}

/** A radiologist who looked at the film, or words of a report from which a program took the label. */
export type Reader = 'radiologist' | 'text' | '';

/** Everything measured on one image. */
export interface CaseRecord {
  id: string;
  patient: string;
  label: 0 | 1;
  view: string;
  collection: string;
  /** As the data folder says; empty when it does not. */
  sex: string;
  ageYears?: number;
  /** Who says what the label is; empty where the data folder does not say, and for phantoms, whose labels are exact. */
  reader: Reader;
  /** Share of the image that the truth covers; absent without truth. */
  truthShare?: number;
  logit: number;
  score: number;
  classifierSeconds: number;
  /** By id of the generator. */
  generators: Record<string, GeneratorRecord>;
  /** By key of the map, e.g. `gradient+aug`; empty for images without truth. */
  maps: Record<string, MapRecord>;
}

/** What a row of a table is called, and what kind of row it is. */
export interface MapTitle {
  key: string;
  title: string;
  /**
   * `image-generator`: a map made of generated images; `mask-generator`: a generated mask; `baseline`: any other method;
   * `trivial`: knows nothing of the image, or nothing but its edges.
   */
  family: 'image-generator' | 'mask-generator' | 'baseline' | 'trivial';
  /** Id of the generator. */
  generator?: string;
  /** Averaged over random transforms (eq. 11). */
  averaged: boolean;
  /** Made of the seeded subset alone. */
  slow: boolean;
}
