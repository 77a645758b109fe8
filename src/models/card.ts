import * as z from 'zod';
import { mostTransforms } from './most-transforms';
import { generatorKindIds } from './generator-kinds';
import { hasTooManyParts, mostJsonParts } from './json-parts';

export type { GeneratorKind } from './generator-kinds';

/** How a generator's outputs are made (networks/generator.ts). */
export const generatorOutputs = ['plain', 'residual', 'shared'] as const;
export type GeneratorOutput = (typeof generatorOutputs)[number];

/** Name of a generator inside its package; a package may carry several of one kind. */
const generatorId = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens')
  // Generators are looked up by their names, and every object has something of this one.
  .refine(id => id !== 'constructor', 'another name than "constructor"');

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hexadecimal');
/** Path of a file of a package, relative to its folder and inside it. */
export const packagePath = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/i, 'a path inside the package')
  .refine(path => !path.split('/').includes('..'), 'a path inside the package');
const fraction = z.number().min(0).max(1);

const inputSpec = z.strictObject({
  /** Side of the square input, pixels. */
  size: z.int().min(32).max(1024),
  /** 1 grey channel, or 3 equal ones. */
  channels: z.union([z.literal(1), z.literal(3)]),
  range: z.tuple([z.literal(0), z.literal(1)]),
  /** How a film that is not square meets the input. */
  fit: z.enum(['stretch', 'letterbox']),
  /** Histogram equalisation of the valid pixels; otherwise linear from minimum to maximum. */
  equalise: z.boolean(),
});

const geometricRanges = z.strictObject({
  rotationDegrees: z.number().min(0).max(180),
  shiftFraction: fraction,
  zoom: z.tuple([z.number().positive(), z.number().positive()]),
  horizontalFlip: z.boolean(),
  verticalFlip: z.boolean(),
});

const pair = z.tuple([z.number(), z.number()]);
const perChannel = z.array(z.number()).min(1).max(3);

/**
 * Longest side that an imported network may read, pixels. The prepared image has 1024 at most, so that more shows it nothing; and the
 * first layer alone would take gigabytes, which is found out only when they are asked for.
 */
export const mostImportedSide = 4096;
const importedSide = z.int().positive().max(mostImportedSide);

/** What a classifier that was trained elsewhere reads and answers; `classifier.ts` adapts it. */
const importedNetwork = z.strictObject({
  /** File format of TensorFlow.js; `onnx`: layers that were made of an ONNX graph. */
  format: z.enum(['layers', 'graph', 'onnx']),
  input: z.strictObject({
    /** Rows and columns that the network reads; the prepared image is resized to them. */
    size: z.tuple([importedSide, importedSide]),
    /** The grey image is repeated on three channels. */
    channels: z.union([z.literal(1), z.literal(3)]),
    /** Grey value g in [0, 1] as the network reads it: low + g · (high − low), or (g − mean) / std for each channel. */
    scaling: z.union([
      z.strictObject({ range: pair }),
      z.strictObject({ mean: perChannel, std: perChannel.check(z.refine(all => all.every(value => value > 0))) }),
    ]),
  }),
  /** What the network's last operation makes of its logits. */
  output: z.enum(['sigmoid', 'softmax', 'logits']),
});

/** Settings and outcome of a training run, as written by the trainer: names and values, nothing executable. */
const trainingRecord = z.record(z.string(), z.unknown());

const generatorEntry = z.strictObject({
  kind: z.enum(generatorKindIds),
  path: packagePath,
  title: z.string().min(1),
  output: z.enum(generatorOutputs),
  /** Of a classifier of independent labels: the one that it was trained for, or several whose label it is told. */
  labels: z.array(z.string().min(1)).min(1).optional(),
  training: trainingRecord,
  /** Measured figures by name; a figure that was not measured is absent. */
  figures: z.record(z.string(), z.json()).optional(),
});

/** How far from the training images an image may lie (`explain fit-ood`, docs/dicom.md). */
const outOfDistribution = z.strictObject({
  /** Mean, scale and components of the training images' features, float32. */
  path: packagePath,
  /** Layers whose features are pooled: mean and standard deviation of each channel over all places. */
  layers: z.array(z.string().min(1)).min(1),
  components: z.int().positive(),
  /** Distance that `quantile` of the validation images keep to. */
  threshold: z.number().positive(),
  quantile: z.number().gt(0).lt(1),
  /** Distance beyond which an image is given no answer, whatever its header says; absent: none. */
  limit: z.number().positive().optional(),
  /** Hash of the classifier's files that it was fitted to: another classifier has other features. */
  classifierSha256: sha256,
  /** What it was fitted to and measured on. */
  figures: z.record(z.string(), z.json()),
});

