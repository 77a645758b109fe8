import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOnnxFile } from '../../src/cli/import/onnx-file';
import { convertOnnx } from '../../src/models/imported/onnx/convert';
import { openOnnx } from '../../src/models/imported/onnx/read';
import { onnxFile, type GraphSpec, type OnnxMessage } from './onnx-fixture';

const gemm: GraphSpec = {
  input: [1, 1, 4, 4],
  nodes: [
    ['Flatten', ['x'], ['f']],
    ['Gemm', ['f', 'w', 'b'], ['y']],
  ],
  weights: { w: { dims: [16, 2] }, b: { dims: [2] } },
};

const convert = (bytes: Uint8Array): unknown => convertOnnx(openOnnx(bytes).graph());

describe('a damaged or hostile ONNX file', () => {
  it('is refused wherever it was cut off, by name', () => {
    const whole = onnxFile(gemm);
    for (let length = 0; length < whole.length; length += 7) {
      expect(() => convert(whole.slice(0, length)), `${length} bytes`).toThrow(
        expect.objectContaining({ name: 'ModelPackageError', code: 'format' }),
      );
    }
  });

  it('with any byte changed is read, or refused by name', () => {
    const whole = onnxFile(gemm);
    let refused = 0;
    for (let at = 0; at < whole.length; at += 3) {
      const changed = whole.slice();
      changed[at] ^= 0xff;
      try {
        convert(changed);
      } catch (error) {
        expect((error as Error).name, `byte ${at}: ${(error as Error).message}`).toBe('ModelPackageError');
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(5);
  });

  it.each<[RegExp, (message: OnnxMessage) => void]>([
    [
      /shape \[16, 4611686018427387904\]|impossible shape/,
      ({ graph }) => (graph.initializer[0].dims = [16, 2 ** 62]),
    ],
    [
      /states 274877906944 values, more than/,
      ({ graph }) => (graph.initializer[0].dims = [2 ** 19, 2 ** 19]),
    ],
    [/\[16, 3\] and 128 bytes; 192 are needed/, ({ graph }) => (graph.initializer[0].dims = [16, 3])],
    [/impossible shape \[-1, 2\]/, ({ graph }) => (graph.initializer[0].dims = [-1, 2])],
    [/of the type 8, which no classifier/, ({ graph }) => (graph.initializer[0].dataType = 8)],
    [/two tensors named "w"/, ({ graph }) => graph.initializer.push(graph.initializer[0])],
    [
      /\(Flatten\) reads "y", which no node before it makes: the graph is damaged, or goes in a circle/,
      ({ graph }) => (graph.node[0].input = ['y']),
    ],
    [/makes "f", which is there already/, ({ graph }) => (graph.node[1].output = ['f'])],
    [/No node of the ONNX graph makes its output "z"/, ({ graph }) => (graph.output = [{ name: 'z' }])],
    [/has 2 outputs; it must have one/, ({ graph }) => graph.output.push({ name: 'f' })],
    [/of the domain com\.example/, ({ graph }) => (graph.node[0].domain = 'com.example')],
    [/opset 3; 7 to 21 are read/, message => (message.opsetImport = [{ version: 3 }])],
    [/does not say which operators/, message => (message.opsetImport = [])],
    [
      /holds a graph of its own \(body\); control flow is not read/,
      ({ graph }) => (graph.node[0].attribute = [{ name: 'body', g: new Uint8Array([10, 0]) }]),
    ],
    [/holds no graph/, message => (message.graph.node = [])],
    [/does not depend on its input/, ({ graph }) => (graph.output = [{ name: 'w' }])],
  ])('is refused: %s', (reason, change) => {
    expect(() => convert(onnxFile(gemm, change))).toThrow(reason);
  });

  it('with operators that are not known is refused once, with all of them and the list of those that are', () => {
    const nodes: GraphSpec['nodes'] = [
      ['NonZero', ['x'], ['n']],
      ['ScatterND', ['n', 'x'], ['s']],
      ['Flatten', ['s'], ['y']],
    ];
    expect(() => convert(onnxFile({ input: [1, 1, 4, 4], nodes }))).toThrow(
      /not known here: NonZero, ScatterND \(the first is the node "n"\)\. Known are Abs, Add, AveragePool, .*Unsqueeze\./,
    );
  });

  it('that mixes images is refused', () => {
    const mixing: [RegExp, GraphSpec['nodes']][] = [
      [/moves the axis of the images/, [['Transpose', ['x'], ['y'], { perm: [1, 0, 2, 3] }]]],
      [/works across images/, [['ReduceMean', ['x'], ['y'], { axes: [0] }]]],
      [/works across images/, [['Concat', ['x', 'x'], ['y'], { axis: 0 }]]],
      [/flattens images together/, [['Flatten', ['x'], ['y'], { axis: 0 }]]],
    ];
    for (const [reason, nodes] of mixing) expect(() => convert(onnxFile({ nodes }))).toThrow(reason);
  });

  it('that was exported for several images is refused with the way out', () => {
    const spec: GraphSpec = {
      input: [8, 1, 4, 4],
      nodes: [['Reshape', ['x', 'to'], ['y']]],
      weights: { to: [8, 16] },
    };
    expect(() => convert(onnxFile(spec))).toThrow(
      /not possible for one image\. Export the model for one image/,
    );
  });
});

describe('weights beside an ONNX file', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'onnx-beside-'));
    mkdirSync(path.join(root, 'inside'));
    writeFileSync(path.join(root, 'outside.bin'), new Uint8Array(128));
    writeFileSync(path.join(root, 'inside', 'w.bin'), new Uint8Array(new Float32Array(40).fill(0.5).buffer));
    symlinkSync('../outside.bin', path.join(root, 'inside', 'link.bin'));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  const write = (location: string, more: { key: string; value: string }[] = []): string => {
    const file = path.join(root, 'inside', 'model.onnx');
    const bytes = onnxFile(gemm, ({ graph }) => {
      const [tensor] = graph.initializer;
      delete tensor.rawData;
      tensor.dataLocation = 1;
      tensor.externalData = [{ key: 'location', value: location }, ...more];
    });
    writeFileSync(file, bytes);
    return file;
  };

  it('are read from where they are said to lie', async () => {
    const more = [
      { key: 'offset', value: '16' },
      { key: 'length', value: '128' },
    ];
    const { graph } = await readOnnxFile(write('w.bin', more));
    expect([...graph.constants.get('w')!.values]).toEqual(Array.from({ length: 32 }, () => 0.5));
  });

  it.each([
    ['../outside.bin', /outside of its folder/],
    ['/etc/passwd', /outside of its folder/],
    ['link.bin', /outside of its folder/],
    ['nowhere.bin', /there is no such file beside it/],
    ['.', /outside of its folder/],
  ])('are refused at %s', async (location, reason) => {
    await expect(readOnnxFile(write(location))).rejects.toThrow(reason);
  });

  it.each([
    ['offset', '100', /at byte 100 .* 60 long|60 bytes; 128 are needed/],
    ['offset', '-4', /is said to lie at byte -4/],
    ['length', '9007199254740993', /is said to lie/],
    ['length', '120', /120 bytes; 128 are needed/],
  ])('are refused with %s %s', async (key, value, reason) => {
    await expect(readOnnxFile(write('w.bin', [{ key, value }]))).rejects.toThrow(reason);
  });
});
