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
