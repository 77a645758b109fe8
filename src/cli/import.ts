import { preparationOptions } from '../datasets/options';
import { access } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { Command } from 'commander';
import * as z from 'zod';
import { version } from '../../package.json';
import { prepareNodeBackend } from '../backends/node';
import { count, decimals, flag, list, option, text } from '../io/options';
import { predictionRanges } from '../models/augmentation';
import { modelCardSchema, type ImportedNetwork, type ModelCard } from '../models/card';
import { buildClassifier } from '../models/classifier';
import { sha256Hex } from '../models/hash';
import { findFeatureNode } from '../models/imported/graph-network';
import { rawOutputs, statedInputShape } from '../models/imported/raw-outputs';
import { loadModelPackage } from '../models/package';
import { writeAtomically } from '../io/write-file';
import { folderReader } from '../io/folder-reader';
import { operatingPointRule } from '../training/classifier-options';
import { writeCard } from '../training/write-package';
import { readAbout, type About } from './about';
import { calibrate } from './import/calibrate';
import {
  checkAdapted,
  checkOutputs,
  findFeatureLayer,
  testImages,
  whyNoGradient,
} from './import/check-network';
import { readNetworkFiles, type NetworkFiles } from './import/network-files';
import { addOptions } from './options';

/** One number for every channel, or three. */
const channels = decimals().refine(
  values => values.every(Number.isFinite) && [1, 3].includes(values.length),
  'It must be one number, or three separated by commas.',
);

const range = decimals()
  .refine(
    values => values.length === 2 && values.every(Number.isFinite) && values[0] !== values[1],
    'It must be two different numbers separated by a comma, e.g. -1,1 (write --input-range=-1,1).',
  )
  .transform(([low, high]): [number, number] => [low, high]);

/** Options of `explain import classifier`. */
const importOptions = z.object({
  out: option(text(), { value: '<folder>', help: 'model package to write' }),
  about: option(text(), {
    value: '<file>',
    help: 'what the card says of the model (JSON, docs/bring-your-own.md)',
  }),
  output: option(z.enum(['sigmoid', 'softmax', 'logits']), {
    value: '<kind>',
    help: 'what the network answers',
  }),
  inputRange: option(range.optional(), {
    value: '<low,high>',
    help: 'values of black and white that the network reads, e.g. 0,255 (default: 0,1)',
  }),
  inputMean: option(channels.optional(), {
    value: '<m,...>',
    help: 'instead: mean of each channel, of values in [0, 1]',
  }),
  inputStd: option(channels.optional(), { value: '<s,...>', help: 'and its standard deviation' }),
  classes: option(
    list()
      .refine(names => names.length >= 2, 'It must name two classes or more.')
      .optional(),
    {
      value: '<names>',
      help: 'in the network’s order, separated by commas; of two, the second is the positive one',
    },
  ),
  size: option(count().optional(), {
    value: '<pixels>',
    help: 'side of the prepared image (default: what the network reads)',
  }),
  equalise: option(flag(), {
    help: 'equalise the histogram of an image first, where the network was trained so',
  }),
  featureLayer: option(text().optional(), {
    value: '<name>',
    help: 'layer or graph node that GradCAM reads (default: found)',
  }),
  calibrate: option(text().optional(), {
    value: '<data>',
    help: 'fit the score on the validation split of this data folder, or on "phantom"',
  }),
  operatingPoint: option(operatingPointRule.optional(), {
    value: '<rule>',
    help: 'two classes: a number; with --calibrate also youden or sensitivity:0.95 (default: 0.5)',
  }),
  cache: preparationOptions.shape.cache,
});

type ImportOptions = z.infer<typeof importOptions>;

/** Adds `explain import classifier`. */
export function registerImport(program: Command): void {
  const command = program
    .command('import')
    .description('Take over what was trained elsewhere')
    .command('classifier')
    .description('Copy a TensorFlow.js classifier into a model package, and check it by running it')
    .argument('<folder>', 'folder with the model.json of a Layers or Graph model and its weights');
  addOptions(command, importOptions).action((folder: string, options: ImportOptions) =>
    importClassifier(folder, options),
  );
}

