import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareNodeBackend } from '../../src/backends/node';
import type { GeneratorKind, ModelCard } from '../../src/models/card';
import { buildGenerator } from '../../src/models/networks/generator';
import { buildResNet } from '../../src/models/networks/resnet';
import { exportNetwork } from '../../src/training/export-network';
import { addGenerator, writeCard, writeNetwork } from '../../src/training/write-package';

export const size = 64;

/**
 * Writes a small model package with seeded, untrained networks to a temporary folder.
 *
 * @param seed of the classifier
 * @param labels names of independent labels in the place of two classes
 * @returns the folder
 */
export async function untrainedPackage(
  kinds: readonly GeneratorKind[] = ['single2'],
  seed = 1,
  labels?: readonly string[],
): Promise<string> {
  await prepareNodeBackend('wasm');
  const folder = await mkdtemp(path.join(tmpdir(), 'untrained-'));
  const network = buildResNet({
    depth: 18,
    width: 4,
    size,
    channels: 1,
    head: 'features',
    seed,
    ...(labels && { labels: labels.length }),
  });
  const { files } = await writeNetwork(folder, 'classifier', await exportNetwork(network.model));
  await writeCard(folder, {
    ...card,
    ...(labels && ofLabels(labels)),
    classifier: { ...card.classifier, featureLayer: network.featureLayer },
    files,
  });
  network.model.dispose();
  for (const kind of kinds) {
    const options = { inputPooling: 2, outputLevel: 0, output: 'residual', residualBound: 0.35 } as const;
    const { model } = buildGenerator({ kind, size, channels: 1, width: 4, levels: 3, seed: 2, ...options });
    const entry = { kind, title: kind, output: 'residual', training: {} } as const;
    await addGenerator(folder, kind, await exportNetwork(model), entry);
    model.dispose();
  }
  return folder;
}

function ofLabels(names: readonly string[]): Partial<ModelCard> {
  const { operatingPoint, calibration } = card;
  const classes = names.map(name => ({ name, operatingPoint, calibration }));
  return { independent: true, classes, operatingPoint: undefined, calibration: undefined };
}

const card: ModelCard = {
  schemaVersion: 1,
  id: 'untrained',
  version: '0.0.1',
  title: 'Untrained networks',
  researchUseNotice: 'Test only.',
  intendedUse: 'Tests of the command.',
  weightsTerms: 'None.',
  codeVersion: '0.0.0',
  input: { size, channels: 1, range: [0, 1], fit: 'stretch', equalise: true },
  classes: [{ name: 'no opacity' }, { name: 'opacity' }],
  operatingPoint: 0.5,
  calibration: { method: 'platt', slope: 1, intercept: 0, fittedOn: 'nothing', reliability: [] },
  applicability: {
    modalities: ['CR', 'DX'],
    bodyParts: [],
    views: [],
    photometric: ['MONOCHROME1', 'MONOCHROME2'],
    minRows: 64,
    minColumns: 64,
    minAgeYears: 0,
    maxAgeYears: 120,
    phantomOnly: false,
  },
  trainingData: { description: 'none', counts: {} },
  classifier: {
    path: 'classifier/model.json',
    architecture: 'ResNet18',
    featureLayer: 'features',
    training: {},
  },
  generators: {},
  augmentation: {
    rotationDegrees: 10,
    shiftFraction: 0.1,
    zoom: [0.9, 1.1],
    horizontalFlip: true,
    verticalFlip: false,
    count: 10,
  },
  files: {},
};
