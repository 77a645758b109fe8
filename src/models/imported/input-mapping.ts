import * as tf from '@tensorflow/tfjs';
import type { ImportedNetwork } from '../card';

export interface InputMappingConfig {
  name: string;
  input: ImportedNetwork['input'];
}

/**
 * First layer of an imported classifier: brings the prepared grey image [N, S, S, 1] in [0, 1] to the size, the channels
 * and the range that the network reads. Resizing is bilinear with half-pixel centres.
 */
export class InputMapping extends tf.layers.Layer {
  static readonly className = 'ExplainInputMapping';
  private readonly input_: ImportedNetwork['input'];
  private readonly factors: { scale: number[]; shift: number[] };

  constructor(config: InputMappingConfig) {
    super({ name: config.name, trainable: false });
    this.input_ = config.input;
    this.factors = affine(config.input);
  }

  override computeOutputShape(): tf.Shape {
    const { size, channels } = this.input_;
    return [null, ...size, channels];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const image = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const { size } = this.input_;
      const fits = image.shape[1] === size[0] && image.shape[2] === size[1];
      const resized = fits ? image : tf.image.resizeBilinear(image, size, false, true);
      const { scale, shift } = this.factors;
      // Broadcasting repeats the grey channel.
      return tf.add(tf.mul(resized, tf.tensor4d(scale, [1, 1, 1, scale.length])), tf.tensor1d(shift));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), input: this.input_ as unknown as tf.serialization.ConfigDict };
  }
}

/** x = g · scale + shift for each channel. */
function affine({ channels, scaling }: ImportedNetwork['input']): { scale: number[]; shift: number[] } {
  const each = (values: readonly number[], channel: number): number => values[values.length === 1 ? 0 : channel];
  const perChannel = (f: (channel: number) => number): number[] => Array.from({ length: channels }, (_, c) => f(c));
  if ('range' in scaling) {
    const [low, high] = scaling.range;
    return { scale: perChannel(() => high - low), shift: perChannel(() => low) };
  }
  const { mean, std } = scaling;
  return {
    scale: perChannel(c => 1 / each(std, c)),
    shift: perChannel(c => -each(mean, c) / each(std, c)),
  };
}

tf.serialization.registerClass(InputMapping);
