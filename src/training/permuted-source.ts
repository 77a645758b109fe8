import { seededRandom } from '../models/random';
import type { Sample, SampleSource } from './samples';

/**
 * A source whose training labels say nothing: each image keeps one label for good, drawn by lot from seed and pixels, and
 * what is known of places is dropped. A classifier can only learn such labels by heart (Zhang et al., 2017, arXiv 1611.03530);
 * what explains it, and explains the real one just as well, explains neither (Adebayo et al., 2018, arXiv 1810.03292).
 */
export class PermutedSource implements SampleSource {
  readonly size: number;
  readonly validationCount: number;

  constructor(
    private readonly source: SampleSource,
    private readonly seed: number,
  ) {
    this.size = source.size;
    this.validationCount = source.validationCount;
  }

  draw(position: number): Sample {
    const { pixels, view } = this.source.draw(position);
    let sum = 0;
    for (let i = 0; i < pixels.length; i++) sum += pixels[i] * (1 + (i % 97));
    const label = seededRandom(`${this.seed}/permuted/${sum}`)() < 0.5 ? 1 : 0;
    return { pixels, label, view };
  }

  validation(index: number): Sample {
    return this.source.validation(index);
  }
}
