/**
 * Numbers that Python makes alike, so that expected values can come from scikit-image and scikit-learn:
 *
 *     def lcg(n, seed):
 *         out, v = [], seed
 *         for _ in range(n):
 *             v = (v * 1103515245 + 12345) % 2**31
 *             out.append(((v >> 8) & 0xffff) / 65536)
 *         return np.array(out)
 */
export function lcg(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return ((state >> 8) & 0xffff) / 65536;
  });
}
