import type { InputSpec } from '../models/card';
import type { InputGeometry } from '../models/input-geometry';
import { prepareImage } from '../models/preparation';
import type { Sample, SampleSource } from './samples';

export interface DrawnSourceOptions {
  seed: number;
  /** Different training phantoms; drawn in turn, each augmented anew. */
  trainingCount: number;
  validationCount: number;
}

/** Phantoms that are drawn when first needed, each from a seed of its own, and kept. */
export abstract class DrawnSource<Truth> implements SampleSource {
  readonly size: number;
  readonly validationCount: number;
  /** Pixels: 0…65535 for [0, 1]. */
  private readonly stored = new Map<string, { pixels: Uint16Array; truth: Truth }>();

  constructor(
    private readonly input: InputSpec,
    private readonly drawn: DrawnSourceOptions,
  ) {
    this.size = input.size;
    this.validationCount = drawn.validationCount;
  }

  draw(position: number): Sample {
    return this.sample(`${this.drawn.seed}/train/${position % this.drawn.trainingCount}`);
  }

  validation(index: number): Sample {
    return this.sample(`${this.drawn.seed}/val/${index}`);
  }

  /** A phantom of this seed, size × size, with what makes its truth once it is known how it lies in the input. */
  protected abstract make(seed: string): {
    rows: number;
    columns: number;
    pixels: Float32Array;
    truthIn: (geometry: InputGeometry) => Truth;
  };

  protected abstract told(truth: Truth): Pick<Sample, 'label' | 'truth' | 'findings'>;

  private sample(seed: string): Sample {
    let kept = this.stored.get(seed);
    if (!kept) {
      const { rows, columns, pixels: values, truthIn } = this.make(seed);
      const { input, geometry } = prepareImage(
        { values, rows, columns, photometric: 'MONOCHROME2' },
        this.input,
      );
      const pixels = Uint16Array.from(input, value => Math.round(value * 65535));
      kept = { pixels, truth: truthIn(geometry) };
      this.stored.set(seed, kept);
    }
    return {
      pixels: Float32Array.from(kept.pixels, value => value / 65535),
      view: 'PA',
      ...this.told(kept.truth),
    };
  }
}
