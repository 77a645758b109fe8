import type * as tf from '@tensorflow/tfjs';

/** Values of the loss's terms by name, as shown in the progress line; `loss` is their weighted sum. */
export type LossTerms = { loss: number } & Record<string, number>;

/** One row of validation results: the index of the image, then numbers whose meaning the task knows. */
export type ValidationRow = number[];

/** One kind of picture of some validation images, for people to look at. */
export interface Panel {
  /** E.g. `x_a`. */
  name: string;
  /** The images one after the other, size × size each, in [0, 1]. */
  images: Float32Array;
}

/** One evaluation of a training loss. */
export interface TaskGradients {
  terms: LossTerms;
  /** One a trainable weight, in their order; the caller disposes them. */
  gradients: tf.Tensor[];
}

/** The weights that a training changes. A network is one; a discriminator beside it adds its own. */
export interface TrainedWeights {
  trainableWeights: tf.LayerVariable[];
  nonTrainableWeights: tf.LayerVariable[];
  /** Adam's settings of a trainable weight, by its name, where they are not the common ones. */
  adamOf?(name: string): AdamChanges | undefined;
}

/** How Adam treats some weights otherwise than the rest. */
export interface AdamChanges {
  /** Factor of the learning rate. */
  rateFactor: number;
  /** Decay of the first moment. */
  beta1: number;
}

/**
 * What differs between training a classifier and training a generator, seen from one worker. Asynchronous,
 * since GPU backends hand values back no other way.
 */
export interface TrainingTask {
  /** What is validated and saved. */
  network: tf.LayersModel;
  /** All weights that are trained or kept, where those of the network are not all. */
  trained?: TrainedWeights;
  /**
   * Loss and gradients of some positions of the training sequence.
   *
   * @param positions positions of this worker's share of the batch
   * @param progress how far the training is, 0…1
   * @returns terms and gradients (one a trainable weight, in order); the caller disposes the gradients
   */
  gradients(positions: readonly number[], step: number): Promise<TaskGradients>;
  /** Results of validation images with the network's present weights, in inference mode. */
  validate(indexes: readonly number[]): Promise<ValidationRow[]>;
  /** Pictures of validation images with the network's present weights, where the task makes any. */
  panels?(indexes: readonly number[]): Promise<Panel[]>;
}
