import { expect, test } from 'vitest';
import { cautionsOf } from '../../src/explain';
import type { InputSpec } from '../../src/models/card';
import { prepareImage } from '../../src/models/preparation';

const size = 8;
const image = {
  values: Float32Array.from({ length: size * size }, (_, i) => (i * 37) % 61),
  rows: size,
  columns: size,
  photometric: 'MONOCHROME2' as const,
};
const prepared = prepareImage(image, { size, channels: 1, range: [0, 1], fit: 'stretch', equalise: true });
const ramp = (largest: number): Float32Array =>
  Float32Array.from({ length: size * size }, (_, i) => (largest * i) / (size * size - 1));
const about = (map: Float32Array, methodId = 'similar-adversarial', distance = 1): string[] =>
  cautionsOf({ title: 'Model' }, image, prepared, { map, outlier: { distance, threshold: 1 } }, methodId);

test('an ordinary map of an ordinary image calls for none', () => {
  expect(about(ramp(0.3))).toEqual([]);
  expect(about(ramp(0.005))).toEqual([]);
});

test('a map without content is said to mark nothing', () => {
  expect(about(new Float32Array(size * size))).toEqual([expect.stringMatching(/one value .* marks nothing/)]);
  expect(about(ramp(3e-8))).toEqual([
    expect.stringMatching(/3e-8, not above .* 0\.0039 .*: it marks nothing/),
  ]);
  // A gradient is in other units, and may well be as small.
  expect(about(ramp(3e-8), 'gradient')).toEqual([]);
});

test('an image unlike the training images is said to be', () => {
  expect(about(ramp(0.3), 'similar-adversarial', 1.5)).toEqual([expect.stringMatching(/1\.50 times/)]);
});

test('an x_a that is black or white in places is said to be, beyond 0.5 % of the image', () => {
  const film = {
    ...image,
    values: Float32Array.from({ length: 1600 }, (_, i) => (i * 37) % 1601),
    rows: 40,
    columns: 40,
  };
  const large = prepareImage(film, { size: 40, channels: 1, range: [0, 1], fit: 'stretch', equalise: true });
  const map = Float32Array.from({ length: 1600 }, (_, i) => i / 1600);
  const said = (saturated: number): string[] => {
    const adversarial = large.input.map((value, i) => (i >= 500 && i < 500 + saturated ? i % 2 : value));
    return cautionsOf({ title: 'Model' }, film, large, { map, adversarial }, 'similar-adversarial');
  };
  expect(said(0)).toEqual([]);
  expect(said(8)).toEqual([]); // 8 of 1600 pixels are 0.5 %
  expect(said(32)).toEqual([expect.stringMatching(/^x_a is black or white in 2\.0 % of the image/)]);
});

test('a shutter that leaves next to nothing is said to have been left aside', () => {
  // Columns 3 and 4 of 8 are open: 6 of 8, three quarters, are covered, which is still taken; of column 3 alone 7 of 8 are.
  const spec: InputSpec = { size, channels: 1, range: [0, 1], fit: 'stretch', equalise: true };
  const said = (right: number): string[] => {
    const shutter = { shape: 'rectangular', left: 3, right, upper: 1, lower: size } as const;
    const covered = { ...image, shutters: [shutter] };
    return cautionsOf(
      { title: 'Model' },
      covered,
      prepareImage(covered, spec),
      { map: ramp(0.3) },
      'gradient',
    );
  };
  expect(said(3)).toEqual([
    'The header states a shutter or collimator that would cover 88 % of the image, and was left aside.',
  ]);
  expect(said(4)).toEqual([expect.stringMatching(/^75 % of the image is collimated/)]);
});
