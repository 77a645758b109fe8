import type { InputSpec } from '../models/card';
import { maskToInput, prepareImage } from '../models/preparation';
import { makeFindingsPhantom } from '../phantom';
import type { PhantomSourceOptions } from './phantom-source';
import type { Sample, SampleSource } from './samples';

export interface FindingsSourceOptions extends PhantomSourceOptions {
  /** Names of the findings (`findingNames`), in the order of the classifier's answers. */
  findings: readonly string[];
  /** Index of the one that a generator is trained for; absent: all are told. */
  label?: number;
}

/** A phantom as it is kept between its draws. */
interface StoredPhantom {
  /** 0…65535 for [0, 1]. */
  pixels: Uint16Array;
  /** Bit k: the k-th finding covers the pixel. */
  truth: Uint8Array;
  labels: (0 | 1)[];
}

/** Training images drawn as chest phantoms of several findings when first needed; the truth of each finding is exact. */
export class FindingsSource implements SampleSource {
  readonly size: number;
  readonly validationCount: number;
  private readonly stored = new Map<string, StoredPhantom>();

  constructor(
    private readonly input: InputSpec,
    private readonly options: FindingsSourceOptions,
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
    const { pixels, truth, labels } = known ?? this.make(seed);
    if (!known) this.stored.set(seed, { pixels, truth, labels });
    const findings = labels.map((own, k) => ({
      label: own,
      truth: Float32Array.from(truth, bits => (bits >> k) & 1),
    }));
    const { label } = this.options;
    const told = label === undefined ? { label: 0, findings } : findings[label];
    return { pixels: Float32Array.from(pixels, value => value / 65535), view: 'PA', ...told };
  }

  private make(seed: string): StoredPhantom {
    const { rows, columns, pixels, findings } = makeFindingsPhantom(seed, { size: this.size });
    const image = { values: pixels, rows, columns, photometric: 'MONOCHROME2' as const };
    const { input, geometry } = prepareImage(image, this.input);
    const truth = new Uint8Array(this.size * this.size);
    const labels = this.options.findings.map((name, k) => {
      const finding = findings[name];
      if (!finding) return 0;
      maskToInput({ data: finding.mask, rows, columns }, geometry).forEach((covered, i) => {
        if (covered) truth[i] |= 1 << k;
      });
      return 1;
    });
    return { pixels: Uint16Array.from(input, value => Math.round(value * 65535)), truth, labels };
  }
}
