import * as tf from '@tensorflow/tfjs';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { registerImport } from '../../src/cli/import';
import { testImages } from '../../src/cli/import/check-network';
import { compareWithRuntime } from '../../src/cli/import/compare-onnxruntime';
import { importOnnx, readOnnxFile } from '../../src/cli/import/onnx-file';
import { openOnnx } from '../../src/models/imported/onnx/read';
import { methodById } from '../../src/explain';
import { folderReader } from '../../src/io/folder-reader';
import { checkApplicability } from '../../src/models/applicability';
import { parseModelCard, type ModelCard } from '../../src/models/card';
import { classifierLogits } from '../../src/models/classifier';
import { ofLabel } from '../../src/models/label-package';
import { loadModelPackage } from '../../src/models/package';
import { onnxFile, type GraphSpec } from '../imported/onnx-fixture';

let root: string;
const at = (name: string): string => path.join(root, name);

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'import-'));
  await prepareNodeBackend('wasm');
});
afterAll(() => rmSync(root, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** What the command wrote to the terminal. @throws what it throws */
async function importing(file: string, ...options: string[]): Promise<string> {
  const written: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    written.push(String(text));
    return true;
  });
  const program = new Command().exitOverride();
  registerImport(program);
  await program.parseAsync(['import', 'classifier', file, ...options], { from: 'user' });
  vi.restoreAllMocks();
  return written.join('');
}

function cardIn(out: string): ModelCard {
  return parseModelCard(readFileSync(path.join(out, 'model-card.json'), 'utf8'));
}

function write(name: string, spec: GraphSpec): string {
  const file = at(name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, onnxFile(spec));
  return file;
}

/** Convolution, ReLU, pooling, and a sigmoid for each answer. */
const convolutional = (answers: number, channels = 1): GraphSpec => ({
  input: ['images', channels, 32, 32],
  nodes: [
    ['Conv', ['x', 'w', 'b'], ['c'], { pads: [1, 1, 1, 1], strides: [2, 2] }],
    ['Relu', ['c'], ['r']],
    ['GlobalAveragePool', ['r'], ['g']],
    ['Flatten', ['g'], ['f']],
    ['Gemm', ['f', 'm', 'n'], ['l']],
    ['Sigmoid', ['l'], ['y']],
  ],
  weights: {
    w: { dims: [6, channels, 3, 3] },
    b: { dims: [6] },
    m: { dims: [6, answers] },
    n: { dims: [answers] },
  },
});

/** sigmoid(0.02 · mean − 1) of one channel: what it answers can be computed by hand. */
const meanOnly: GraphSpec = {
  input: [1, 1, 32, 32],
  nodes: [
    ['GlobalAveragePool', ['x'], ['g']],
    ['Flatten', ['g'], ['f']],
    ['Gemm', ['f', 'm', 'n'], ['l']],
    ['Sigmoid', ['l'], ['y']],
  ],
  weights: { m: { dims: [1, 1], values: [0.02] }, n: { dims: [1], values: [-1] } },
};

