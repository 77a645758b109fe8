import { expect, test } from 'vitest';
import { paintGrey, sameDisplay } from '../../src/extension/host/grey-levels';
import { modalityDisplay } from '../../src/extension/host/viewport-display';
import type { Cornerstone, CornerstoneViewport } from '../../src/extension/host/ohif-types';

const range = { lower: 0, upper: 1 };
const cornerstone: Cornerstone = {
  cache: { getImage: imageId => ({ imageId, rows: 1, columns: 1, slope: 2, intercept: -10 }) },
  metaData: { get: () => undefined },
  eventTarget: new EventTarget(),
  utilities: {},
};

/** States an inverted window of the stored values 0 to 100, and draws by the nodes if there are any. */
function viewportOf(nodes?: number[][]): CornerstoneViewport {
  const colours = nodes && {
    getSize: () => nodes.length,
    getNodeValue: (index: number, node: number[]) => node.push(...nodes[index]),
  };
  return {
    id: 'v1',
    element: {} as HTMLDivElement,
    worldToCanvas: () => [0, 0],
    getProperties: () => ({ voiRange: { lower: 0, upper: 100 }, invert: true }),
    getDefaultActor: () =>
      colours && { actor: { getProperty: () => ({ getRGBTransferFunction: () => colours }) } },
  };
}

const displayOf = (nodes?: number[][]) => modalityDisplay(viewportOf(nodes), cornerstone, 'a', range);
const red = (nodes: number[][] | undefined, ...values: number[]): number[] =>
  [...paintGrey(Float32Array.from(values), displayOf(nodes))].filter((_, i) => i % 4 === 0);
const positive = [
  [50, 0, 0, 0, 0.5, 0],
  [100, 1, 1, 1, 0.5, 0],
];

test('what is drawn counts, where the stated properties have parted from it', () => {
  // Stored 50 and 100 are 90 and 190 in modality units.
  expect(red(positive, 0, 90, 190, 300)).toEqual([0, 0, 255, 255]);
  expect(Math.abs(red(positive, 140)[0] - 127.5)).toBeLessThan(1);
});

test('drawn without vtk.js, a film is as its viewport states', () => {
  expect(red(undefined, -10, 190)).toEqual([255, 0]);
  expect(red([], -10, 190)).toEqual([255, 0]);
});

test('what was painted is kept as long as the same is drawn', () => {
  const inverted = positive.map(([x, r]) => [x, 1 - r, 1 - r, 1 - r, 0.5, 0]);
  expect(sameDisplay(displayOf(positive), displayOf(positive))).toBe(true);
  expect(sameDisplay(displayOf(positive), displayOf(inverted))).toBe(false);
  expect(sameDisplay(displayOf(positive), displayOf())).toBe(false);
});
