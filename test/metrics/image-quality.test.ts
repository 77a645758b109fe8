import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { psnr, ssim } from '../../src/metrics';
import { lcg } from './numbers';

// scikit-image 0.19.3:
//   a = lcg(480, 1).reshape(20, 24)
//   b = np.clip(0.8 * a + 0.2 * lcg(480, 2).reshape(20, 24), 0, 1).astype(np.float32)
//   structural_similarity(a, b, data_range=1.0), …(win_size=11), peak_signal_noise_ratio(a, b, data_range=1.0)
const a = Float32Array.from(lcg(480, 1));
const noise = lcg(480, 2);
const b = Float32Array.from(lcg(480, 1), (value, i) => 0.8 * value + 0.2 * noise[i]);

describe('ssim', () => {
  it('equals scikit-image', () => {
    expect(ssim(a, b, 24, 20)).toBeCloseTo(0.954134743882038, 8);
    expect(ssim(a, b, 24, 20, { window: 11 })).toBeCloseTo(0.9557902534551163, 8);
    const ramp = Float32Array.from({ length: 480 }, (_, i) => (Math.floor(i / 24) + (i % 24)) / 42);
    expect(ssim(ramp, new Float32Array(480), 24, 20)).toBeCloseTo(9.747702481256056e-5, 10);
  });

  it('is 1 for equal images and refuses sizes that contradict', () => {
    expect(ssim(a, a, 24, 20)).toBeCloseTo(1, 12);
    expect(() => ssim(a, b, 24, 24)).toThrow(/not 24 × 24/);
    expect(() => ssim(a, b, 24, 20, { window: 21 })).toThrow(/window/);
  });
});

describe('psnr', () => {
  it('equals scikit-image', () => {
    expect(psnr(a, b)).toBeCloseTo(22.19680412036109, 5);
  });

  it('is infinite for equal images, and 20 dB for an error of a tenth', () => {
    expect(psnr(a, a)).toBe(Infinity);
    expect(psnr(Float32Array.of(0.5, 0.5), Float32Array.of(0.6, 0.4))).toBeCloseTo(20, 5);
  });
});

/** Where scikit-image is installed (Debian: python3-skimage), both are compared on images of the models' own size. */
const script = `
import numpy as np
from skimage.metrics import structural_similarity, peak_signal_noise_ratio
y, x = np.mgrid[0:224, 0:224].astype(np.float64)
a = (0.5 + 0.3 * np.sin(x / 9) * np.cos(y / 13)).astype(np.float32)
b = np.clip(a + 0.05 * np.sin(x * y / 50), 0, 1).astype(np.float32)
print(structural_similarity(a.astype(np.float64), b.astype(np.float64), data_range=1.0),
      peak_signal_noise_ratio(a.astype(np.float64), b.astype(np.float64), data_range=1.0))
`;

function scikitImage(): number[] | undefined {
  try {
    const options = { encoding: 'utf8' as const, stdio: 'pipe' as const };
    return execFileSync('/usr/bin/python3', ['-c', script], options).trim().split(' ').map(Number);
  } catch {
    return undefined; // not installed
  }
}

describe('against scikit-image itself', () => {
  const expected = scikitImage();
  it.skipIf(!expected)('SSIM and PSNR of two images of 224 × 224 (needs Debian python3-skimage)', () => {
    const at = (value: (x: number, y: number) => number): Float32Array =>
      Float32Array.from({ length: 224 * 224 }, (_, i) => value(i % 224, Math.floor(i / 224)));
    const one = at((x, y) => 0.5 + 0.3 * Math.sin(x / 9) * Math.cos(y / 13));
    const other = at((x, y) => Math.min(1, Math.max(0, one[y * 224 + x] + 0.05 * Math.sin((x * y) / 50))));
    const [similarity, ratio] = expected as number[];
    expect(similarity).toBeLessThan(0.99);
    expect(ssim(one, other, 224, 224)).toBeCloseTo(similarity, 8);
    expect(psnr(one, other)).toBeCloseTo(ratio, 5);
  });
});
