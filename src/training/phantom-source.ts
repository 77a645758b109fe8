import { maskToInput } from '../models/preparation';
import { makePhantom } from '../phantom';
import { DrawnSource } from './drawn-source';

/** Training images drawn as chest phantoms when first needed; their truth is exact. */
export class PhantomSource extends DrawnSource<{ mask: Uint8Array; label: 0 | 1 }> {
  protected make(seed: string) {
    const { mask: data, label, ...phantom } = makePhantom(seed, { size: this.size });
    return {
      ...phantom,
      truthIn: (geometry: Parameters<typeof maskToInput>[1]) => ({
        mask: maskToInput({ data, rows: phantom.rows, columns: phantom.columns }, geometry),
        label,
      }),
    };
  }

  protected told({ mask, label }: { mask: Uint8Array; label: 0 | 1 }) {
    return { label, truth: Float32Array.from(mask) };
  }
}