describe('explain import classifier', () => {
  it('takes an ONNX file with the names of its classes, and says what nobody stated', async () => {
    const file = write('two.onnx', convolutional(1));
    const out = at('two');
    const said = await importing(file, '--classes', 'healthy,pneumonia', '--out', out);
    expect(said).toMatch(/differ from those of onnxruntime-web 1\.\d+\.\d+ by \de-\d+ at most/);
    expect(said).toMatch(
      /does not state: intended use, where it applies, training data, terms of the weights/,
    );
    const card = cardIn(out);
    expect(card).toMatchObject({
      id: 'two',
      intendedUse: 'Not stated.',
      notStated: ['intended use', 'where it applies', 'training data', 'terms of the weights'],
      classifier: { imported: { format: 'onnx', output: 'sigmoid', input: { size: [32, 32], channels: 1 } } },
    });
    expect(checkApplicability(card, {}).warnings).toContain(
      'The intended use of "two" is not stated. It is not stated for which images "two" is made. The training data of "two" are not stated.',
    );
    const context = await loadModelPackage(folderReader(out), { generators: [] });
    const images = testImages(card.input);
    for (const id of ['gradient', 'gradcam', 'integrated-gradients', 'smoothgrad', 'occlusion']) {
      const made = await methodById(id).explain(context, images.slice([0], [1]), {});
      expect(Math.max(...(await made.map.data())), id).toBeGreaterThan(0);
    }
    context.dispose();
  });

  it.each(['linear', 'relu6'] as const)(
    'refuses a network within which something overflows, however finite its answers are: %s',
    async activation => {
      const model = tf.sequential();
      model.add(
        tf.layers.conv2d({ inputShape: [32, 32, 1], filters: 4, kernelSize: 3, name: 'large', activation }),
      );
      // What has overflowed comes back to 6, where it does not become 0 times infinity.
      model.add(tf.layers.reLU({ maxValue: 6 }));
      model.add(tf.layers.globalAveragePooling2d({}));
      model.add(tf.layers.dense({ units: 1, activation: 'sigmoid' }));
      const signs = Array.from({ length: 4 * 9 }, (_, i) => ((i >> 2) % 2 ? -3e38 : 3e38));
      const folder = at(`overflow-${activation}`);
      const save = async (name: string): Promise<string> => {
        mkdirSync(path.join(folder, name), { recursive: true });
        await model.save(
          tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
            const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
            const json = { format: 'layers-model', modelTopology, weightsManifest };
            writeFileSync(path.join(folder, name, 'model.json'), JSON.stringify(json));
            writeFileSync(path.join(folder, name, 'weights.bin'), new Uint8Array(weightData as ArrayBuffer));
            return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
          }),
        );
        return path.join(folder, name);
      };
      const into = (name: string): string[] => [
        '--classes',
        'healthy,pneumonia',
        '--out',
        path.join(folder, `${name}-package`),
      ];
      await importing(await save('small'), ...into('small'));
      model.layers[0].setWeights([tf.tensor(signs, [3, 3, 1, 4]), tf.zeros([4])]);
      await expect(importing(await save('big'), ...into('big'))).rejects.toThrow(
        /^Layer "large" computes what is not a finite number on the test images/,
      );
      expect(existsSync(path.join(folder, 'big-package'))).toBe(false);
      model.dispose();
    },
  );

  it('explains one of several independent findings', async () => {
    const file = write('several.onnx', convolutional(3));
    const names = ['--classes', 'effusion,pneumonia,nodule'];
    const all = (label: string): Promise<string> =>
      importing(file, ...names, '--label', label, '--out', at(label));
    await expect(importing(file, ...names, '--out', at('none'))).rejects.toThrow(
      /answers 3 numbers an image, which does not fit a sigmoid.*independent findings: name all with --classes and give --independent, or with --label/,
    );
    // One sigmoid cannot tell three classes apart either; it was run as if it could.
    const one = importing(write('one.onnx', convolutional(1)), ...names, '--out', at('one'));
    await expect(one).rejects.toThrow(
      /answers 1 number an image, which does not fit a sigmoid output of 3 classes\. One number tells two classes apart/,
    );
    expect(existsSync(at('one'))).toBe(false);
    await expect(all('cyst')).rejects.toThrow('There is no label "cyst" among effusion, pneumonia, nodule.');
    await all('Nodule');
    const card = cardIn(at('Nodule'));
    expect(card.classes).toEqual([{ name: 'no nodule' }, { name: 'nodule' }]);
    // The last column of the matrix alone.
    const whole = write('alone.onnx', lastAnswer());
    await importing(whole, '--classes', 'no,nodule', '--out', at('alone'));
    const images = testImages(card.input);
    const logits = await Promise.all(
      ['Nodule', 'alone'].map(async name => {
        const { classifier } = await loadModelPackage(folderReader(at(name)), { generators: [] });
        return classifierLogits(classifier, images).dataSync();
      }),
    );
    logits[0].forEach((value, n) => expect(value).toBeCloseTo(logits[1][n], 5));
  });

  it('keeps all of several independent findings, each explained as where it alone is kept', async () => {
    const file = write('kept.onnx', convolutional(3));
    const names = ['--classes', 'effusion,pneumonia,nodule'];
    await importing(file, ...names, '--independent', '--out', at('kept'));
    await importing(file, ...names, '--label', 'nodule', '--out', at('only'));
    const card = cardIn(at('kept'));
    expect(card.independent).toBe(true);
    expect(card.classes.map(({ name, operatingPoint }) => [name, operatingPoint])).toEqual([
      ['effusion', 0.5],
      ['pneumonia', 0.5],
      ['nodule', 0.5],
    ]);
    const whole = await loadModelPackage(folderReader(at('kept')), { generators: [] });
    const only = await loadModelPackage(folderReader(at('only')), { generators: [] });
    const images = testImages(card.input);
    const label = ofLabel(whole, 2);
    const expected = classifierLogits(only.classifier, images).dataSync();
    classifierLogits(label.classifier, images)
      .dataSync()
      .forEach((value, n) => expect(value).toBeCloseTo(expected[n], 5));
    for (const id of ['gradient', 'gradcam', 'occlusion']) {
      const maps = [label, only].map(context =>
        methodById(id)
          .explain(context, images.slice([0], [1]), {})
          .map.dataSync(),
      );
      maps[0].forEach((value, i) => expect(value, id).toBeCloseTo(maps[1][i], 5));
    }
    await expect(
      importing(file, ...names, '--independent', '--out', at('cut'), '--operating-point', '0.3'),
    ).rejects.toThrow('--operating-point and --calibrate are for two classes.');
  });

  it('leaves out findings that the network was never taught', async () => {
    const file = write('taught.onnx', convolutional(3));
    const names = ['--classes', 'effusion,pneumonia,nodule'];
    await importing(file, ...names, '--independent', '--out', at('three'));
    const said = await importing(file, ...names, '--label', 'Nodule,effusion', '--out', at('taught'));
    expect(said).toMatch(/answers 2 numbers.* differ from those of onnxruntime-web/s);
    const [three, taught] = await Promise.all(
      ['three', 'taught'].map(name => loadModelPackage(folderReader(at(name)), { generators: [] })),
    );
    expect(taught.card.independent).toBe(true);
    expect(taught.card.classes.map(({ name }) => name)).toEqual(['effusion', 'nodule']);
    const images = testImages(taught.card.input);
    const [all, own] = [three, taught].map(
      ({ classifier }) => classifierLogits(classifier, images).arraySync() as number[][],
    );
    expect(own).toEqual(all.map(([effusion, , nodule]) => [effusion, nodule]));
    expect(new Set(own.flat()).size).toBeGreaterThan(8);
  });

  it('keeps two independent findings as two, not as one against the other', async () => {
    const file = write('independent.onnx', convolutional(2));
    await importing(file, '--classes', 'effusion,nodule', '--independent', '--out', at('independent'));
    const { classifier, card } = await loadModelPackage(folderReader(at('independent')), { generators: [] });
    expect(classifierLogits(classifier, testImages(card.input)).shape).toEqual([8, 2]);
  });

  it('reads values as the file, a preset or an option says, in this order of weakness', async () => {
    const scaling = (out: string): unknown => cardIn(at(out)).classifier.imported!.input.scaling;
    const said = write('said.onnx', {
      ...meanOnly,
      metadata: { 'Image.NominalPixelRange': 'NominalRange_0_255' },
    });
    const names = ['--classes', 'a,b'];
    await importing(said, ...names, '--out', at('file'));
    expect(scaling('file')).toEqual({ range: [0, 255] });
    await importing(said, ...names, '--out', at('option'), '--input-range=-1,1');
    expect(scaling('option')).toEqual({ range: [-1, 1] });
    const statistics = { mean: '[0.5]', std: '[0.25]' };
    await importing(
      write('mean-said.onnx', { ...meanOnly, metadata: statistics }),
      ...names,
      '--out',
      at('statistics'),
    );
    expect(scaling('statistics')).toEqual({ mean: [0.5], std: [0.25] });
    const three = write('three.onnx', { ...convolutional(1, 3), input: [1, 3, 'rows', 'columns'] });
    await importing(three, ...names, '--out', at('preset'), '--like', 'torchvision');
    expect(scaling('preset')).toEqual({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
    expect(cardIn(at('preset')).input.size).toBe(224);
    await expect(importing(said, ...names, '--out', at('wrong'), '--like', 'torchvision')).rejects.toThrow(
      'The network reads 1 channel; those of torchvision read 3.',
    );
    await expect(importing(said, '--out', at('wrong'), '--like', 'torchxrayvision')).rejects.toThrow(
      /answers 1 number an image, which does not fit a .* output of 18 classes/,
    );
  });

  it('compares with the answers of another program', async () => {
    const file = write('mean.onnx', meanOnly);
    const grey = Uint8Array.from({ length: 32 * 32 }, (_, i) => 60 + (i % 100));
    await sharp(grey, { raw: { width: 32, height: 32, channels: 1 } })
      .png()
      .toFile(at('a.png'));
    const mean = grey.reduce((a, b) => a + b, 0) / grey.length;
    const expected = 1 / (1 + Math.exp(-(0.02 * mean - 1)));
    writeFileSync(at('expected.json'), JSON.stringify({ 'a.png': [expected] }));
    const options = ['--classes', 'a,b', '--expect', at('expected.json')];
    const said = await importing(file, ...options, '--input-range', '0,255', '--out', at('expected'));
    expect(said).toMatch(/answers to 1 picture differ from those expected by \de-\d+ at most/);
    expect(cardIn(at('expected')).classifier.figures).toMatchObject({ expected: { images: 1 } });
    await expect(importing(file, ...options, '--out', at('unexpected'))).rejects.toThrow(
      /a\.png \(--expect\): expected 0\.\d+, the imported network answers 0\.\d+\. .*--input-range/,
    );
    await sharp(grey, { raw: { width: 64, height: 16, channels: 1 } })
      .png()
      .toFile(at('a.png'));
    await expect(importing(file, ...options, '--out', at('unexpected'))).rejects.toThrow(
      'a.png (--expect) has 64 × 16 pixels, the network reads 32 × 32.',
    );
  });

  it.each([
    ['functional', [0.5317042], 'sigmoid'],
    ['sequential-of-functional', [0.6593506, 0.3406494], 'softmax'],
  ])(
    'takes a TensorFlow.js model with as little, and compares it with Keras: %s',
    async (name, expected, output) => {
      const keras = path.resolve('test/fixtures/keras');
      copyFileSync(`${keras}/probe.png`, at('probe.png'));
      // model.predict of Keras 3.15.1 on probe.png / 255.
      writeFileSync(at(`${name}.json`), JSON.stringify({ 'probe.png': expected }));
      const options = ['--classes', 'a,b', '--expect', at(`${name}.json`), '--out', at(name)];
      const said = await importing(path.join(keras, name), ...options);
      expect(said).toMatch(/1 picture differ from those expected by \de-[678] at most/);
      expect(cardIn(at(name)).classifier.imported).toMatchObject({ format: 'layers', output });
    },
  );

  it('takes what --about adds, and lists only what is left open', async () => {
    const about = at('about.json');
    writeFileSync(about, JSON.stringify({ card: { intendedUse: 'Teaching.', title: 'A network' } }));
    await importing(
      write('about.onnx', meanOnly),
      '--classes',
      'a,b',
      '--about',
      about,
      '--out',
      at('about'),
    );
    expect(cardIn(at('about'))).toMatchObject({
      title: 'A network',
      intendedUse: 'Teaching.',
      notStated: ['where it applies', 'training data', 'terms of the weights'],
    });
  });

  it('names the way out of what is not read', async () => {
    const file = at('model.pth');
    writeFileSync(file, 'x');
    await expect(importing(file, '--classes', 'a,b', '--out', at('none'))).rejects.toThrow(
      /Export it first: torch\.onnx\.export/,
    );
    await expect(importing(at('nothing.onnx'), '--classes', 'a,b', '--out', at('none'))).rejects.toThrow(
      /does not exist/,
    );
  });
});