async function importClassifier(folder: string, options: ImportOptions): Promise<void> {
  const about = await readAbout(options.about);
  await refuseOverwriting(options.out);
  const files = await readNetworkFiles(folder);
  await prepareNodeBackend('wasm');
  const { artifacts, format } = files;
  const network = await describeNetwork(artifacts, format, options);
  let card = makeCard(options, about, network, files);
  const images = testImages(card.input);

  const raw = await rawOutputs(artifacts, network, images).catch((error: Error) => {
    throw new Error(
      `The network does not run on [8, ${network.input.size.join(', ')}, ${network.input.channels}]: ${error.message}`,
    );
  });
  const outputs = tf.tidy(() => raw.reshape([raw.shape[0], -1]).arraySync() as number[][]);
  const warnings = checkOutputs(outputs, network.output, card.classes.length);
  say(
    `It answers ${raw.shape.slice(1).join(' × ')} number(s) an image, ${rangeOf(outputs)} on ${outputs.length} test images.`,
  );

  card = await withFeatureLayer(card, artifacts, options.featureLayer);
  const classifier = await buildClassifier(artifacts, card);
  checkAdapted(classifier, images, outputs, network.output);
  const reason = whyNoGradient(classifier, card, tf.slice(images, 0, 1));
  if (reason) warnings.push(`No gradient methods and no generators through this classifier. ${reason}`);
  else say('Its gradient can be computed: generators can be trained through it.');
  const { featureLayer } = card.classifier;
  say(
    featureLayer
      ? `GradCAM reads "${featureLayer}".`
      : 'It has no layer with places, so there is no GradCAM of it.',
  );
  if (card.input.size % 32 !== 0) {
    warnings.push(
      `Generators with the usual five levels need a side that is a multiple of 32: give --size ${32 * Math.ceil(card.input.size / 32)}.`,
    );
  }
  card = await withCalibration(card, classifier, options);
  classifier.dispose();
  tf.dispose([images, raw]);

  for (const [name, bytes] of files.contents)
    await writeAtomically(path.join(options.out, 'classifier', name), bytes);
  await writeCard(options.out, card);
  // What was written is what will be read.
  (await loadModelPackage(folderReader(options.out), { generators: [] })).dispose();
  warnings.forEach(warning => say(`Caution: ${warning}`));
  say(`Wrote ${options.out}.`);
}

/** What the network reads, from the model and the options. */
async function describeNetwork(
  artifacts: tf.io.ModelArtifacts,
  format: ImportedNetwork['format'],
  options: ImportOptions,
): Promise<ImportedNetwork> {
  const shape = await statedInputShape(artifacts, format);
  const [rows, columns, channels] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw new Error(
      `The network reads [${shape.map(side => side ?? 'any').join(', ')}]; an image of [rows, columns, 1 or 3 channels] is needed.`,
    );
  }
  const side = options.size;
  if ((rows === null || columns === null) && side === undefined) {
    throw new Error('The network reads images of any size: give --size, the side that it was trained with.');
  }
  const network: ImportedNetwork = {
    format,
    input: { size: [rows ?? side!, columns ?? side!], channels, scaling: scalingOf(options) },
    output: options.output,
  };
  say(`A ${format} model that reads ${network.input.size.join(' × ')} × ${channels}.`);
  return network;
}

function scalingOf({ inputRange, inputMean, inputStd }: ImportOptions): ImportedNetwork['input']['scaling'] {
  if ((inputMean === undefined) !== (inputStd === undefined)) {
    throw new Error('--input-mean and --input-std go together.');
  }
  if (inputMean && inputRange) throw new Error('Give either --input-range, or --input-mean and --input-std.');
  if (inputMean && inputStd) return { mean: inputMean, std: inputStd };
  return { range: inputRange ?? [0, 1] };
}

