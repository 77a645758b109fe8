import * as tf from '@tensorflow/tfjs';
import { inputTensor } from '../../explain/film-session';
import { folderReader } from '../../io/folder-reader';
import type { ModelCard } from '../../models/card';
import { decisionsOf, operatingPointOf } from '../../models/classify';
import { finiteValues } from '../../models/finite';
import { loadModelPackage, readModelCard } from '../../models/package';
import { weightFiles } from '../../models/package-path';
import { classifyWithFeatures, featureClassifier } from '../../models/pooled-features';

/** What the judge makes of one image. */
export interface Judged {
  /** Above its operating point. */
  called: boolean;
  score: number;
  /** Mean and standard deviation of each channel of its feature layer. */
  features: Float32Array;
}

/** A classifier that had no part in the training of what it judges. */
export interface Judge {
  card: ModelCard;
  /** @param images size × size each, prepared for the judged model, whose input the judge shares; in [0, 1] */
  judge(images: readonly Float32Array[]): Promise<Judged[]>;
  dispose(): void;
}

/**
 * Refuses a package that cannot judge this one, by its card alone: before anything is measured.
 *
 * @throws Error as `openJudge`
 */
export async function requireJudge(folder: string, judgedCard: ModelCard): Promise<void> {
  requireFit(await readModelCard(folderReader(folder)), judgedCard);
}

/**
 * Opens the classifier of another package as judge.
 *
 * @throws Error when it is the judged classifier itself, tells other than two classes apart, takes images of another kind, or names
 *   no feature layer
 */
export async function openJudge(folder: string, judgedCard: ModelCard): Promise<Judge> {
  const model = await loadModelPackage(folderReader(folder), { generators: [] });
  const { card } = model;
  try {
    requireFit(card, judgedCard);
    const network = featureClassifier(model.classifier, [featureLayerOf(card)]);
    return {
      card,
      judge: async images => {
        const x = tf.tidy(() => tf.concat(images.map(image => inputTensor({ card }, image))));
        const { logits, features } = classifyWithFeatures(network, x as tf.Tensor4D);
        try {
          const decisions = await decisionsOf(card, logits);
          const values = await finiteValues(features, `A feature of the judge ${card.id}`);
          const length = values.length / images.length;
          return decisions.map(({ score, decided }, n) => ({
            called: decided === 1,
            score,
            features: values.slice(n * length, (n + 1) * length),
          }));
        } finally {
          tf.dispose([x, logits, features]);
        }
      },
      dispose: () => model.dispose(),
    };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function requireFit(judge: ModelCard, judged: ModelCard): void {
  operatingPointOf(judge);
  requireIndependent(judge, judged);
  featureLayerOf(judge);
}

function featureLayerOf(card: ModelCard): string {
  const { featureLayer } = card.classifier;
  if (featureLayer) return featureLayer;
  throw new Error(`The judge ${card.id} names no feature layer in its card.`);
}

function requireIndependent(judge: ModelCard, judged: ModelCard): void {
  const hashes = (card: ModelCard): string[] =>
    weightFiles(card, card.classifier.path).map(file => card.files[file]);
  const others = new Set(hashes(judged));
  if (hashes(judge).some(hash => others.has(hash))) {
    throw new Error(`--judge names the classifier that is judged itself (${judge.id} ${judge.version}).`);
  }
  const [own, other] = [judge.input, judged.input].map(input => JSON.stringify(input));
  if (own !== other) {
    throw new Error(
      `The judge ${judge.id} takes images of another kind than ${judged.id}: ${own}, not ${other}. What was generated for one ` +
        'cannot be shown to the other.',
    );
  }
}