describe('the comparison with onnxruntime-web', () => {
  it('names the first operator that computes otherwise', async () => {
    const graph = (alpha: number): GraphSpec => ({
      input: [1, 1, 8, 8],
      nodes: [
        ['Conv', ['x', 'w'], ['c']],
        ['LeakyRelu', ['c'], ['r'], { alpha: { float: alpha } }],
        ['ReduceMean', ['r'], ['m'], { axes: [2, 3], keepdims: 0 }],
        ['Gemm', ['m', 'g'], ['y']],
      ],
      weights: { w: { dims: [4, 1, 3, 3] }, g: { dims: [4, 1] } },
    });
    const right = importOnnx(await readOnnxFile(write('right.onnx', graph(0.3))), {});
    const other = importOnnx(await readOnnxFile(write('other.onnx', graph(0.1))), {});
    const input = {
      size: [8, 8] as [number, number],
      channels: 1 as const,
      scaling: { range: [-1, 1] as [number, number] },
    };
    const images = testImages({ size: 32, channels: 1, range: [0, 1], fit: 'stretch', equalise: false });
    const answers = Array.from({ length: 8 }, () => [100]);
    const bytes = readFileSync(at('right.onnx'));
    const mixed = { ...right, bytes, graph: openOnnx(bytes).graph(), converted: other.converted };
    await expect(compareWithRuntime(mixed, input, images, answers, undefined)).rejects.toThrow(
      /answers otherwise than onnxruntime-web, by \S+ on test image \d; the first operator that differs is LeakyRelu \(node "r"\)/,
    );
  });
});

/** The network of three findings cut to its last one by hand. */
function lastAnswer(): GraphSpec {
  const spec = convolutional(3);
  const nodes: GraphSpec['nodes'] = [
    ...spec.nodes.slice(0, 5),
    ['Slice', ['l', 'from', 'to', 'along'], ['last']],
    ['Sigmoid', ['last'], ['y']],
  ];
  return { ...spec, nodes, weights: { ...spec.weights, from: [2], to: [3], along: [1] } };
}
