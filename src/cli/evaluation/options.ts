import type { NodeBackendName } from '../../backends/node';
import type { Split } from '../../training/datasets/types';

/** Options of `explain evaluate`. */
export interface EvaluateOptions {
  model: string;
  data?: string;
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
  workers: number;
  backend: NodeBackendName;
  out: string;
  cache: string;
  rescore?: boolean;
  seed: number;
  controls: number;
  cases: number;
  pictures: number;
  resamples: number;
  trust?: string;
  updateCard?: boolean;
}
