import type { ChangeId, ConditionalId, ImagePairKey, PairId, PerturbationId } from '../metrics';

/** Localisation figures of one map against one truth (or their mean over several). */
export interface MapFigures {
  /** By id of `localisationMetrics`. */
  values: Record<string, number>;
  /** At percentiles 0 to 99. */
  precision: number[];
  sensitivity: number[];
}

/** One map of one image; by its id what a conditional metric says of it, absent where that does not apply to the truth. */
export interface MapRecord extends Partial<Record<ConditionalId, ConditionalRecord>> {
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
  /** Areas of the deletion and insertion curves; absent where they were not asked for. */
  faithfulness?: Record<PerturbationId, number>;
  /** Of `thumbnail.ts`; empty of a map that is constant or not finite. */
  thumbnail: string;
}

/** Whether something holds of a map beside a truth of one sort, e.g. one within one half of the film. */
export interface ConditionalRecord {
  right: 0 | 1;
  /** Share of other patients' truths of that sort for which it would have held; absent when there is none. */
  control?: number;
}

/** What the classifier answers to one image, as far as figures need it; `answers.ts` makes it of a `Decision` and reads it. */
export interface AnswerRecord {
  /** Of the positive one of two classes, of the decided one of several, or of the explained label; in [0, 1]. */
  score: number;
  /** Index of the decided one of several classes; absent where it follows from score and operating point. */
  decided?: number;
  /** Of every class or label, in the order of the card; absent of two classes. */
  scores?: readonly number[];
}

/** What one generator made of one image, by the id of each metric of pairs; null where equal images have no finite value. */
export interface GeneratorRecord extends Record<PairId, PairFigures> {
  scoreSimilar?: number;
  scoreAdversarial: number;
  /** What else was answered to them; absent of two classes. */
  answers?: { similar?: AnswerRecord; adversarial: AnswerRecord };
  /** Of independent labels: how many of all but the explained one x_a decides as the film, and how many there are. */
  othersKept?: { kept: number; of: number };
  /** Of x_s to x_a (naive: x to x_a); absent where nothing changes. */
  change?: ChangeFigures;
  /** |x_s − x_a| (naive: |x − x_a|), of `thumbnail.ts`; absent where nothing changes, and in records of before it was kept. */
  changeThumbnail?: string;
}

/** One figure of each pair; the pairs of x_s are absent where there is no x_s. */
export type PairFigures = Partial<Record<ImagePairKey, number | null>>;

/** How the change lies, by the id of the metric; absent where it has no value. */
export type ChangeFigures = Partial<Record<ChangeId, number>>;

/** A radiologist who looked at the film, or words of a report from which a program took the label. */
export type Reader = 'radiologist' | 'text' | '';

/** What the data folder says of one image. */
export interface ImageFacts {
  id: string;
  patient: string;
  /** Index of its class, 1 the positive one of two; of an independent label, 1 where it is present. */
  label: number;
  view: string;
  collection: string;
  /** Empty when the folder does not say it. */
  sex: string;
  ageYears?: number;
  /** Who says what the label is; empty where the data folder does not say, and for phantoms, whose labels are exact. */
  reader: Reader;
}

/** Everything measured on one image. */
export interface CaseRecord extends ImageFacts, AnswerRecord {
  /** Share of the image that the truth covers; absent without truth. */
  truthShare?: number;
  logit: number;
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
