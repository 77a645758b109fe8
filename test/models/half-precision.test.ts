import { describe, expect, it } from 'vitest';
import { fromHalf, toHalf } from '../../src/models/half-precision';

describe('half precision', () => {
  // Values and bits of IEEE 754-2008, binary16.
  it.each([
    [0, 0x0000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [1 / 3, 0x3555],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -14 - 2 ** -24, 0x03ff],
    [1 + 2 ** -11, 0x3c00], // a tie goes to the even one
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
  ])('of %d is %d', (value, bits) => {
    expect(toHalf(Float32Array.of(value))[0]).toBe(bits);
  });

  it('is widened exactly: every finite half comes back', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i).filter(
      half => (half & 0x7c00) !== 0x7c00 && half !== 0x8000,
    );
    expect(toHalf(fromHalf(all))).toEqual(all);
    expect(fromHalf(Uint16Array.of(0x7c00, 0xfc00, 0x7e00))).toEqual(Float32Array.of(Infinity, -Infinity, NaN));
  });

  it('refuses what does not fit', () => {
    expect(() => toHalf(Float32Array.of(0, 65520))).toThrow(/65520 does not fit/);
    expect(() => toHalf(Float32Array.of(NaN))).toThrow(/NaN does not fit/);
  });
});
