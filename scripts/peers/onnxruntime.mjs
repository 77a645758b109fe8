// A worker that runs networks on onnxruntime-web: wasm with SIMD, one thread, all its graph optimisations.
import * as ort from 'onnxruntime-web/wasm';
import { serve } from './serve.mjs';

let session;

serve({
  async start({ wasmPath }) {
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = wasmPath;
    return ort.env.versions.web;
  },
  async take({ onnx }) {
    await session?.release();
    session = await ort.InferenceSession.create(onnx, {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
    });
  },
  /** Runs an image [H, W, C], turned before the clock starts, as are the outputs after it has stopped. */
  async run({ image, shape: [height, width, channels] }) {
    const planes = new Float32Array(image.length);
    image.forEach((value, i) => (planes[(i % channels) * height * width + Math.floor(i / channels)] = value));
    const begun = performance.now();
    const input = new ort.Tensor('float32', planes, [1, channels, height, width]);
    const outputs = await session.run({ image: input });
    const values = await Promise.all(session.outputNames.map(name => outputs[name].getData()));
    const milliseconds = performance.now() - begun;
    return {
      milliseconds,
      outputs: values.map((data, k) => pixels(data, outputs[session.outputNames[k]].dims)),
    };
  },
});

/** [1, C, H, W] as [1, H, W, C]. */
function pixels(planes, [, channels, height = 1, width = 1]) {
  return planes.map((_, i) => planes[(i % channels) * height * width + Math.floor(i / channels)]);
}
