import * as z from 'zod';

const fraction = z.number().min(0).max(1);
const pixels = z.int().positive();
const seconds = z.number().min(0).optional();

const decision = z.discriminatedUnion('kind', [
  /** Two classes: class 1 if and only if score > operatingPoint. */
  z.strictObject({
    kind: z.literal('operating-point'),
    logit: z.number().optional(),
    /** Calibrated score of class 1. */
    score: fraction,
    operatingPoint: fraction,
    decided: z.union([z.literal(0), z.literal(1)]),
  }),
  /** More than two: the likeliest. */
  z.strictObject({
    kind: z.literal('classes'),
    logit: z.number().optional(),
    /** Probability of the decided class. */
    score: fraction,
    decided: z.int().min(0),
    probabilities: z.array(fraction).readonly().optional(),
  }),
  /** Independent labels: score and decision of the explained one, decided like the positive class of two. */
  z.strictObject({
    kind: z.literal('labels'),
    /** Its index. */
    label: z.int().min(0),
    logit: z.number().optional(),
    score: fraction,
    operatingPoint: fraction,
    decided: z.union([z.literal(0), z.literal(1)]),
    /** Of every label. */
    labels: z
      .array(
        z.strictObject({
          score: fraction,
          operatingPoint: fraction,
          decided: z.union([z.literal(0), z.literal(1)]),
        }),
      )
      .readonly()
      .optional(),
  }),
]);

/**
 * Schema of the result file (JSON) of one explanation, the same from viewer and command: `explain-result/1`. Of the
 * patient nothing is in it but the image's UID. The number after the slash rises when a field changes its meaning, its unit or its name, or goes.
 */
export const resultFileSchema = z.strictObject({
  format: z.literal('explain-result/1'),
  model: z.strictObject({
    id: z.string(),
    version: z.string(),
    title: z.string(),
    /** SHA-256 over the names and hashes of the package's files. */
    weightsSha256: z.string(),
  }),
  /** Names, by index. */
  classes: z.array(z.string()).min(1),
  method: z.strictObject({
    id: z.string(),
    title: z.string(),
    /** Absent for a method of another release. */
    citation: z.string().optional(),
    /** Name of the explained label, of a model of independent ones. */
    label: z.string().optional(),
    generator: z.string().optional(),
    /** Random transforms that the map is the mean of; 0 for a single pass. */
    augment: z.int().min(0),
    seed: z.int(),
  }),
  /** When it was made, UTC; absent where the archive does not say. */
  created: z.iso.datetime().optional(),
  software: z.strictObject({
    /** Version of this software; absent where the archive does not say. */
    explain: z.string().optional(),
    /** Absent where the archive was read. */
    tfjs: z.string().optional(),
    /** That made the map; absent where the archive does not say. */
    backend: z.string().optional(),
  }),
  film: z.strictObject({
    /** SOP Instance UID of the image, and its frame where it has several; absent for a picture that is no DICOM. */
    sopInstanceUid: z.string().optional(),
    frame: pixels.optional(),
    rows: pixels,
    columns: pixels,
    photometric: z.enum(['MONOCHROME1', 'MONOCHROME2']),
  }),
  decision,
  decisionSimilar: decision.optional(),
  decisionAdversarial: decision.optional(),
  /** Whether x_s keeps the decision. */
  hold: z.boolean().optional(),
  /** x_s is x itself (PSNR over 60 dB), so that it keeps the decision says nothing. */
  similarIsOriginal: z.literal(true).optional(),
  /** Whether x_a changes the decision. */
  flip: z.boolean().optional(),
  /** Distance from the training images; above the threshold the film is unlike them, above the limit there is no answer. */
  outlier: z
    .strictObject({ distance: z.number(), threshold: z.number(), limit: z.number().optional() })
    .optional(),
  /** Size of the map as it was made, and how the film meets it. */
  map: z.strictObject({ rows: pixels, columns: pixels, fit: z.enum(['stretch', 'letterbox']) }),
  /**
   * Of an averaged map: Spearman's rank correlation between the means of two halves of the transforms within the image, and the
   * model's threshold for this method, below which it counts as unstable; absent where none was measured. `differing`: part of what
   * the map speaks of in which the transforms differ by more than its own value; files of other releases lack it.
   */
  stability: z
    .strictObject({
      correlation: z.number().min(-1).max(1),
      threshold: z.number().min(-1).max(1).optional(),
      differing: fraction.optional(),
    })
    .optional(),
  /**
   * What the classifier says on the way from x_s (or the film, where none is made) to x_a, in equal steps of the blend
   * (1 − t) · x_s + t · x_a, and the fractions t where its answer changes, interpolated linearly; where it was asked for.
   */
  graded: z
    .strictObject({
      from: z.enum(['similar', 'film']),
      steps: z.array(z.strictObject({ fraction, decision })).min(2),
      changes: z.array(fraction),
    })
    .optional(),
  /** Of the mask that is shown with it. */
  percentile: z.number().optional(),
  cautions: z.array(z.string()),
  /** Read from the archive rather than computed. */
  restored: z.literal(true).optional(),
  /** Wall-clock times; what was not measured is absent. */
  seconds: z.strictObject({ preparation: seconds, classifier: seconds, explanation: seconds }),
  notice: z.string(),
  /** Of the command: SHA-256 of each file that belongs to this result, by what follows the image's name. */
  files: z.record(z.string(), z.string()).optional(),
});

export type ResultFile = z.infer<typeof resultFileSchema>;
