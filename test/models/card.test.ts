import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ModelPackageError, parseModelCard } from '../../src/models/card';
import { exampleCard } from './card-fixture';

function refusal(change: (card: Record<string, unknown>) => void): ModelPackageError {
  const card = structuredClone(exampleCard()) as unknown as Record<string, unknown>;
  change(card);
  try {
    parseModelCard(JSON.stringify(card));
  } catch (error) {
    return error as ModelPackageError;
  }
  throw new Error('the card was accepted');
}

const hash = 'a'.repeat(64);

describe('parseModelCard', () => {
  it('returns a good card unchanged', () => {
    const card = exampleCard({
      generators: {
        single2: {
          kind: 'single2',
          path: 'generators/single2/model.json',
          title: 'Single_2',
          output: 'residual',
          training: { seed: 2 },
          figures: { val: { hold: 1, flip: null } },
        },
      },
      defaultGenerator: 'single2',
      defaultMethod: 'evidence-change',
      files: { 'classifier/model.json': hash },
    });
    expect(parseModelCard(JSON.stringify(card))).toEqual(card);
  });

  it('says where text that is no JSON goes wrong', () => {
    expect(() => parseModelCard('<!doctype html><title>OHIF</title>')).toThrow(/not valid JSON/);
    expect(() => parseModelCard('')).toThrow(ModelPackageError);
  });

  it('is not made of what has more parts than any card', () => {
    expect(() => parseModelCard(`[${'{},'.repeat(2 ** 19)}{}]`)).toThrow(/holds more than 1048576 values/);
  });

  it.each<[string, (card: Record<string, unknown>) => void]>([
    ['id', card => delete card.id],
    ['id', card => (card.id = '../evil')],
    ['version', card => (card.version = '1.2')],
    ['title', card => (card.title = '')],
    ['researchUseNotice', card => (card.researchUseNotice = '')],
    ['schemaVersion', card => (card.schemaVersion = 2)],
    ['surprise', card => (card.surprise = 1)],
    ['input.size', card => Object.assign(card.input as object, { size: 100_000 })],
    ['input.channels', card => Object.assign(card.input as object, { channels: 2 })],
    ['input.fit', card => Object.assign(card.input as object, { fit: 'crop' })],
    ['input.range', card => Object.assign(card.input as object, { range: [0, 255] })],
    ['classes', card => (card.classes = [{ name: 'one' }])],
    ['operatingPoint', card => (card.operatingPoint = 1)],
    ['operatingPoint', card => (card.operatingPoint = 0)],
    ['operatingPoint', card => delete card.operatingPoint],
    ['operatingPoint', card => (card.classes = ['a', 'b', 'c'].map(name => ({ name })))],
    ['classifier.imported', card => Object.assign(card.classifier as object, { imported: { format: 'onnx' } })],
    ['calibration.slope', card => Object.assign(card.calibration as object, { slope: -1 })],
    ['calibration.method', card => Object.assign(card.calibration as object, { method: 'isotonic' })],
    ['applicability.minRows', card => Object.assign(card.applicability as object, { minRows: 1.5 })],
    ['augmentation.count', card => Object.assign(card.augmentation as object, { count: 0 })],
    ['augmentation.count', card => Object.assign(card.augmentation as object, { count: 1001 })],
    ['kind', card => (card.generators = { single3: {} })],
    ['Bad Name', card => (card.generators = { 'Bad Name': {} })],
    ['files', card => (card.files = { 'classifier/model.json': 'ABC' })],
    ['files', card => (card.files = { 'classifier/model.json': hash.toUpperCase() })],
  ])('refuses a wrong %s and names it', (field, change) => {
    const error = refusal(change);
    expect(error).toBeInstanceOf(ModelPackageError);
    expect(error.code).toBe('schema');
    expect(error.message).toContain(field.split('.').pop() as string);
  });

  it('takes more than two classes without operating point and calibration, from an imported network', () => {
    const imported = {
      format: 'graph' as const,
      input: { size: [224, 200] as [number, number], channels: 3 as const, scaling: { mean: [0.5, 0.4, 0.3], std: [0.2] } },
      output: 'softmax' as const,
    };
    const { classifier, operatingPoint: _point, calibration: _calibration, ...rest } = exampleCard();
    const classes = ['a', 'b', 'c'].map(name => ({ name }));
    const { featureLayer: _layer, ...network } = classifier;
    const card = { ...rest, classes, classifier: { ...network, imported } };
    expect(parseModelCard(JSON.stringify(card))).toEqual(card);
    const wrong = structuredClone(card);
    // 16,000² grey values of three channels are 3 GB before the first layer.
    const huge = structuredClone(card);
    for (const size of [[16000, 16000], [1, 268435456], [4097, 224]] as [number, number][]) {
      huge.classifier.imported.input.size = size;
      expect(() => parseModelCard(JSON.stringify(huge))).toThrow(/<=4096[^]*classifier\.imported\.input\.size/);
    }
    huge.classifier.imported.input.size = [4096, 4096];
    expect(parseModelCard(JSON.stringify(huge))).toEqual(huge);
    wrong.classifier.imported.input.scaling.std = [0.2, 0.3];
    expect(() => parseModelCard(JSON.stringify(wrong))).toThrow(/mean and std/);
    const sigmoid = { ...card, classifier: { ...card.classifier, imported: { ...imported, output: 'sigmoid' } } };
    expect(() => parseModelCard(JSON.stringify(sigmoid))).toThrow(/sigmoid output tells two classes/);
  });

  it.each([
    '../classifier/model.json',
    'classifier/../../model.json',
    '/etc/passwd',
    'http://elsewhere/model.json',
    'classifier//model.json',
    'classifier\\model.json',
    '.hidden/model.json',
    'classifier/model.json?x=1',
    'a/%2e%2e/b',
    '',
  ])('refuses the path %j outside the package', path => {
    expect(refusal(card => Object.assign(card.classifier as object, { path })).code).toBe('schema');
    expect(refusal(card => (card.files = { [path]: hash })).code).toBe('schema');
  });

  it.each(['constructor', 'none', '__proto__'])('refuses %s as the default generator', id => {
    expect(refusal(card => (card.defaultGenerator = id)).message).toContain('defaultGenerator');
  });

  it('refuses a generator of a name that every object has', () => {
    const entry = { kind: 'single2', path: 'g/model.json', title: 'g', output: 'residual', training: {} };
    expect(refusal(card => (card.generators = { constructor: entry })).message).toContain('constructor');
  });

  it.each(['models/cxr-pneumonia', 'models/phantom'])('accepts the shipped card of %s', folder => {
    const file = `${folder}/model-card.json`;
    if (!existsSync(file)) return; // not trained in this checkout
    expect(folder).toBe(`models/${parseModelCard(readFileSync(file, 'utf8')).id}`);
  });
});
