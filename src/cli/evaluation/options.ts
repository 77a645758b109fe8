import type { NodeBackendName } from '../../backends/node';
import type { DatasetOptions } from '../dataset-options';
import type { Split } from '../../training/datasets/types';

/** Options of `explain evaluate`. */
export interface EvaluateOptions extends DatasetOptions {
  model: string;
  data?: string[];
  masks?: string;
  phantoms?: number;
  split: Split;
  methods: string;
  augment: number;
  slowLimit: number;
  inFull?: string;
  /** Steps of the curves on the subset; 0 leaves them out. */
  deletionInsertion: number;
  reference?: string;
  limit?: number;
  backend: NodeBackendName;
  out: string;
  rescore?: boolean;
  seed: number;
  controls: number;
  cases: number;
  pictures: number;
  resamples: number;
  trust?: string;
  updateCard?: boolean;
}
