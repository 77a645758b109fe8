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
import { rawOutputs } from '../models/imported/raw-outputs';
import { loadModelPackage } from '../models/package';
import { prepareImage } from '../models/preparation';
import { writeAtomically } from '../io/write-file';
import { folderReader } from '../io/folder-reader';
import { operatingPointRule } from '../training/classifier-options';
import { writeCard } from '../training/write-package';
import { readPartialAbout, type PartialAbout } from './about';
import { calibrate } from './import/calibrate';
import {
  checkAdapted,
  checkOutputs,
  findFeatureLayer,
  testImages,
  whyNoGradient,
} from './import/check-network';
import { compareWithRuntime } from './import/compare-onnxruntime';
import { checkExpected, readExpected } from './import/expected';
import { idOf, statedFacts } from './import/minimal-card';
import { openNetwork, type OpenedNetwork } from './import/open-network';
import { presetNames, presets, type Preset } from './import/presets';
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
  out: option(text().optional(), {
    value: '<folder>',
    help: 'model package to write (default: models/ and the name of the file)',
  }),
  about: option(text().optional(), {
    value: '<file>',
    help: 'what the card says of the model (JSON, docs/bring-your-own.md); what is left out is shown as not stated',
  }),
  like: option(z.enum(presetNames).optional(), {
    value: '<library>',
    help: `reads what the networks of a library read: ${presetNames.map(name => `${name} (${presets[name].title})`).join('; ')}`,
  }),
  output: option(z.enum(['sigmoid', 'softmax', 'logits']).optional(), {
    value: '<kind>',
    help: 'what the network answers (default: as its last operation says)',
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
  label: option(text().optional(), {
    value: '<name>',
    help: 'of independent findings in an ONNX file, all named by --classes or --like: the one to explain',
  }),
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
  expect: option(text().optional(), {
    value: '<file>',
    help: 'compare with the answers of your own program, {"a.png": [0.12]} (docs/bring-your-own.md)',
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
    .description('Copy an ONNX or TensorFlow.js classifier into a model package, and check it by running it')
    .argument(
      '<file>',
      'ONNX file, or folder with the model.json of a Layers or Graph model and its weights',
    );
  addOptions(command, importOptions).action((file: string, options: ImportOptions) =>
    importClassifier(file, options),
  );
}

/** Where an import goes, and how its card is called where nothing else names it. */
interface Destination {
  out: string;
  id: string;
}

function destinationOf(file: string, { out }: ImportOptions): Destination {
  const own = path.basename(file) === 'model.json' ? path.dirname(path.resolve(file)) : file;
  const id = idOf(out ? path.basename(path.resolve(out)) : path.parse(own).name);
  return { out: out ?? path.join('models', id), id };
}

async function importClassifier(file: string, options: ImportOptions): Promise<void> {
  const about = options.about ? await readPartialAbout(options.about) : {};
  const { out, id } = destinationOf(file, options);
  await refuseOverwriting(out);
  const preset: Preset | undefined = options.like && presets[options.like];
  const { classes, label } = classesOf(options, about, preset);
  await prepareNodeBackend('wasm');
  const opened = await openNetwork(file, { size: options.size ?? preset?.size, label });
  const { artifacts, onnx } = opened;
  if (onnx)
    say(`ONNX, opset ${onnx.graph.opset}${onnx.graph.producer && `, written by ${onnx.graph.producer}`}.`);
  const network = describeNetwork(opened, options, preset);
  let card = makeCard({ options, about, network, opened, id, classes });
  const images = testImages(card.input);

  const raw = await rawOutputs(artifacts, network, images).catch((error: Error) => {
    throw new Error(
      `The network does not run on [8, ${network.input.size.join(', ')}, ${network.input.channels}]: ${error.message}`,
    );
  });
  const outputs = rowsOf(raw);
  const warnings = checkOutputs(outputs, network.output, card.classes.length);
  say(
    `It answers ${raw.shape.slice(1).join(' × ')} number(s) an image, ${rangeOf(outputs)} on ${outputs.length} test images.`,
  );
  if (onnx) {
    const compared = await compareWithRuntime(onnx, network.input, images, outputs, label);
    if (compared) {
      say(
        `Its answers differ from those of ${compared.runtime} by ${compared.difference.toExponential(0)} at most.`,
      );
      card = withFigures(card, { runtime: { ...compared, images: outputs.length } });
    } else {
      warnings.push(
        'The answers were not compared with another runtime. Install one, and import again: npm install --no-save onnxruntime-web.',
      );
    }
  }
  if (options.expect) card = await withExpected(card, options.expect, { artifacts, network, label });

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
  if (card.notStated)
    warnings.push(`The card does not state: ${card.notStated.join(', ')}. Say it with --about.`);
  card = await withCalibration(card, classifier, options);
  classifier.dispose();
  tf.dispose([images, raw]);

  for (const [name, bytes] of opened.contents)
    await writeAtomically(path.join(out, 'classifier', name), bytes);
  await writeCard(out, card);
  // What was written is what will be read.
  (await loadModelPackage(folderReader(out), { generators: [] })).dispose();
  warnings.forEach(warning => say(`Caution: ${warning}`));
  say(`Wrote ${out}.`);
}

function rowsOf(raw: tf.Tensor): number[][] {
  return tf.tidy(() => raw.reshape([raw.shape[0], -1]).arraySync() as number[][]);
}

function withFigures(card: ModelCard, more: NonNullable<ModelCard['classifier']['figures']>): ModelCard {
  return { ...card, classifier: { ...card.classifier, figures: { ...card.classifier.figures, ...more } } };
}

/** Compares with the author's own answers, of the network alone and of images as they are prepared here. */
async function withExpected(
  card: ModelCard,
  file: string,
  {
    artifacts,
    network,
    label,
  }: { artifacts: tf.io.ModelArtifacts; network: ImportedNetwork; label?: number },
): Promise<ModelCard> {
  const expected = await readExpected(file, network.input, label);
  const answersTo = async (pictures: tf.Tensor4D[]): Promise<number[][]> => {
    const answers: number[][] = [];
    for (const picture of pictures) {
      const raw = await rawOutputs(artifacts, network, picture);
      answers.push(...rowsOf(raw));
      tf.dispose([raw, picture]);
    }
    return answers;
  };
  const own = await answersTo(expected.map(({ grey }) => grey));
  const difference = checkExpected(expected, own);
  say(
    `Its answers to ${expected.length} picture(s) differ from those expected by ${difference.toExponential(0)} at most.`,
  );
  const { size } = card.input;
  const prepared = await answersTo(
    expected.map(({ image }) => tf.tensor4d(prepareImage(image, card.input).input, [1, size, size, 1])),
  );
  const change = Math.max(
    ...prepared.flatMap((row, n) => row.map((value, k) => Math.abs(value - own[n][k]))),
  );
  say(
    `Prepared as films are here (cropped to the exposed field, ${card.input.equalise ? 'equalised' : 'from darkest to brightest'}), ` +
      `they are answered otherwise by up to ${change.toPrecision(2)}.`,
  );
  return withFigures(card, { expected: { difference, prepared: change, images: expected.length } });
}

/** What the network reads, from the file, the preset and the options. */
function describeNetwork(
  { format, shape, output, scaling }: OpenedNetwork,
  options: ImportOptions,
  preset: Preset | undefined,
): ImportedNetwork {
  const [rows, columns, channels] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw new Error(
      `The network reads [${shape.map(side => side ?? 'any').join(', ')}]; an image of [rows, columns, 1 or 3 channels] is needed.`,
    );
  }
  if (preset && preset.channels !== channels) {
    throw new Error(
      `The network reads ${channels} channel(s); those of ${options.like} read ${preset.channels}.`,
    );
  }
  const side = options.size ?? preset?.size;
  if ((rows === null || columns === null) && side === undefined) {
    throw new Error('The network reads images of any size: give --size, the side that it was trained with.');
  }
  const asked = scalingOf(options);
  const network: ImportedNetwork = {
    format,
    input: {
      size: [rows ?? side!, columns ?? side!],
      channels,
      scaling: asked ?? preset?.scaling ?? scaling ?? { range: [0, 1] },
    },
    output: options.output ?? output,
  };
  const from = asked
    ? 'as asked'
    : preset
      ? `as ${options.like}`
      : scaling
        ? 'as the file says'
        : 'not stated; default';
  say(
    `${format} model that reads ${network.input.size.join(' × ')} × ${channels}, ${scalingText(network.input.scaling)} (${from}), and answers ${network.output}.`,
  );
  return network;
}

function scalingText(scaling: ImportedNetwork['input']['scaling']): string {
  if ('range' in scaling) return `black ${scaling.range[0]}, white ${scaling.range[1]}`;
  return `mean ${scaling.mean.join(', ')}, deviation ${scaling.std.join(', ')}`;
}

function scalingOf({
  inputRange,
  inputMean,
  inputStd,
}: ImportOptions): ImportedNetwork['input']['scaling'] | undefined {
  if ((inputMean === undefined) !== (inputStd === undefined)) {
    throw new Error('--input-mean and --input-std go together.');
  }
  if (inputMean && inputRange) throw new Error('Give either --input-range, or --input-mean and --input-std.');
  if (inputMean && inputStd) return { mean: inputMean, std: inputStd };
  return inputRange && { range: inputRange };
}

interface CardParts {
  options: ImportOptions;
  about: PartialAbout;
  network: ImportedNetwork;
  opened: OpenedNetwork;
  id: string;
  classes: ModelCard['classes'];
}

function makeCard({ options, about, network, opened, id, classes }: CardParts): ModelCard {
  const rule = options.operatingPoint;
  if (classes.length > 2 && (rule || options.calibrate)) {
    throw new Error('--operating-point and --calibrate are for two classes.');
  }
  if (rule && rule.rule !== 'fixed' && !options.calibrate) {
    throw new Error(`--operating-point ${rule.rule} is chosen on labelled images: give --calibrate.`);
  }
  const { format, input } = network;
  const { onnx, contents } = opened;
  const what = format === 'onnx' ? 'ONNX model' : `TensorFlow.js ${format} model`;
  const card: ModelCard = {
    schemaVersion: 1,
    ...statedFacts(about, id),
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
    classifier: {
      path: 'classifier/model.json',
      architecture: about.architecture ?? `Imported ${what}`,
      imported: network,
      training: onnx
        ? { onnx: { sha256: sha256Hex(onnx.bytes), opset: onnx.graph.opset, producer: onnx.graph.producer } }
        : {},
    },
    generators: {},
    augmentation: { ...predictionRanges, count: 10 },
    files: Object.fromEntries([...contents].map(([name, bytes]) => [`classifier/${name}`, sha256Hex(bytes)])),
  };
  const checked = modelCardSchema.safeParse(card);
  if (!checked.success)
    throw new Error(
      `This makes no model card: ${checked.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`).join('; ')}`,
    );
  return card;
}

/** Classes in the network's order; of independent labels the chosen one, as one class against the rest. */
function classesOf(
  { classes, label, like }: ImportOptions,
  { card }: PartialAbout,
  preset: Preset | undefined,
): { classes: ModelCard['classes']; label?: number } {
  const stated = card?.classes;
  const names = classes ?? stated?.map(({ name }) => name) ?? preset?.labels;
  if (!names) throw new Error('Name the classes in the network’s order: --classes, or "classes" in --about.');
  if (classes && stated && classes.join() !== stated.map(({ name }) => name).join()) {
    throw new Error(
      `--classes names ${classes.join(', ')}, --about names ${stated.map(({ name }) => name).join(', ')}.`,
    );
  }
  if (label === undefined) {
    if (names === preset?.labels) {
      throw new Error(
        `The networks of ${like} answer ${names.length} findings, each for itself; one of them is explained. Name it with --label: ${names.join(', ')}.`,
      );
    }
    return { classes: names.map(name => ({ name })) };
  }
  const index = names.findIndex(name => name.toLowerCase() === label.toLowerCase());
  if (index < 0) throw new Error(`There is no label "${label}" among ${names.join(', ')}.`);
  return { classes: [{ name: `no ${names[index]}` }, { name: names[index] }], label: index };
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
  return withFigures({ ...card, calibration, operatingPoint }, { calibration: { images, auc } });
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
