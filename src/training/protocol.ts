import type { NodeBackendName } from '../backends/node';
import type { InputSpec } from '../models/card';
import type { TrainingConfig } from './config';
import type { CxrSourceOptions, ExamImages } from './cxr-source';
import type { FindingsSourceOptions } from './findings-source';
import type { DrawnSourceOptions } from './drawn-source';
import type { SharedState } from './shared-state';
import type { LossTerms, Panel, ValidationRow } from './task';

/** Where a worker takes its images from. */
export type SourceSpec =
  | { kind: 'cxr'; dataset: ExamImages; options: CxrSourceOptions }
  | { kind: 'phantom'; input: InputSpec; options: DrawnSourceOptions }
  | { kind: 'phantom-findings'; input: InputSpec; options: FindingsSourceOptions };

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

/** A network as saved by tfjs: the text of model.json's topology, and one weight file. */
export interface ExportedNetwork {
  modelTopology: object;
  weightSpecs: object[];
  weightData: Uint8Array;
}

/** What a training worker does. */
export interface TrainingCalls {
  /** Builds the network and opens the images. */
  start: {
    request: WorkerStart;
    reply: { parameters: number; statistics: number; validationCount: number };
  };
  /** Takes on the state that all workers share; `initialise`: fills it with this network's initial weights first. */
  join: { request: { state: SharedState; initialise: boolean }; reply: void };
  /** Trains steps [from, to), and reports each; answers the sums of this worker's loss terms over the steps. */
  steps: { request: StepsRequest; reply: LossTerms; report: { step: number; terms: LossTerms } };
  /** Validates the averaged weights on some of the validation images. */
  validate: { request: { indexes: readonly number[] }; reply: ValidationRow[] };
  /** Pictures of validation images with the averaged weights; none where the task makes none. */
  panels: { request: { indexes: readonly number[] }; reply: Panel[] };
  /** The network with the given parameters and statistics, in the tfjs format. */
  export: { request: { weights: Float32Array }; reply: ExportedNetwork };
}

/** `learningRate`: of all these steps; absent: the one-cycle schedule. */
interface StepsRequest {
  from: number;
  to: number;
  learningRate?: number;
}
