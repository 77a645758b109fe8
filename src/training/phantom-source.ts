import type { InputSpec } from '../models/card';
import { maskToInput, prepareImage } from '../models/preparation';
import { makePhantom } from '../phantom';
import type { Sample, SampleSource } from './samples';

export interface PhantomSourceOptions {
  seed: number;
  /** Different training phantoms; drawn in turn, each augmented anew. */
  trainingCount: number;
  validationCount: number;
}

/** A phantom as it is kept between its draws. */
interface StoredPhantom {
  /** 0…65535 for [0, 1]. */
  pixels: Uint16Array;
  truth: Uint8Array;
  label: 0 | 1;
}

/** Training images drawn as chest phantoms when first needed; their truth is exact. */
export class PhantomSource implements SampleSource {
  readonly size: number;
  readonly validationCount: number;
  private readonly stored = new Map<string, StoredPhantom>();

  constructor(
    private readonly input: InputSpec,
    private readonly options: PhantomSourceOptions,
  ) {
    this.size = input.size;
    this.validationCount = options.validationCount;
  }

  draw(position: number): Sample {
    return this.sample(`${this.options.seed}/train/${position % this.options.trainingCount}`);
  }

  validation(index: number): Sample {
    return this.sample(`${this.options.seed}/val/${index}`);
  }

  private sample(seed: string): Sample {
    const known = this.stored.get(seed);
    const phantom = known ?? this.make(seed);
    if (!known) this.stored.set(seed, phantom);
    return {
      pixels: Float32Array.from(phantom.pixels, value => value / 65535),
      label: phantom.label,
      truth: Float32Array.from(phantom.truth),
      view: 'PA',
    };
  }

  private make(seed: string): StoredPhantom {
    const { rows, columns, pixels, mask, label } = makePhantom(seed, { size: this.size });
    const image = { values: pixels, rows, columns, photometric: 'MONOCHROME2' as const };
    const { input, geometry } = prepareImage(image, this.input);
    return {
      pixels: Uint16Array.from(input, value => Math.round(value * 65535)),
      truth: maskToInput({ data: mask, rows, columns }, geometry),
      label,
    };
  }
}
