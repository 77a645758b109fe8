/**
 * The one form in which everything else meets a classifier, wherever it was trained: a layers model from the prepared
 * image, [N, S, S, C] in [0, 1], to logits, [N, 1] for two classes and [N, K] for K > 2.
 */
import * as tf from '@tensorflow/tfjs';
import { ModelPackageError, type ModelCard } from './card';
import { loadLayers } from './load-layers';

/**
 * Builds the classifier of a card from its saved form.
 *
 * @param fold whether to fold batch norms into the convolutions before them (layers format)
 * @throws ModelPackageError `format` when the network cannot be built or does not answer what the card says
 */
export async function buildClassifier(
  artifacts: tf.io.ModelArtifacts,
  card: ModelCard,
  fold = true,
): Promise<tf.LayersModel> {
  const { imported, featureLayer } = card.classifier;
  if (!imported) return loadLayers(artifacts, fold);
  // Fetched when it is used: the project's own packages need none of it.
  const { adaptGraph, adaptLayers, plainWeights } = await import(
    /* webpackChunkName: "imported" */ './imported'
  );
  const adapted = { size: card.input.size, classes: card.classes.length, independent: card.independent, network: imported };
  if (imported.format === 'graph') return (await adaptGraph(artifacts, adapted, featureLayer)).model;
  return loadLayers(adaptLayers(plainWeights(artifacts), adapted), fold);
}

/**
 * Logits of images in inference mode.
 *
 * @returns [N, 1], or [N, K] for K > 2 classes; the caller disposes
 */
export function classifierLogits(classifier: tf.LayersModel, images: tf.Tensor4D): tf.Tensor2D {
  return tf.tidy(() => classifier.apply(images) as tf.Tensor2D);
}

/** How many numbers a classifier answers an image: two classes that exclude each other are one. */
function answersOf({ classes, independent }: Pick<ModelCard, 'classes' | 'independent'>): number {
  return classes.length === 2 && !independent ? 1 : classes.length;
}

/** @throws ModelPackageError `format` when the classifier answers another number of logits than the card has classes */
export function checkClasses(classifier: tf.LayersModel, card: ModelCard): void {
  const expected = answersOf(card);
  const actual = classifier.outputs[0].shape;
  if (actual.length === 2 && (actual[1] ?? expected) === expected) return;
  throw new ModelPackageError(
    'format',
    `${card.id}: the classifier answers [${actual.join(', ')}], the card names ${card.classes.length} classes.`,
  );
}
