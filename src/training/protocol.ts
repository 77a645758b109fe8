import type { InputSpec } from '../models/card';
import type { TrainingConfig } from './config';
import type { CxrSourceOptions } from './cxr-source';
import type { PreparedDataset } from './datasets/types';
import type { PhantomSourceOptions } from './phantom-source';
import type { SharedState } from './shared-state';
import type { LossTerms, ValidationRow } from './task';

/** Where a worker takes its images from. */
export type SourceSpec =
  | { kind: 'cxr'; dataset: PreparedDataset; options: CxrSourceOptions }
  | { kind: 'phantom'; input: InputSpec; options: PhantomSourceOptions };

/** What a worker is told when it starts. */
export interface WorkerStart {
  rank: number;
  workers: number;
  backend: 'wasm' | 'cpu';
  config: TrainingConfig;
  source: SourceSpec;
  /** Folder of the model package whose classifier a generator is trained through. */
  classifierFolder?: string;
  /** Folders of the model packages whose generators make distractors for a classifier's training. */
  distractorFolders?: string[];
  /** Folder of the model package from whose network of the same kind the training starts. */
  initialFolder?: string;
}

/** Orders to a worker. */
export type Order =
  | { type: 'state'; state: SharedState; initialise: boolean }
  | { type: 'steps'; from: number; to: number }
  | { type: 'validate'; indexes: number[] }
  | { type: 'export'; weights: Float32Array };

/** A network as saved by tfjs: the text of model.json's topology, and one weight file. */
export interface ExportedNetwork {
  modelTopology: object;
  weightSpecs: object[];
  weightData: Uint8Array;
}

/** Answers of a worker. */
export type Answer =
  | { type: 'ready'; parameters: number; statistics: number; validationCount: number }
  | { type: 'initialised' }
  | { type: 'step'; step: number; terms: LossTerms }
  | { type: 'stepsDone' }
  | { type: 'validated'; rows: ValidationRow[] }
  | { type: 'exported'; network: ExportedNetwork }
  | { type: 'failed'; message: string };
