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
export interface AveragingTask extends Averaging {
  range: TransformRange;
  input: Float32Array;
}

/** What an averaging worker is told when it starts. */
export interface AveragingStart {
  backend: NodeBackendName;
  source: AveragingSource;
}

export type AveragingAnswer =
  { type: 'ready' } | { type: 'sum'; sum: Float32Array } | { type: 'failed'; message: string };
