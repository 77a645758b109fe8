/**
 * Half-precision (IEEE 754 binary16) bits of single-precision numbers, rounded to nearest, ties to even.
 *
 * @throws RangeError when a number is too large for half precision (above 65504) or not finite
 */
export function toHalf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (single, i) => {
    const sign = (single >>> 16) & 0x8000;
    const magnitude = single & 0x7fffffff;
    // 65520 is where rounding would leave the range.
    if (magnitude >= 0x477ff000) throw new RangeError(`${values[i]} does not fit half precision.`);
    if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(values[i]) * 2 ** 24);
    // Re-bias the exponent from 127 to 15, then round away the 13 lowest bits.
    const rounding = 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((magnitude - 0x38000000 + rounding) >>> 13);
  });
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** Single-precision numbers of half-precision bits. Exact. */
export function fromHalf(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, half => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
