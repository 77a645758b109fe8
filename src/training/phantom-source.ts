import type { InputSpec } from '../models/card';
import { prepareImage } from '../models/preparation';
import { makePhantom } from '../phantom';
import type { Sample, SampleSource, ValidationSample } from './samples';

export interface PhantomSourceOptions {
  seed: number;
  validationCount: number;
}

/** Endless training images: a new chest phantom for every position of the training sequence, its truth exact. */
export class PhantomSource implements SampleSource {
  readonly size: number;
  readonly validationCount: number;
  private readonly cache = new Map<number, ValidationSample>();

  constructor(
    private readonly input: InputSpec,
    private readonly options: PhantomSourceOptions,
  ) {
    this.size = input.size;
    this.validationCount = options.validationCount;
  }

  draw(position: number): Sample {
    return this.make(`${this.options.seed}/train/${position}`);
  }

  validation(index: number): ValidationSample {
    const known = this.cache.get(index);
    if (known) return known;
    const sample = { ...this.make(`${this.options.seed}/val/${index}`), view: 'PA' };
    this.cache.set(index, sample);
    return sample;
  }

  private make(seed: string): Sample {
    const phantom = makePhantom(seed, { size: this.size });
    const { rows, columns, pixels, mask, label } = phantom;
    const { input } = prepareImage({ values: pixels, rows, columns, photometric: 'MONOCHROME2' }, this.input);
    return { pixels: input, label, truth: Float32Array.from(mask) };
  }
}
