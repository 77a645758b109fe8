import { existsSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { Command } from 'commander';
import { prepareNodeBackend } from '../backends/node';
import { folderReader } from '../io/folder-reader';
import { writeAtomically } from '../io/write-file';
import type { ImportedNetwork, ModelCard } from '../models/card';
import { buildClassifier } from '../models/classifier';
import { findFeatureNode } from '../models/imported/graph-network';
import { rawOutputs } from '../models/imported/raw-outputs';
import { loadModelPackage } from '../models/package';
import { prepareImage } from '../models/preparation';
import { writeCard } from '../training/write-package';
import { readPartialAbout } from './about';
import { calibrate } from './import/calibrate';
import { requireFiniteLayers } from './import/check-finite';
import {
  checkAdapted,
  checkOutputs,
  findFeatureLayer,
  testImages,
  whyNoGradient,
} from './import/check-network';
import { compareWithRuntime } from './import/compare-onnxruntime';
import { describeNetwork } from './import/describe-network';
import { checkExpected, readExpected } from './import/expected';
import { classesOf, makeCard } from './import/make-card';
import { idOf } from './import/minimal-card';
import { openNetwork } from './import/open-network';
import { importOptions, type ImportOptions } from './import/options';
import { presets, type Preset } from './import/presets';
import { say } from './import/say';
import { addOptions } from './options';
import { counted } from '../io/counted';

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

async function importClassifier(file: string, options: ImportOptions): Promise<void> {
  const about = options.about ? await readPartialAbout(options.about) : {};
  const { out } = options;
  // How the card is called where nothing else names it.
  const id = idOf(path.basename(path.resolve(out)));
  if (existsSync(path.join(out, 'model-card.json')))
    throw new Error(`${out} holds a model package already. Name another folder, or remove it.`);
  const preset: Preset | undefined = options.like && presets[options.like];
  const { classes, independent, kept } = classesOf(options, about, preset);
  await prepareNodeBackend('wasm');
  const opened = await openNetwork(file, { size: options.size ?? preset?.size, kept });
  const { artifacts, onnx } = opened;
  if (onnx)
    say(`ONNX, opset ${onnx.graph.opset}${onnx.graph.producer && `, written by ${onnx.graph.producer}`}.`);
  const network = describeNetwork(opened, options, preset);
  let card = makeCard({ options, about, network, opened, id, classes, independent });
  const images = testImages(card.input);

  const raw = await rawOutputs(artifacts, network, images).catch((error: Error) => {
    throw new Error(
      `The network does not run on [8, ${network.input.size.join(', ')}, ${network.input.channels}]: ${error.message}`,
    );
  });
  const outputs = rowsOf(raw);
  const warnings = checkOutputs(outputs, network.output, card.classes.length, independent);
  say(
    `It answers ${raw.shape.slice(1).join(' × ')} ${raw.shape.slice(1).every(side => side === 1) ? 'number' : 'numbers'} an image, ${rangeOf(outputs)} on ${outputs.length} test images.`,
  );
  if (onnx) {
    const compared = await compareWithRuntime(onnx, network.input, images, outputs, kept);
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
  if (options.expect) card = await withExpected(card, options.expect, { artifacts, network, kept });

  card = await withFeatureLayer(card, artifacts, options.featureLayer);
  const classifier = await buildClassifier(artifacts, card);
  await requireFiniteLayers(classifier, { artifacts, network }, images);
  checkAdapted(classifier, images, outputs, network.output, independent);
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
    kept,
  }: { artifacts: tf.io.ModelArtifacts; network: ImportedNetwork; kept?: readonly number[] },
): Promise<ModelCard> {
  const expected = await readExpected(file, network.input, kept);
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
    `Its answers to ${counted(expected.length, 'picture')} differ from those expected by ${difference.toExponential(0)} at most.`,
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

function rangeOf(outputs: readonly (readonly number[])[]): string {
  const all = outputs.flat();
  return `${Math.min(...all).toPrecision(3)} to ${Math.max(...all).toPrecision(3)}`;
}
