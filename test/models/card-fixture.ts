import type { ModelCard } from '../../src/models/card';

/** A whole, valid card of a model without generators or files. */
export function exampleCard(overrides: Partial<ModelCard> = {}): ModelCard {
  return {
    schemaVersion: 1,
    id: 'example',
    version: '1.2.3',
    title: 'Example model',
    researchUseNotice: 'For research use only.',
    intendedUse: 'Tests.',
    weightsTerms: 'None.',
    codeVersion: '0.1.0',
    input: { size: 32, channels: 1, range: [0, 1], fit: 'stretch', equalise: true },
    classes: [{ name: 'healthy' }, { name: 'opacity' }],
    operatingPoint: 0.5,
    calibration: {
      method: 'platt',
      slope: 1.5,
      intercept: -0.25,
      fittedOn: 'val',
      reliability: [{ count: 10, meanScore: 0.2, positiveShare: 0.3 }],
    },
    applicability: {
      modalities: ['CR', 'DX'],
      bodyParts: ['CHEST'],
      views: ['PA', 'AP'],
      photometric: ['MONOCHROME1', 'MONOCHROME2'],
      minRows: 224,
      minColumns: 200,
      minAgeYears: 16,
      maxAgeYears: 120,
      phantomOnly: false,
    },
    trainingData: { description: 'Nothing.', counts: { 'train label 0': 3 } },
    classifier: {
      path: 'classifier/model.json',
      architecture: 'ResNet18 v2, width 4',
      featureLayer: 'features_relu',
      training: { seed: 1 },
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
    ...overrides,
  };
}
