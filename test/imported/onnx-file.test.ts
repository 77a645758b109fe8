import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOnnxFile } from '../../src/cli/import/onnx-file';
import { convertOnnx } from '../../src/models/imported/onnx/convert';
import { openOnnx } from '../../src/models/imported/onnx/read';
import { onnxFile, type GraphSpec, type NodeSpec, type OnnxMessage } from './onnx-fixture';

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

  it('of a few hundred bytes that asks for gigabytes of constants, or of an image, is refused', () => {
    const ints = (name: string, values: number[]): NodeSpec => [
      'Constant',
      [],
      [name],
      { value_ints: values },
    ];
    const doubled = (op: string, count: number): NodeSpec[] =>
      Array.from({ length: count }, (_, i): NodeSpec => [op, [`c${i}`, `c${i}`], [`c${i + 1}`], { axis: 0 }]);
    const end: NodeSpec[] = [['Flatten', ['x'], ['y']]];
    const bombs: [RegExp, NodeSpec[]][] = [
      // 30000 × 1 and 1 × 30000 together: 9 · 10^8.
      [
        /\(Add\) makes 900000000 values, more than any export needs/,
        [
          ints('s', [30_000, 1]),
          ints('t', [1, 30_000]),
          ['ConstantOfShape', ['s'], ['a']],
          ['ConstantOfShape', ['t'], ['b']],
          ['Add', ['a', 'b'], ['o']],
        ],
      ],
      [
        /\(Where\) makes 900000000 values/,
        [
          ints('s', [30_000, 1]),
          ints('t', [1, 30_000]),
          ['ConstantOfShape', ['s'], ['a']],
          ['ConstantOfShape', ['t'], ['b']],
          ['Where', ['a', 'b', 'b'], ['o']],
        ],
      ],
      [
        /\(Concat\) makes 8388608 values/,
        [
          ints(
            'c0',
            Array.from({ length: 64 }, (_, i) => i),
          ),
          ...doubled('Concat', 26),
        ],
      ],
      // Every place of a vector of 2^12, 2^12 times.
      [
        /\(Gather\) makes 16777216 values/,
        [
          ints('s', [4096, 4096]),
          ints('n', [4096]),
          ['ConstantOfShape', ['n'], ['places']],
          ints('one', [1, 4096]),
          ['ConstantOfShape', ['one'], ['row']],
          ['Gather', ['row', 'places'], ['o'], { axis: 0 }],
        ],
      ],
      [
        /\(Expand\) makes 900000000 values/,
        [ints('s', [30_000, 30_000]), ints('one', [1]), ['Expand', ['one', 's'], ['o']]],
      ],
      [
        /\(ConstantOfShape\) makes 900000000 values/,
        [ints('s', [30_000, 30_000]), ['ConstantOfShape', ['s'], ['o']]],
      ],
      [/\(ConstantOfShape\) makes -4 values/, [ints('s', [-2, 2]), ['ConstantOfShape', ['s'], ['o']]]],
      // Each within bounds; all together not.
      [
        /and those before it make more values of constants/,
        [
          ints('s', [2048, 2048]),
          ...Array.from({ length: 6 }, (_, i): NodeSpec => ['ConstantOfShape', ['s'], [`o${i}`]]),
        ],
      ],
      [
        /\(Pad\) makes \d+ values of one image/,
        [ints('p', [0, 0, 0, 0, 0, 0, 30_000, 30_000]), ['Pad', ['x', 'p'], ['q']]],
      ],
    ];
    for (const [reason, nodes] of bombs) {
      const bytes = onnxFile({ nodes: [...nodes, ...end] });
      expect(bytes.length).toBeLessThan(4096);
      expect(() => convert(bytes), String(reason)).toThrow(reason);
    }
  });

  it('of a few megabytes that holds a million empty nodes or numbers is refused before they are made', () => {
    // Lengths in four bytes.
    const piece = (tag: number, content: Uint8Array): Buffer =>
      Buffer.concat([
        Uint8Array.from([
          tag,
          ...[0, 7, 14].map(bits => ((content.length >> bits) & 0x7f) | 0x80),
          content.length >> 21,
        ]),
        content,
      ]);
    const empty = (tag: number): Uint8Array => new Uint8Array(600_000).map((_, i) => (i % 2 === 0 ? tag : 0));
    const [nodes, tensors, dims] = [
      empty(0x0a),
      empty(0x2a),
      piece(0x2a, piece(0x0a, new Uint8Array(2 ** 20 + 1))),
    ];
    for (const graph of [nodes, tensors, dims]) {
      const before = process.memoryUsage().heapUsed;
      expect(() => openOnnx(piece(0x3a, graph))).toThrow(
        /more nodes, tensors, texts or whole numbers than any/,
      );
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(20e6);
    }
  });

  it('with a field that is not written as what it is is refused: its parts could not be counted', () => {
    // The graph, as a number.
    expect(() => openOnnx(Uint8Array.from([0x38, 0]))).toThrow(/"graph" is written in another way/);
  });

  it('whose tensors state more than any classifier together is refused before one is read', () => {
    // 17 tensors of the same 2^24 bytes.
    const bytes = onnxFile(gemm, ({ graph }) => {
      for (let i = 0; i < 17; i++)
        graph.initializer.push({
          name: `t${i}`,
          dims: [2 ** 24],
          dataType: 2,
          dataLocation: 1,
          externalData: [{ key: 'location', value: 'w.bin' }],
        });
    });
    const unread = (): never => expect.unreachable();
    expect(() => openOnnx(bytes).graph(unread)).toThrow(/state 285212\d+ values together/);
  });

  it('may turn and cast weights larger than what it may make of nothing', () => {
    // 3 · 2^21 weights, turned and cast.
    const [rows, columns] = [2 ** 21, 3];
    const nodes: NodeSpec[] = [
      ['Transpose', ['w'], ['t'], { perm: [1, 0] }],
      ['Cast', ['t'], ['m'], { to: 1 }],
      ['GlobalAveragePool', ['x'], ['g']],
      ['Flatten', ['g'], ['f']],
      ['Transpose', ['m'], ['back'], { perm: [1, 0] }],
      ['Slice', ['back', 'starts', 'ends'], ['few']],
      ['Gemm', ['f', 'few'], ['y'], { transB: 1 }],
    ];
    const weights = {
      w: { dims: [rows, columns], values: Array.from({ length: rows * columns }, () => 0.5) },
      starts: [0],
      ends: [2],
    };
    expect(() => convert(onnxFile({ nodes, weights }))).not.toThrow();
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

  it('are read once, whatever the number of names that one file goes by', async () => {
    const file = path.join(root, 'inside', 'model.onnx');
    const bytes = onnxFile(gemm, ({ graph }) => {
      for (const [i, tensor] of graph.initializer.entries()) {
        delete tensor.rawData;
        tensor.dataLocation = 1;
        tensor.externalData = [
          { key: 'location', value: `${'./'.repeat(i + 1)}w.bin` },
          { key: 'length', value: String(i === 0 ? 128 : 8) },
        ];
      }
    });
    writeFileSync(file, bytes);
    const { beside } = await readOnnxFile(file);
    expect([...beside.keys()]).toEqual(['./w.bin', '././w.bin']);
    expect(new Set(beside.values()).size).toBe(1);
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