/** Platt scaling: score = sigmoid(slope · logit + intercept). */
const plattScaling = z.strictObject({
  method: z.literal('platt'),
  slope: z.number().positive(),
  intercept: z.number(),
  fittedOn: z.string().min(1),
  /** Reliability table on the fitting split: mean score and share of positives per bin. */
  reliability: z.array(
    z.strictObject({ count: z.int().positive(), meanScore: fraction, positiveShare: fraction }),
  ),
});

/** When an averaged map of one method counts as stable (`explain fit-stability`, docs/methods.md). */
const stabilityEntry = z.strictObject({
  /** Transforms of the maps that it was measured on. */
  transforms: z.int().min(2),
  /** Rank correlation between the means of their halves that `1 − quantile` of the validation images reach. */
  threshold: z.number().min(-1).max(1),
  quantile: z.number().gt(0).lt(1),
  /** What it was measured on, and found. */
  figures: z.record(z.string(), z.json()),
});

/** To which films a single label applies, within those of the model. */
const labelApplicability = z.strictObject({
  /** View Positions; absent: those of the model. */
  views: z.array(z.string().min(1)).min(1).optional(),
  minAgeYears: z.number().min(0).optional(),
  maxAgeYears: z.number().positive().optional(),
});

/** What the card of a classifier that was trained elsewhere may leave open; people are told so. */
export const openFacts = ['intended use', 'where it applies', 'training data', 'terms of the weights'] as const;

/** Why no calibration fits a label. */
const uncalibratedReasons = ['ranked-below', 'one-class'] as const;

/** Schema of `model-card.json`. */
export const modelCardSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[a-z0-9-]+$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  title: z.string().min(1),
  researchUseNotice: z.string().min(1),
  intendedUse: z.string().min(1),
  /** Terms of the weights, apart from the licence of the code. */
  weightsTerms: z.string().min(1),
  /** Of an imported classifier: what nobody said of it. */
  notStated: z.array(z.enum(openFacts)).min(1).optional(),
  codeVersion: z.string().min(1),
  input: inputSpec,
  /** Of two classes, index 1 is the positive one. */
  classes: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        /** Of an independent label, on its calibrated score: found if and only if score > operatingPoint. */
        operatingPoint: z.number().gt(0).lt(1).optional(),
        /** Of an independent label; absent: its score is the network's own, sigmoid(logit). */
        calibration: plattScaling.optional(),
        /**
         * Of an independent label that no calibration fitted, why: its validation images were ranked the wrong way round, so that nothing is
         * said of it, or were all of one kind, so that its operating point is not measured.
         */
        uncalibrated: z.enum(uncalibratedReasons).optional(),
        /** Of an independent label, where it asks for more than the model: of other films the model says nothing of it. */
        applicability: labelApplicability.optional(),
        /** Of an independent label that is explained best by another method than the package's `defaultMethod`. */
        defaultMethod: generatorId.optional(),
        /** Of an independent label for which several generators were trained: the one that is used where none is asked for. */
        defaultGenerator: generatorId.optional(),
      }),
    )
    .min(1),
  /** The classes do not exclude each other: each is a label with a logit and an operating point of its own. */
  independent: z.literal(true).optional(),
  /** Two classes only, on the calibrated score: class 1 if and only if score > operatingPoint. Of more, the likeliest. */
  operatingPoint: z.number().gt(0).lt(1).optional(),
  /** Two classes only; absent: the score is the network's own, sigmoid(logit). */
  calibration: plattScaling.optional(),
  applicability: z.strictObject({
    modalities: z.array(z.string()),
    bodyParts: z.array(z.string()),
    views: z.array(z.string()),
    photometric: z.array(z.string()),
    minRows: z.int().positive(),
    minColumns: z.int().positive(),
    minAgeYears: z.number().min(0),
    maxAgeYears: z.number().positive(),
    /** Made for synthetic phantoms, not for patients (or the other way round). */
    phantomOnly: z.boolean(),
  }),
  trainingData: z.strictObject({
    description: z.string().min(1),
    /** Split manifest in the package, and its SHA-256; absent for data made on the fly. */
    splitManifest: z.strictObject({ path: packagePath, sha256 }).optional(),
    counts: z.record(z.string(), z.json()),
  }),
  classifier: z.strictObject({
    path: packagePath,
    architecture: z.string().min(1),
    /** Layer whose output GradCAM reads: the last convolution features before pooling. Absent: there are none. */
    featureLayer: z.string().min(1).optional(),
    /** Layer whose features evidence change and Guided GradCAM read, where it is not `featureLayer`. */
    evidenceLayer: z.string().min(1).optional(),
    /** Absent: a network of this project, which reads [0, 1] and answers one logit. */
    imported: importedNetwork.optional(),
    training: trainingRecord,
    figures: z.record(z.string(), z.json()).optional(),
  }),
  generators: z.record(generatorId, generatorEntry),
  defaultGenerator: generatorId.optional(),
  /** Id of the method that explains where none is asked for, chosen on validation images. Absent: as `defaultMethodOf` has it. */
  defaultMethod: generatorId.optional(),
  outOfDistribution: outOfDistribution.optional(),
  /** By method. */
  stability: z.record(generatorId, stabilityEntry).optional(),
  /** Prediction-time averaging (eq. 11): ranges the networks were trained with. */
  augmentation: z.strictObject({ ...geometricRanges.shape, count: z.int().positive().max(mostTransforms) }),
  /** SHA-256 of every file of the package but this card. */
  files: z.record(packagePath, sha256),
});

