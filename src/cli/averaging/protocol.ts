import type { NodeBackendName } from '../../backends/node';
import type { MethodOptions, TransformRange } from '../../explain';
import type { AveragingSource } from './source';

/** What an averaged map is of; the ranges of the transforms are the card's. */
export interface Averaging {
  methodId: string;
  method?: MethodOptions;
  augment: { count: number; seed: number };
}

/** The part of an averaged map that one worker makes. */
interface AveragingTask extends Averaging {
  range: TransformRange;
  input: Float32Array;
}

/** What an averaging worker is told when it starts. */
interface AveragingStart {
  backend: NodeBackendName;
  source: AveragingSource;
}

/** What an averaging worker does. */
export interface AveragingCalls {
  start: { request: AveragingStart; reply: void };
  /** Sums over some of the transforms (`sumOverTransforms`). */
  sum: { request: AveragingTask; reply: Float32Array };
}
