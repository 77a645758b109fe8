import * as tf from '@tensorflow/tfjs';

interface ConvolutionLayer extends tf.layers.Layer {
  strides: [number, number];
  padding: 'same' | 'valid';
  dataFormat: 'channelsLast' | 'channelsFirst';
  dilationRate: number | number[];
  activation: { apply(x: tf.Tensor): tf.Tensor } | null;
  kernel: tf.LayerVariable;
  bias: tf.LayerVariable | null;
}

type Call = tf.layers.Layer['call'];

let replaced = false;

/**
 * Makes every conv2d layer of tf.layers compute only the gradients that are asked for. The stock layer goes through a
 * fused operation that always computes those of its input and of its filter: the first layer of a network then pays for
 * the gradient of the image, and a frozen network that another is trained through pays for all its filters.
 *
 * Applies only while gradients are recorded; results are the same. Safe to call again.
 */
export function separateConvolutionGradients(): void {
  if (replaced) return;
  replaced = true;
  const layer = tf.layers.conv2d({ filters: 1, kernelSize: 1 });
  const prototype = Object.getPrototypeOf(layer) as { call: Call };
  const stock = prototype.call;
  prototype.call = function (this: ConvolutionLayer, inputs, kwargs) {
    const recording = tf.engine().state.gradientDepth > 0;
    const dilated = [this.dilationRate].flat().some(rate => rate !== 1);
    if (!recording || dilated || this.dataFormat === 'channelsFirst') return stock.call(this, inputs, kwargs);
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      let y: tf.Tensor = tf.conv2d(x, this.kernel.read() as tf.Tensor4D, this.strides, this.padding);
      if (this.bias) y = tf.add(y, this.bias.read());
      return this.activation ? this.activation.apply(y) : y;
    });
  };
}
