import * as tf from '@tensorflow/tfjs';
import type { ImportedNetwork } from '../../models/card';
import { nodeNotFinite } from '../../models/imported/graph-network';

interface Activation {
  apply(x: tf.Tensor, ...rest: unknown[]): tf.Tensor;
  getClassName(): string;
}

type Checked = tf.layers.Layer & { activation?: Activation };

/**
 * Checks that no layer of a classifier computes what is not finite on the test images: a bounded activation, or a sigmoid,
 * makes a confident answer of an overflow, and each backend another one. What a layer computes before its own activation counts, too.
 *
 * @param classifier adapted
 * @param images [N, S, S, 1] in [0, 1]
 * @throws Error naming the layer
 */
export async function requireFiniteLayers(
  classifier: tf.LayersModel,
  { artifacts, network }: { artifacts: tf.io.ModelArtifacts; network: ImportedNetwork },
  images: tf.Tensor4D,
): Promise<void> {
  const found =
    network.format === 'graph'
      ? await nodeNotFinite(artifacts, network, images)
      : layerNotFinite(classifier, images);
  if (found !== undefined)
    throw new Error(
      `Layer "${found}" computes what is not a finite number on the test images, so whatever the network answers means nothing: ` +
        'its weights are damaged or too large, or --input-range is wrong.',
    );
}

/** The first layer in the order of computing, or undefined. */
function layerNotFinite(classifier: tf.LayersModel, images: tf.Tensor4D): string | undefined {
  let found: string | undefined;
  const check = (name: string, values: tf.Tensor | tf.Tensor[]): void => {
    for (const each of [values].flat()) if (!each.dataSync().every(Number.isFinite)) found ??= name;
  };
  const restore = (classifier.layers as Checked[]).map(layer => {
    const { activation } = layer;
    const call = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => {
      const values = call(inputs, kwargs);
      check(layer.name, values);
      return values;
    };
    if (activation) {
      // Under a name that no kernel fuses with.
      layer.activation = {
        getClassName: () => 'checked',
        apply: (x, ...rest) => {
          check(layer.name, x);
          return activation.apply(x, ...rest);
        },
      };
    }
    return () => Object.assign(layer, { call, ...(activation && { activation }) });
  });
  try {
    tf.tidy(() => {
      // One by one: all that is computed of an image is held until its answer is known.
      for (const image of tf.split(images, images.shape[0]))
        if (found === undefined) classifier.predict(image);
    });
  } finally {
    restore.forEach(undo => undo());
  }
  return found;
}
