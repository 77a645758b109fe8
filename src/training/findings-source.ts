import type { InputSpec } from '../models/card';
import { maskToInput } from '../models/preparation';
import { findingCalled, findingNames, makeFindingsPhantom } from '../phantom';
import { DrawnSource, type DrawnSourceOptions } from './drawn-source';

export interface FindingsSourceOptions extends DrawnSourceOptions {
  /** The classifier's labels, in its order; of those that mean no finding of the phantoms (`findingCalled`), every image is told as negative. */
  findings: readonly string[];
  /** Index of the one that a generator is trained for; absent: all are told. */
  label?: number;
}

interface FindingsTruth {
  /** Bit k: the k-th of `findingNames` covers the pixel. */
  bits: Uint8Array;
  labels: (0 | 1)[];
}

/** Training images drawn as chest phantoms of several findings when first needed; the truth of each finding is exact. */
export class FindingsSource extends DrawnSource<FindingsTruth> {
  /** Of each label, which of `findingNames` it means; -1: none. */
  private readonly meant: readonly number[];

  constructor(
    input: InputSpec,
    private readonly options: FindingsSourceOptions,
  ) {
    super(input, options);
    this.meant = options.findings.map(label => findingNames.indexOf(findingCalled(label) ?? ''));
  }

  protected make(seed: string) {
    const { findings, ...phantom } = makeFindingsPhantom(seed, { size: this.size });
    const { rows, columns } = phantom;
    const truthIn = (geometry: Parameters<typeof maskToInput>[1]): FindingsTruth => {
      const bits = new Uint8Array(this.size * this.size);
      findingNames.forEach((name, k) => {
        const finding = findings[name];
        if (!finding) return;
        maskToInput({ data: finding.mask, rows, columns }, geometry).forEach((covered, i) => {
          if (covered) bits[i] |= 1 << k;
        });
      });
      const labels = this.meant.map(k => (k >= 0 && findings[findingNames[k]] ? 1 : 0));
      return { bits, labels };
    };
    return { ...phantom, truthIn };
  }

  protected told({ bits, labels }: FindingsTruth) {
    const findings = labels.map((own, k) => ({
      label: own,
      truth: Float32Array.from(bits, covered => (this.meant[k] < 0 ? 0 : (covered >> this.meant[k]) & 1)),
    }));
    const { label } = this.options;
    return label === undefined ? { label: 0 as const, findings } : findings[label];
  }
}
