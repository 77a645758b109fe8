import * as tf from '@tensorflow/tfjs';
import type { SharedWork } from './types';

interface Made {
  tensors: tf.Tensor[];
  seconds: number;
}

/**
 * What was made of one image, each thing once however many methods ask: what its generators and gradients give, and, where
 * copies are kept, its random transforms and what is made of those.
 */
export class WorkOnce implements SharedWork {
  private readonly made = new Map<tf.Tensor4D, Map<string, Made>>();
  private savedSeconds = 0;

  /**
   * @param input the image's batch; of any other nothing is kept
   * @param keepsCopies whether copies are kept as well: where several methods are to explain the image. Never done on a
   *   backend that computes while the program goes on, where nobody knows how long a part took.
   */
  constructor(
    private readonly input: tf.Tensor4D,
    private readonly keepsCopies = false,
  ) {
    this.made.set(input, new Map());
  }

  of(batch: tf.Tensor4D, what: string, make: () => tf.Tensor[]): tf.Tensor[] {
    const known = this.made.get(batch);
    // A clone shares the kept tensor's memory.
    return known ? this.once(known, what, make).map(tensor => tf.clone(tensor)) : make();
  }

  copies(batch: tf.Tensor4D, what: string, make: () => tf.Tensor4D): tf.Tensor4D {
    const known = this.made.get(batch);
    if (!known || batch !== this.input || !this.keepsCopies || !synchronous.includes(tf.getBackend())) {
      return make();
    }
    const copies = this.once(known, what, () => [make()])[0] as tf.Tensor4D;
    if (!this.made.has(copies)) this.made.set(copies, new Map());
    return copies;
  }

  /** Seconds that what was found took when it was made, since this was last asked: time of whoever found it, too. */
  takeSavedSeconds(): number {
    const seconds = this.savedSeconds;
    this.savedSeconds = 0;
    return seconds;
  }

  /** Corrects how long something that was made took, where its values were waited for. */
  setSeconds(batch: tf.Tensor4D, what: string, seconds: number): void {
    const found = this.made.get(batch)?.get(what);
    if (found) found.seconds = seconds;
  }

  dispose(): void {
    for (const known of this.made.values()) {
      for (const { tensors } of known.values()) tf.dispose(tensors);
    }
    this.made.clear();
  }

  private once(known: Map<string, Made>, what: string, make: () => tf.Tensor[]): tf.Tensor[] {
    const found = known.get(what);
    if (found) {
      this.savedSeconds += found.seconds;
      return found.tensors;
    }
    const begun = performance.now();
    const tensors = make().map(tensor => tf.keep(tensor));
    known.set(what, { tensors, seconds: (performance.now() - begun) / 1000 });
    return tensors;
  }
}

/** Backends whose kernels are done when they return. */
const synchronous = ['wasm', 'cpu', 'tensorflow'];
