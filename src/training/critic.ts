import * as tf from '@tensorflow/tfjs';
import { detach } from './detach';
import { Discriminator, frozen, patchScores } from './discriminator';
import { domainsOf, realismLoss } from './losses/realism';
import type { TrainedWeights } from './task';

/** A batch of real images with what was generated of them. */
export interface JudgedBatch {
  /** [N, S, S, 1]. */
  x: tf.Tensor4D;
  similar?: tf.Tensor4D;
  adversarial: tf.Tensor4D;
  /** [N], the classifier's decision on x, 0 or 1. */
  decisions: tf.Tensor1D;
  views: readonly string[];
}

/** Realism of generated images for the class they show. */
export interface RealismSettings {
  /** Weight of the realism of x_a. */
  adversarial: number;
  /** Weight of the realism of x_s. */
  similar: number;
  /** Learning rate of the discriminator over the generator's. */
  rateFactor: number;
  /** The views that it tells apart; others count as the first. */
  views: string[];
}

/**
 * Asks of generated images that they look like real ones of the decision they are to show and of the same view, as the
 * method's successors do (Charachon et al. 2021, arXiv 2106.10947). The discriminator has one output for each decision and
 * view and is trained in the same step as the generator.
 */
export class Critic {
  private readonly discriminator: Discriminator;

  /** @param size side of the images, pixels */
  constructor(
    private readonly config: RealismSettings,
    size: number,
    seed: number,
  ) {
    this.discriminator = new Discriminator({ seed, size, domains: 2 * config.views.length });
  }

  /** The weights that are trained and the discriminator's, which has a learning rate of its own. */
  withOwn(weights: TrainedWeights): TrainedWeights {
    const own = this.discriminator.model;
    const names = new Set(own.trainableWeights.map(({ originalName }) => originalName));
    const adam = { rateFactor: this.config.rateFactor, beta1: 0.5 };
    return {
      trainableWeights: [...weights.trainableWeights, ...own.trainableWeights],
      nonTrainableWeights: weights.nonTrainableWeights,
      adamOf: name => (names.has(name) ? adam : weights.adamOf?.(name)),
    };
  }

  /**
   * What the generator is asked for (weighted) and what the discriminator learns by. Each is constant in the other's weights.
   */
  losses({
    x,
    similar,
    adversarial,
    decisions,
    views,
  }: JudgedBatch): Record<'generated' | 'discriminator', tf.Scalar> {
    const { config } = this;
    const trained = this.discriminator.layers();
    const judge = frozen(trained);
    const viewOf = this.viewsOf(views);
    const own = domainsOf(decisions, viewOf);
    const other = domainsOf(tf.sub(1, decisions), viewOf);
    const judged = [{ images: adversarial, domains: other, weight: config.adversarial }];
    if (similar && config.similar > 0) judged.push({ images: similar, domains: own, weight: config.similar });

    const generated = judged.map(({ images, domains, weight }) =>
      tf.mul(realismLoss(patchScores(images, judge), domains, 1), weight),
    );
    const real = realismLoss(patchScores(x, trained), own, 1);
    const fake = judged.map(({ images, domains }) =>
      realismLoss(
        patchScores(
          detach(() => images),
          trained,
        ),
        domains,
        0,
      ),
    );
    return {
      generated: tf.addN(generated) as tf.Scalar,
      discriminator: tf.add(real, tf.div(tf.addN(fake), fake.length)),
    };
  }

  /** [N, V], 1 at the view of each image. */
  private viewsOf(views: readonly string[]): tf.Tensor2D {
    const known = this.config.views;
    return tf.tensor2d(
      views.map(view => known.map((_, k) => (k === Math.max(0, known.indexOf(view)) ? 1 : 0))),
      [views.length, known.length],
    );
  }
}