function makeCard(
  options: ImportOptions,
  about: About,
  network: ImportedNetwork,
  files: NetworkFiles,
): ModelCard {
  const classes = classesOf(options, about);
  const rule = options.operatingPoint;
  if (classes.length > 2 && (rule || options.calibrate)) {
    throw new Error('--operating-point and --calibrate are for two classes.');
  }
  if (rule && rule.rule !== 'fixed' && !options.calibrate) {
    throw new Error(`--operating-point ${rule.rule} is chosen on labelled images: give --calibrate.`);
  }
  const { format, input } = network;
  const card: ModelCard = {
    schemaVersion: 1,
    ...about.card,
    codeVersion: version,
    input: {
      size: options.size ?? Math.max(32, ...input.size),
      channels: 1,
      range: [0, 1],
      fit: about.fit ?? 'stretch',
      equalise: options.equalise ?? false,
    },
    classes,
    ...(classes.length === 2 && { operatingPoint: rule?.rule === 'fixed' ? rule.value : 0.5 }),
    trainingData: {
      description: about.trainingData?.description ?? 'Not stated: the classifier was trained elsewhere.',
      counts: about.trainingData?.counts ?? {},
    },
    classifier: {
      path: 'classifier/model.json',
      architecture: about.architecture ?? `Imported TensorFlow.js ${format} model`,
      imported: network,
      training: {},
    },
    generators: {},
    augmentation: { ...predictionRanges, count: 10 },
    files: Object.fromEntries(
      [...files.contents].map(([name, bytes]) => [`classifier/${name}`, sha256Hex(bytes)]),
    ),
  };
  const checked = modelCardSchema.safeParse(card);
  if (!checked.success)
    throw new Error(
      `This makes no model card: ${checked.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`).join('; ')}`,
    );
  return card;
}

function classesOf({ classes }: ImportOptions, { card }: About): ModelCard['classes'] {
  const named = classes?.map(name => ({ name })) ?? card.classes;
  if (!named) throw new Error('Name the classes in the network’s order: --classes, or "classes" in --about.');
  if (classes && card.classes && classes.join() !== card.classes.map(({ name }) => name).join()) {
    throw new Error(
      `--classes names ${classes.join(', ')}, --about names ${card.classes.map(({ name }) => name).join(', ')}.`,
    );
  }
  return named;
}

async function withFeatureLayer(
  card: ModelCard,
  artifacts: tf.io.ModelArtifacts,
  asked: string | undefined,
): Promise<ModelCard> {
  const { imported } = card.classifier;
  const withLayer = (featureLayer: string | undefined): ModelCard => ({
    ...card,
    classifier: { ...card.classifier, ...(featureLayer !== undefined && { featureLayer }) },
  });
  if (imported?.format === 'graph') {
    return withLayer(
      asked ?? (await findFeatureNode(artifacts, imported.input.size, imported.input.channels)),
    );
  }
  const classifier = await buildClassifier(artifacts, card);
  const layer = asked ?? findFeatureLayer(classifier);
  const known = classifier.layers.map(({ name }) => name);
  classifier.dispose();
  if (layer !== undefined && !known.includes(layer)) {
    throw new Error(
      `The network has no layer "${layer}" (--feature-layer); its last ones are ${known.slice(-8).join(', ')}.`,
    );
  }
  return withLayer(layer);
}

async function withCalibration(
  card: ModelCard,
  classifier: tf.LayersModel,
  options: ImportOptions,
): Promise<ModelCard> {
  if (!options.calibrate) return card;
  const rule = options.operatingPoint ?? { rule: 'fixed', value: 0.5 };
  const { calibration, operatingPoint, auc, images } = await calibrate(
    classifier,
    card,
    options.calibrate,
    options.cache,
    rule,
  );
  say(
    `Calibrated on ${images} images (${calibration.fittedOn}): AUC ${auc.toFixed(3)}, operating point ${operatingPoint.toFixed(3)}.`,
  );
  return {
    ...card,
    calibration,
    operatingPoint,
    classifier: { ...card.classifier, figures: { calibration: { images, auc } } },
  };
}

async function refuseOverwriting(out: string): Promise<void> {
  const exists = await access(path.join(out, 'model-card.json')).then(
    () => true,
    () => false,
  );
  if (exists) throw new Error(`${out} holds a model package already. Name another folder, or remove it.`);
}

function rangeOf(outputs: readonly (readonly number[])[]): string {
  const all = outputs.flat();
  return `${Math.min(...all).toPrecision(3)} to ${Math.max(...all).toPrecision(3)}`;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
