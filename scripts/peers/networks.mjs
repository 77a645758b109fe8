// The networks that bench-peers.mjs compares: those of the shipped packages, and of the paper's sizes with random weights.
import * as tf from '@tensorflow/tfjs';
import { buildGenerator } from '../../src/models/networks/generator';
import { buildResNet } from '../../src/models/networks/resnet';
import { loadModelPackage } from '../../src/models/package';
import { fetchReader } from '../../src/models/readers';

const single2 = {
  kind: 'single2',
  size: 224,
  levels: 5,
  inputPooling: 1,
  outputLevel: 0,
  output: 'residual',
  residualBound: 0.35,
};
const built = {
  'ResNet18 w32, 224²×1': () => classifier(18, 32, 1),
  'ResNet18 w64, 224²×1': () => classifier(18, 64, 1),
  'ResNet50 w64, 224²×3 (paper)': () => classifier(50, 64, 3),
  'Single_2, U-Net w16, 224²×1': () => buildGenerator({ ...single2, width: 16, channels: 1, seed: 1 }).model,
  'Single_2, U-Net w16, 224²×3 (paper)': () =>
    buildGenerator({ ...single2, width: 16, channels: 3, seed: 1 }).model,
};
const packages = { 'cxr-pneumonia': ['single2'], phantom: ['single2'] };

function classifier(depth, width, channels) {
  return buildResNet({ depth, width, size: 224, channels, head: 'features', seed: 1 }).model;
}

/** Names of all networks. */
export const networkNames = [
  ...Object.entries(packages).flatMap(([id, generators]) =>
    ['classifier', ...generators].map(part => `${id} ${part}`),
  ),
  ...Object.keys(built),
];

/**
 * A network in its training form, batch norms apart, with plain float32 weights.
 *
 * @param models address of the folder of packages
 */
export async function networkArtifacts(name, models) {
  const build = built[name];
  if (build) return saved(withStatistics(build()));
  const [id, part] = name.split(' ');
  const loaded = await loadModelPackage(fetchReader(`${models}${id}`), {
    fold: false,
    generators: packages[id],
  });
  const artifacts = await saved(part === 'classifier' ? loaded.classifier : loaded.generators[part]);
  loaded.dispose();
  return artifacts;
}

/** Batch norms of a network that never trained do nothing: theirs are made to. */
function withStatistics(model) {
  for (const weight of model.weights) {
    const range = {
      moving_mean: [-0.2, 0.2],
      moving_variance: [0.5, 1.5],
      beta: [-0.2, 0.2],
      gamma: [0.5, 1],
    }[weight.originalName.split('/').pop()];
    if (range) weight.write(tf.tidy(() => tf.randomUniform(weight.shape, ...range, 'float32', 1)));
  }
  return model;
}

async function saved(model) {
  let artifacts;
  await model.save(
    tf.io.withSaveHandler(async given => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return artifacts;
}
