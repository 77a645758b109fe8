import { expect, test } from 'vitest';
import { colourMapIds, heatAlpha, heatColour, paintHeatMap } from '../../src/extension/draw/colour-map';
import { greyDisplay, paintGrey, windowed, type GreyDisplay } from '../../src/extension/host/grey-levels';

const luminance = ([r, g, b]: readonly number[]): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

test('the colour map is inferno at the ends and the middle, and grows brighter throughout', () => {
  // matplotlib 3.8: inferno(0.0), inferno(0.5), inferno(1.0)
  expect(heatColour(0, 'inferno')).toEqual([0, 0, 4]);
  expect(heatColour(0.5, 'inferno')).toEqual([186, 54, 85]);
  expect(heatColour(1, 'inferno')).toEqual([252, 255, 164]);
  for (let i = 1; i <= 100; i++) {
    expect(luminance(heatColour(i / 100, 'inferno'))).toBeGreaterThan(
      luminance(heatColour((i - 1) / 100, 'inferno')),
    );
  }
});

/** Linear light of each 8-bit sRGB value (IEC 61966-2-1). */
const linearLight = (value: number): number =>
  value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;

/** What eyes without one kind of cones see, on linear light (Machado, Oliveira and Fernandes 2009, severity 1.0). */
const eyes = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** A colour as such an eye sees it, linear light. */
const seenBy = (matrix: readonly (readonly number[])[], colour: readonly number[]): number[] => {
  const light = colour.map(linearLight);
  return matrix.map(row => row.reduce((sum, weight, i) => sum + weight * light[i], 0));
};

test.each([...colourMapIds, 'azure'] as const)('%s grows brighter throughout to every eye', id => {
  for (const [name, matrix] of Object.entries(eyes)) {
    const seen = (value: number): number => luminance(seenBy(matrix, heatColour(value, id)));
    for (let i = 1; i <= 32; i++)
      expect(seen(i / 32), `${name} at ${i}/32`).toBeGreaterThan(seen((i - 1) / 32));
  }
});

/** CIE L*, a*, b* of linear sRGB light, white D65 (IEC 61966-2-1, CIE 015). */
const labOf = ([r, g, b]: readonly number[]): number[] => {
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
};

test('azure has equal steps of lightness, ends before white, and is blue to cyan: never warm', () => {
  const lightness = Array.from(
    { length: 9 },
    (_, i) => labOf(heatColour(i / 8, 'azure').map(linearLight))[0],
  );
  lightness.forEach((value, i) => expect(Math.abs(value - (20 + (i * 68) / 8))).toBeLessThan(0.7));
  for (let i = 0; i <= 100; i++) {
    const [red, , blue] = heatColour(i / 100, 'azure');
    expect(blue).toBeGreaterThan(red);
  }
});

test('azure and inferno are told apart by every eye wherever they are seen', () => {
  // From where a map is hardly seen on. A difference of 2 is just noticeable (CIE 1976).
  const full = Object.entries({
    ...eyes,
    all: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  });
  for (const [name, matrix] of full)
    for (let i = 2; i <= 20; i++) {
      const [cool, warm] = (['azure', 'inferno'] as const).map(id =>
        labOf(seenBy(matrix, heatColour(i / 20, id))),
      );
      expect(Math.hypot(...cool.map((value, k) => value - warm[k])), `${name} at ${i}/20`).toBeGreaterThan(
        18,
      );
    }
});

test('viridis and cividis have their published ends', () => {
  // matplotlib 3.8: viridis(0.0), viridis(1.0)
  expect([heatColour(0, 'viridis'), heatColour(1, 'viridis')]).toEqual([
    [68, 1, 84],
    [253, 231, 37],
  ]);
  // matplotlib 3.8: cividis(0.0), cividis(1.0); here within what the formula of nine points allows.
  const ends = [
    [0, 34, 78],
    [254, 232, 56],
  ];
  [0, 1].forEach(at =>
    heatColour(at, 'cividis').forEach((value, i) => expect(Math.abs(value - ends[at][i])).toBeLessThan(14)),
  );
});

test('a map of zeros is invisible, its maximum opaque', () => {
  expect(heatAlpha(0)).toBe(0);
  expect(heatAlpha(1)).toBe(1);
  const pixels = paintHeatMap(Float32Array.of(0, 2), 2, 'inferno');
  expect([...pixels.subarray(0, 4)]).toEqual([0, 0, 4, 0]);
  expect([...pixels.subarray(4)]).toEqual([252, 255, 164, 255]);
  expect([...paintHeatMap(new Float32Array(2), 0, 'inferno')].filter((_, i) => i % 4 === 3)).toEqual([0, 0]);
});

const linear: GreyDisplay = { lower: 0, upper: 100, sigmoid: false, invert: false };

test('grey levels follow the window, clip, and invert', () => {
  const red = (display: GreyDisplay, ...values: number[]): number[] =>
    [...paintGrey(Float32Array.from(values), display)].filter((_, i) => i % 4 === 0);
  expect(red(linear, -50, 0, 100, 400)).toEqual([0, 0, 255, 255]);
  expect(Math.abs(red(linear, 50)[0] - 127.5)).toBeLessThan(1);
  expect(red({ ...linear, invert: true }, 0, 100)).toEqual([255, 0]);
});

test('the sigmoid VOI LUT is that of PS3.3 C.11.2.1.3.1', () => {
  const sigmoid = { ...linear, sigmoid: true };
  // 1 / (1 + exp(-4 (x - c) / w)), c = 50, w = 100
  expect(windowed(50, sigmoid)).toBeCloseTo(0.5);
  expect(windowed(75, sigmoid)).toBeCloseTo(1 / (1 + Math.exp(-1)));
  expect(windowed(0, sigmoid)).toBeCloseTo(1 / (1 + Math.exp(2)));
});

test('a false-colour viewport keeps its colours', () => {
  const points = [-10, 1, 0, 0, 0, 0, 1, 0, 10, 0, 0, 1];
  const display = greyDisplay({ voiRange: { lower: 0, upper: 1 }, colormap: { name: 'x' } }, linear, () => ({
    RGBPoints: points,
  }));
  const pixels = paintGrey(Float32Array.of(0, 1), display);
  expect([...pixels]).toEqual([255, 0, 0, 255, 0, 0, 255, 255]);
});

test('a viewport without a window takes the image range', () => {
  expect(greyDisplay(undefined, { lower: 3, upper: 9 }, () => undefined)).toMatchObject({
    lower: 3,
    upper: 9,
    invert: false,
  });
  expect(greyDisplay({ voiRange: { lower: 5, upper: 5 } }, linear, () => undefined).upper).toBeGreaterThan(5);
});
