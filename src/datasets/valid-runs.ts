/** The valid area of a prepared image as lengths of its runs in row-major order, which a line of JSON can hold. */

/**
 * Run lengths of a mask: valid pixels first, then in turn.
 *
 * @param valid 1 inside the image, 0 outside
 * @returns undefined where everything is image
 */
export function validRuns(valid: Uint8Array): number[] | undefined {
  if (!valid.includes(0)) return undefined;
  const runs: number[] = [];
  let [value, length] = [1, 0];
  for (const pixel of valid) {
    if (pixel !== value) {
      runs.push(length);
      [value, length] = [pixel, 0];
    }
    length++;
  }
  return [...runs, length];
}

/** The mask of `validRuns`. @throws RangeError when the runs are of another number of pixels */
export function maskOfRuns(runs: readonly number[] | undefined, length: number): Uint8Array {
  const valid = new Uint8Array(length);
  if (!runs) return valid.fill(1);
  let start = 0;
  runs.forEach((run, index) => {
    if (index % 2 === 0) valid.fill(1, start, start + run);
    start += run;
  });
  if (start === length) return valid;
  throw new RangeError(`The valid area has ${start} pixels, its image ${length}.`);
}
