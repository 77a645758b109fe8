import type { ModalityImage } from '../../models/preparation';
import type { Attributes } from './types';
import { decimalString, numbersOf, textOf } from './values';

/** From the 0.5th to the 99.5th percentile of the image's pixels: how a film without a window is first shown. */
export function displayRange({ values, valid }: ModalityImage): [low: number, high: number] {
  const step = Math.max(1, Math.floor(values.length / 100_000));
  const sample: number[] = [];
  for (let i = 0; i < values.length; i += step) if (!valid || valid[i]) sample.push(values[i]);
  sample.sort((a, b) => a - b);
  const at = (share: number): number => sample[Math.round(share * (sample.length - 1))] ?? 0;
  return [at(0.005), at(0.995)];
}

/** The image's first window as an item of Softcopy VOI LUT (PS3.3 C.11.8), or one over the film's {@link displayRange}. */
export function windowOf(source: Attributes, film: ModalityImage): Record<string, unknown> {
  const [centre, width] = ['WindowCenter', 'WindowWidth'].map(keyword => firstNumber(source, keyword));
  if (centre !== undefined && width !== undefined && width >= 1) {
    const shape = textOf(source, 'VOILUTFunction');
    return {
      WindowCenter: decimalString(centre),
      WindowWidth: decimalString(width),
      ...(shape && { VOILUTFunction: shape }),
    };
  }
  const [low, high] = displayRange(film);
  // LINEAR (C.11.2.1.2.1): from centre - 0.5 - (width - 1) / 2 to centre - 0.5 + (width - 1) / 2.
  return {
    WindowCenter: decimalString((low + high) / 2 + 0.5),
    WindowWidth: decimalString(Math.max(1, high - low + 1)),
  };
}

function firstNumber(source: Attributes, keyword: string): number | undefined {
  const [first] = textOf(source, keyword).split('\\');
  return first === '' ? undefined : numbersOf({ [keyword]: first }, keyword, 1)?.[0];
}
