import * as tf from '@tensorflow/tfjs';

export interface ToLogitsConfig {
  name: string;
  classes: number;
  /** The classes are labels: each keeps its logit, also where they are two. */
  independent?: boolean;
  /** Activation to undo, where it could not be taken off the network. */
  undo: 'nothing' | 'sigmoid' | 'softmax';
}

/** The smallest probability that is told apart from 0: single precision keeps log p exact down to it. */
const leastProbability = 1e-30;

/**
 * Last layer of an imported classifier: logits [N, K] of its classes, or for two classes the one logit
 * [N, 1] = log p₁ − log p₀.
 *
 * Undoing a sigmoid in single precision is exact to 6e-8 / (1 − p): right to three digits up to a logit of about 10, and
 * nothing above 16.6 can be told apart. Undoing a softmax has that limit for the class that is nearly certain.
 */
export class ToLogits extends tf.layers.Layer {
  static readonly className = 'ExplainToLogits';
  private readonly classes: number;
  private readonly undo: ToLogitsConfig['undo'];
  private readonly independent: boolean;

  constructor({ name, classes, undo, independent = false }: ToLogitsConfig) {
    super({ name, trainable: false });
    this.classes = classes;
    this.undo = undo;
    this.independent = independent;
  }

  override computeOutputShape(): tf.Shape {
    return [null, this.classes === 2 && !this.independent ? 1 : this.classes];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const output = Array.isArray(inputs) ? inputs[0] : inputs;
      const rows = tf.reshape(output, [output.shape[0], -1]) as tf.Tensor2D;
      const logits = undone(rows, this.undo);
      if (this.classes !== 2 || this.independent || logits.shape[1] === 1) return logits;
      const [negative, positive] = [0, 1].map(index => tf.slice(logits, [0, index], [-1, 1]));
      return tf.sub(positive, negative);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), classes: this.classes, undo: this.undo, ...(this.independent && { independent: true }) };
  }
}

function undone(rows: tf.Tensor2D, undo: ToLogitsConfig['undo']): tf.Tensor2D {
  if (undo === 'nothing') return rows;
  const least = tf.log(tf.clipByValue(rows, leastProbability, 1)) as tf.Tensor2D;
  if (undo === 'softmax') return least;
  // 1 − p is a multiple of 2⁻²⁴ here, and must not be 0.
  const rest = tf.log(tf.clipByValue(tf.sub(1, rows), 2 ** -24, 1));
  return tf.sub(least, rest) as tf.Tensor2D;
}

tf.serialization.registerClass(ToLogits);
