/** Layers of Keras that TensorFlow.js computes otherwise, or lacks, as Keras computes them. */
import * as tf from '@tensorflow/tfjs';

const functions = {
  /** Keras 3: relu6(x + 3) / 6; that of Keras 2 and TensorFlow.js is clip(0.2 x + 0.5). */
  hard_sigmoid: x => tf.div(tf.relu6(tf.add(x, 3)), 6),
  /** Keras 3: x · hard_sigmoid(x). */
  hard_silu: x => tf.mul(x, tf.div(tf.relu6(tf.add(x, 3)), 6)),
  /** Keras 3, as an activation by name: slope 0.2. */
  leaky_relu: x => tf.leakyRelu(x, 0.2),
  exponential: x => tf.exp(x),
} satisfies Record<string, (x: tf.Tensor) => tf.Tensor>;

export type OwnActivation = keyof typeof functions;

export function isOwnActivation(name: string): name is OwnActivation {
  return Object.hasOwn(functions, name);
}

/** An activation function as a layer. */
export class ExplainActivation extends tf.layers.Layer {
  static readonly className = 'ExplainActivation';
  private readonly kind: OwnActivation;

  constructor({ name, kind }: { name: string; kind: string }) {
    super({ name, trainable: false });
    // TensorFlow.js writes saved settings in camel case.
    const saved = kind.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
    if (!isOwnActivation(saved)) throw new RangeError(`There is no activation ${saved}.`);
    this.kind = saved;
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => functions[this.kind](Array.isArray(inputs) ? inputs[0] : inputs));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), kind: this.kind };
  }
}

/** Bilinear with half-pixel centres and without anti-aliasing; the layer of TensorFlow.js aligns the corners. */
export class ExplainResizing extends tf.layers.Layer {
  static readonly className = 'ExplainResizing';
  private readonly size: [number, number];

  constructor({ name, height, width }: { name: string; height: number; width: number }) {
    super({ name, trainable: false });
    this.size = [height, width];
  }

  override computeOutputShape([batch, , , channels]: tf.Shape): tf.Shape {
    return [batch, ...this.size, channels];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    return tf.tidy(() => tf.image.resizeBilinear(x, this.size, false, true));
  }

  override getConfig(): tf.serialization.ConfigDict {
    const [height, width] = this.size;
    return { ...super.getConfig(), height, width };
  }
}

for (const layer of [ExplainActivation, ExplainResizing]) tf.serialization.registerClass(layer);
