import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/models/random';
import { paintOpacities } from '../../src/training/paint';
import { boxCoverage } from '../../src/training/samples';

const size = 112;
// A ramp: upper quartile 0.75.
const ramp = Float32Array.from({ length: size * size }, (_, i) => i / (size * size - 1));

describe('paintOpacities', () => {
  const painted = Array.from({ length: 60 }, (_, i) => paintOpacities(ramp, size, seededRandom(i)));

  it('leaves the given image alone and repeats itself for the same seed', () => {
    const before = ramp.slice();
    const again = paintOpacities(ramp, size, seededRandom(3));
    expect(ramp).toEqual(before);
    expect(again).toEqual(painted[3]);
    expect(painted[4].pixels).not.toEqual(painted[3].pixels);
  });

  it('brightens towards the upper quartile, never beyond, and darkens nothing', () => {
    for (const { pixels } of painted) {
      const wrong = pixels.findIndex((value, i) => value < ramp[i] || value > Math.max(ramp[i], 0.7501));
      expect(wrong).toBe(-1);
    }
  });

  it('says where: a mask of 0 and 1 that holds nearly all of the change', () => {
    for (const { pixels, truth } of painted) {
      let [inside, total] = [0, 0];
      truth.forEach((flag, i) => {
        const change = pixels[i] - ramp[i];
        total += change;
        if (flag) inside += change;
      });
      expect([...new Set(truth)].sort()).toEqual([0, 1]);
      if (total > 1) expect(inside / total).toBeGreaterThan(0.9);
    }
  });

  it('keeps to the lung zones: centres in them, no part farther than a blob reaches', () => {
    // Centres of ellipses lie within 14 px (at 224) of a zone; the mask ends 1.2 radii, at most 31.2 px, from a centre.
    const reach = ((14 + 1.2 * 26) * size) / 224 + 1;
    let [mass, near, far] = [0, 0, 0];
    for (const { truth } of painted) {
      truth.forEach((flag, i) => {
        if (!flag) return;
        // How far outside the box about both zones, pixels.
        const [x, y] = [i % size, Math.floor(i / size)];
        const beyond = (v: number, low: number, high: number): number =>
          Math.max(low * size - v, v - high * size);
        far = Math.max(far, beyond(x, 0.2, 0.8), beyond(y, 0.28, 0.72));
        mass++;
        if (y > 0.2 * size && y < 0.8 * size && x > 0.1 * size && x < 0.9 * size) near++;
      });
    }
    expect(far).toBeLessThan(reach);
    expect(near / mass).toBeGreaterThan(0.9);
  });

  it('uses both lungs', () => {
    const sideOf = (truth: Float32Array): number => {
      const sum = truth.reduce((total, flag, i) => total + flag * ((i % size) - size / 2), 0);
      return Math.sign(sum);
    };
    const sides = painted.map(({ truth }) => sideOf(truth));
    expect(sides.filter(side => side < 0).length).toBeGreaterThan(15);
    expect(sides.filter(side => side > 0).length).toBeGreaterThan(15);
  });
});

describe('boxCoverage', () => {
  it('covers whole pixels, and shares of those at the edges', () => {
    // Box from x 0.5 to 2 and y 1 to 2.75 of a 4 × 4 image.
    const box = { x: 0.125, y: 0.25, width: 0.375, height: 0.4375 };
    expect([...boxCoverage([box], 4)]).toEqual([0, 0, 0, 0, 0.5, 1, 0, 0, 0.375, 0.75, 0, 0, 0, 0, 0, 0]);
  });

  it('takes the larger share where boxes overlap, and clips at the image', () => {
    const whole = { x: -0.5, y: -0.5, width: 2, height: 2 };
    const part = { x: 0.1, y: 0.1, width: 0.1, height: 0.1 };
    expect([...boxCoverage([part, whole], 2)]).toEqual([1, 1, 1, 1]);
    expect([...boxCoverage([], 2)]).toEqual([0, 0, 0, 0]);
  });

  it('keeps the area of a box inside one pixel', () => {
    const coverage = boxCoverage([{ x: 0.3, y: 0.3, width: 0.1, height: 0.1 }], 4);
    expect(coverage.reduce((a, b) => a + b, 0)).toBeCloseTo(0.1 * 0.1 * 16, 6);
  });
});
