/** What is to be known of a metric, whatever its kind: records, tables, CSV files, help and tests are made from it. */
export interface MetricFacts {
  /** Its key in records and results. */
  id: string;
  /** In the report. */
  title: string;
  /** Head of a column of the tables as text. */
  short: string;
  /** Where it is defined. */
  citation: string;
  /** Which values are better. */
  direction: 'higher' | 'lower';
  /** As UCUM writes it; `1` for a share or a ratio. */
  unit: '1' | 'dB';
  /** Smallest and largest value. */
  range: readonly [smallest: number, largest: number];
  /** When it has a value, in words; absent: always. */
  applies?: string;
  /** Of a positive and a negative side: two classes, or one of independent labels. Absent: of any number of classes. */
  ofTwoSides?: true;
  /** Of more than two classes that exclude each other alone. */
  ofClasses?: true;
}

/** What is measured image by image. */
export interface ImageMetricFacts extends MetricFacts {
  /** Its column in CSV files, or how that begins. */
  column: string;
}

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

/** Map against truth; `localisation/index.ts` lists them. */
export interface LocalisationMetric extends ImageMetricFacts {
  /** 0 or 1 of every image, so that its mean is a rate. */
  rate?: true;
  compute(localisation: LocalisationCase): number;
}

/** A map and a truth, pixels of so many columns. */
interface MapAndTruth {
  map: Float32Array;
  truth: Uint8Array;
  columns: number;
}

/** Map against truths of one sort alone, a share of images or of control truths; `localisation/index.ts` lists them. */
export interface ConditionalMetric extends ImageMetricFacts {
  applies: string;
  /** @returns undefined for a truth of another sort */
  compute(pair: MapAndTruth): 0 | 1 | undefined;
}

/** Precision and sensitivity of a map's masks at percentiles 0 to 99. */
export interface PrecisionSensitivity {
  precision: number[];
  sensitivity: number[];
}

/** Area under the mean curve of precision and sensitivity; `curves/index.ts` lists them. */
export interface AreaMetric extends ImageMetricFacts {
  compute(curve: PrecisionSensitivity): number;
}

/** Images that a perturbation curve can run between, in [0, 1]. */
interface CurveImages {
  image: Float32Array;
  /** The image, blurred. */
  blurred: Float32Array;
  /** All 0. */
  black: Float32Array;
}

/** Area under the classifier's score while pixels are exchanged in the order of the map; `curves/index.ts` lists them. */
export interface PerturbationMetric extends ImageMetricFacts {
  /** The image that it starts from, and the one whose pixels are put into it. */
  ends(images: CurveImages): readonly [from: Float32Array, to: Float32Array];
  /** Of a map that has no order: the worst value. */
  failed: 0 | 1;
}

/** Two images of one size, values in [0, 1]. */
export interface ImagePair {
  a: Float32Array;
  b: Float32Array;
  width: number;
  height: number;
  /** Where the truth lies, one byte a pixel. */
  truth?: Uint8Array;
  /** 1 = image, 0 = padding; absent: everything is image. */
  valid?: Uint8Array;
}

/** How near two images are: of x and x_s, of x and x_a, of x_s and x_a; `pairs/index.ts` lists them. */
export interface PairMetric extends ImageMetricFacts {
  /** @returns infinity where equal images have no finite value */
  compute(pair: ImagePair): number;
}

/** How a change lies: of x_s to x_a, or of x to x_a where there is no x_s; `pairs/index.ts` lists them. */
export interface ChangeMetric extends ImageMetricFacts {
  /** @returns undefined where it has no value */
  compute(pair: ImagePair): number | undefined;
}

/** Scores against labels; `classification/index.ts` lists them. */
export interface RankingMetric extends MetricFacts {
  /** @returns undefined when one class is missing */
  compute(scores: ArrayLike<number>, labels: ArrayLike<number>): number | undefined;
}

/** The share of images, among some, for which something holds; `classification/index.ts` lists them. */
export interface ShareMetric<Image> extends MetricFacts {
  applies: string;
  /** Whether an image is among those that it is a share of. */
  among(image: Image): boolean;
  /** @returns undefined for an image of which that cannot be said: it is left out */
  holds(image: Image): boolean | undefined;
}

/** Scores of the generated images against the decision on x; `classification/index.ts` lists them. */
export interface GeneratedRanking extends MetricFacts {
  /** @returns undefined where there is no such image */
  score(generated: { scoreSimilar?: number; scoreAdversarial: number }): number | undefined;
}

/** An image whose class is known, and the class that the classifier decided. Of a label, 1 is present and 0 absent. */
export interface CalledImage {
  label: number;
  decided: number;
}

/** An image, and what the classifier decided of its generated images. */
export interface GeneratedImage extends CalledImage {
  /** x_s; undefined where there is none. */
  similar: number | undefined;
  /** x_a. */
  adversarial: number;
}

/** What generated images do to the decision; `classification/index.ts` lists them. */
export interface GeneratedShare extends ShareMetric<GeneratedImage> {
  /** Which generated image it speaks of: of an x_s that is x itself nothing is said. */
  of: 'similar' | 'adversarial';
}

/** How far two sets of images lie apart, by their features; `sets/index.ts` lists them. */
export interface SetMetric extends MetricFacts {
  /** Rows of features; @returns undefined where a set is too small */
  compute(first: readonly Float32Array[], second: readonly Float32Array[]): number | undefined;
}