/** Everything viewer and evaluation must know of a model. */
export type ModelCard = z.infer<typeof modelCardSchema> & {
  /** Of a card as explained for one of independent labels (label.ts), which is never stored: its name. */
  label?: string;
};
export type InputSpec = ModelCard['input'];
export type ImportedNetwork = z.infer<typeof importedNetwork>;

/** What depends on the number of classes: an operating point and a calibration belong to two. */
const consistentCardSchema = modelCardSchema.superRefine((card, context) => {
  const wrong = (path: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [path], message });
  };
  const { imported } = card.classifier;
  if (card.defaultGenerator !== undefined && !Object.hasOwn(card.generators, card.defaultGenerator))
    wrong('defaultGenerator', `"${card.defaultGenerator}" is no generator of the package`);
  if (imported && card.input.channels !== 1) wrong('input', 'an imported classifier gets one grey channel');
  if (imported && 'mean' in imported.input.scaling) {
    const { mean, std } = imported.input.scaling;
    const fits = [mean, std].every(({ length }) => length === 1 || length === imported.input.channels);
    if (!fits) wrong('classifier', 'mean and std need one value, or one for each channel');
  }
  if (card.independent) {
    if (card.classes.some(({ operatingPoint }) => operatingPoint === undefined))
      wrong('classes', 'each independent label needs an operating point');
    if (card.operatingPoint !== undefined) wrong('operatingPoint', 'independent labels have one each, in classes');
    if (card.calibration !== undefined) wrong('calibration', 'independent labels have no common calibration');
    if (card.classes.some(label => label.calibration && label.uncalibrated))
      wrong('classes', 'a label is calibrated or "uncalibrated", not both');
    const unknown = Object.entries(card.generators).filter(([, { labels }]) =>
      labels?.some(label => !card.classes.some(({ name }) => name === label)),
    );
    for (const [id] of unknown) wrong('generators', `"${id}" is for a label that is none of the classes`);
    for (const { name, defaultGenerator } of card.classes) {
      if (defaultGenerator === undefined || card.generators[defaultGenerator]?.labels?.includes(name)) continue;
      wrong('classes', `"${defaultGenerator}" is no generator that was trained for "${name}"`);
    }
    return;
  }
  if (card.classes.length < 2) wrong('classes', 'classes that exclude each other are two or more');
  if (card.classes.some(({ operatingPoint }) => operatingPoint !== undefined))
    wrong('classes', 'an operating point of its own has a label of "independent": true alone');
  if (
    card.classes.some(
      ({ calibration, uncalibrated, applicability, defaultMethod, defaultGenerator }) =>
        calibration ??
        uncalibrated ?? applicability ?? defaultMethod ?? defaultGenerator,
    )
  )
    wrong(
      'classes',
      'calibration, applicability, method and generator of its own has a label of "independent": true alone',
    );
  if (imported?.output === 'sigmoid' && card.classes.length !== 2) {
    wrong('classes', 'a sigmoid output tells two classes apart');
  }
  if (card.classes.length === 2) {
    if (card.operatingPoint === undefined) wrong('operatingPoint', 'two classes need an operating point');
    return;
  }
  if (card.operatingPoint !== undefined) wrong('operatingPoint', 'more than two classes have no operating point');
  if (card.calibration !== undefined) wrong('calibration', 'more than two classes have no Platt calibration');
});

/**
 * Checks the text of a `model-card.json`.
 *
 * @throws ModelPackageError `schema`, naming each field that is wrong
 */
export function parseModelCard(text: string): ModelCard {
  let value: unknown;
  if (hasTooManyParts(text))
    throw new ModelPackageError('schema', `model-card.json holds more than ${mostJsonParts} values.`);
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ModelPackageError('schema', `model-card.json is not valid JSON: ${(error as Error).message}`);
  }
  const result = consistentCardSchema.safeParse(value);
  if (!result.success) {
    throw new ModelPackageError('schema', `model-card.json is refused:\n${z.prettifyError(result.error)}`);
  }
  return result.data;
}

export type ModelPackageErrorCode = 'schema' | 'hash' | 'missing' | 'format';

/** A model package that must not be used, with the reason. */
export class ModelPackageError extends Error {
  override name = 'ModelPackageError';
  constructor(
    readonly code: ModelPackageErrorCode,
    message: string,
  ) {
    super(message);
  }
}
