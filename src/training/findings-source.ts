import type { InputSpec } from '../models/card';
import { maskToInput } from '../models/preparation';
import { makeFindingsPhantom } from '../phantom';
import { DrawnSource, type DrawnSourceOptions } from './drawn-source';

export interface FindingsSourceOptions extends DrawnSourceOptions {
  /** Names of the findings (`findingNames`), in the order of the classifier's answers. */
  findings: readonly string[];
  /** Index of the one that a generator is trained for; absent: all are told. */
  label?: number;
}

interface FindingsTruth {
  /** Bit k: the k-th finding covers the pixel. */
  bits: Uint8Array;
  labels: (0 | 1)[];
}

/** Training images drawn as chest phantoms of several findings when first needed; the truth of each finding is exact. */
export class FindingsSource extends DrawnSource<FindingsTruth> {
  constructor(
    input: InputSpec,
    private readonly options: FindingsSourceOptions,
  ) {
    super(input, options);
  }

  protected make(seed: string) {
    const { findings, ...phantom } = makeFindingsPhantom(seed, { size: this.size });
    const { rows, columns } = phantom;
    const truthIn = (geometry: Parameters<typeof maskToInput>[1]): FindingsTruth => {
      const bits = new Uint8Array(this.size * this.size);
      const labels = this.options.findings.map((name, k) => {
        const finding = findings[name];
        if (!finding) return 0;
        maskToInput({ data: finding.mask, rows, columns }, geometry).forEach((covered, i) => {
          if (covered) bits[i] |= 1 << k;
        });
        return 1;
      });
      return { bits, labels };
    };
    return { ...phantom, truthIn };
  }

  protected told({ bits, labels }: FindingsTruth) {
    const findings = labels.map((own, k) => ({
      label: own,
      truth: Float32Array.from(bits, covered => (covered >> k) & 1),
    }));
    const { label } = this.options;
    return label === undefined ? { label: 0 as const, findings } : findings[label];
  }
}
