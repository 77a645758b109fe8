import type { NodeBackendName } from '../backends/node';
import type { InputSpec } from '../models/card';
import type { TrainingConfig } from './config';
import type { CxrSourceOptions, ExamImages } from './cxr-source';
import type { PhantomSourceOptions } from './phantom-source';
import type { SharedState } from './shared-state';
import type { LossTerms, Panel, ValidationRow } from './task';

/** Where a worker takes its images from. */
export type SourceSpec =
  | { kind: 'cxr'; dataset: ExamImages; options: CxrSourceOptions }
  | { kind: 'phantom'; input: InputSpec; options: PhantomSourceOptions };

/** What a worker is told when it starts. */
export interface WorkerStart {
  rank: number;
  workers: number;
  backend: NodeBackendName;
  config: TrainingConfig;
  source: SourceSpec;
  /** Folder of the model package whose classifier a generator is trained through. */
  classifierFolder?: string;
  /** Folders of the model packages whose generators make distractors for a classifier's training. */
  distractorFolders?: string[];
  /** Folder of the model package from whose network the training starts. */
  initialFolder?: string;
  /** Which of that package's generators; absent: the one named like its kind. */
  initialGenerator?: string;
}

/** Orders to a worker. */
export type Order =
  | { type: 'state'; state: SharedState; initialise: boolean }
  /** `learningRate`: of all these steps; absent: the one-cycle schedule. */
  | { type: 'steps'; from: number; to: number; learningRate?: number }
  | { type: 'validate'; indexes: number[] }
  | { type: 'panels'; indexes: number[] }
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
  /** Sums of this worker's loss terms over the steps. */
  | { type: 'stepsDone'; sums: LossTerms }
  | { type: 'validated'; rows: ValidationRow[] }
  | { type: 'panels'; panels: Panel[] }
  | { type: 'exported'; network: ExportedNetwork }
  | { type: 'failed'; message: string };
