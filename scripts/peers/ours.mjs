// A worker that runs networks as the viewer's worker does: same backend, same kernels, same folding; or, for comparison,
// on the stock kernels of TensorFlow.js. It also makes the ONNX file of a network.
import * as tf from '@tensorflow/tfjs';
import { startHelperBackend } from '../../src/backends/browser';
import { loadLayers } from '../../src/models/load-layers';
import { networkArtifacts } from './networks.mjs';
import { toOnnx } from './onnx.mjs';
import { serve } from './serve.mjs';

let model;

serve({
  async start({ wasmPath, kernels }) {
    await startHelperBackend(wasmPath, kernels);
  },
  /** Takes a network; answers its ONNX file and the shape of its input. */
  async take({ name, models }) {
    model?.dispose();
    const artifacts = await networkArtifacts(name, models);
    model = await loadLayers(artifacts, true);
    return { onnx: toOnnx(artifacts), shape: model.inputs[0].shape.slice(1) };
  },
  /** Runs an image [H, W, C]; answers all outputs and the milliseconds. */
  async run({ image, shape }) {
    const begun = performance.now();
    const outputs = tf.tidy(() => [model.apply(tf.tensor4d(image, [1, ...shape]))].flat());
    const values = await Promise.all(outputs.map(output => output.data()));
    tf.dispose(outputs);
    return { milliseconds: performance.now() - begun, outputs: values };
  },
});
