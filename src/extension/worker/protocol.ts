/** What the viewer's page asks the worker in which all tensor work happens. */
import type { EarlyMap, RecordedFilm } from '../../explain/explain-film';
import type { GradedCounterfactual } from '../../models/graded';
import type { ImageAttributes } from '../../models/applicability';
import type { GeneratorKind, InputSpec, ModelCard } from '../../models/card';
import type { BackendChoice, BackendReport } from '../../backends/browser-choice';
import type { MapFacts } from '../../explain/types';
import type { AveragingProgress, AveragingReport } from './averaging/team';
import type { RawImage } from '../host/raw-image';
import type { Film, OtherResult } from '../../dicom/others/types';
import type { ResultSelection } from '../../dicom/results';
import type { AnswerObject, AnswerRequest } from '../../dicom/results/answer-report';
import type { ResultObject } from '../../dicom/results/name-results';
import type { ResultContext, StoredMap } from '../../dicom/results/types';

/** A model found beside the extension; one whose card is refused keeps its reason. */
export type ModelListing =
  { id: string; card: ModelCard; error?: undefined } | { id: string; card?: undefined; error: string };

export interface MethodListing {
  id: string;
  title: string;
  citation: string;
  /** Kinds of generators of which the method needs one. */
  generators?: GeneratorKind[];
  gradients: boolean;
  /** What the map's values are; absent for a method of another release. */
  map?: MapFacts;
}

interface ExplainRequest {
  /** Under which the result stays in the worker, for masks and generated images. */
  key: string;
  image: RawImage;
  /** What the header says of the image. */
  attributes: ImageAttributes;
  methodId: string;
  /** Id of the generator to use; undefined: the model's own choice. */
  generator?: string;
  /** Name of the label to explain, of a model of independent ones. */
  label?: string;
  /** Where no label is asked for: one of these, the one that comes first by `rankLabels`; in the place of the four above. */
  choices?: readonly LabelChoice[];
  augment?: { count: number; seed: number };
}

/** How one label would be explained. */
export interface LabelChoice {
  key: string;
  label: string;
  methodId: string;
  generator?: string;
}

/** What the viewer shows of an explanation. */
export interface ExplainReply extends RecordedFilm {
  hasSimilar: boolean;
  hasAdversarial: boolean;
  /** Smallest and largest valid value, modality units: the window where a viewport states none. */
  range: { lower: number; upper: number };
  /** On how many workers an averaged map was made. */
  averaging?: AveragingReport;
  /** When the worker did it; absent where nothing was computed. */
  clock?: WorkerClock;
}

/** Moments in the worker, milliseconds since 1970 with parts of them (`performance.timeOrigin` and `performance.now()`). */
interface WorkerClock {
  begun: number;
  /** The map went to the page. */
  mapped: number;
  ended: number;
  /** Of bringing the viewer's pixels to modality values. */
  readingSeconds: number;
}

/** What DICOM objects say besides what the worker keeps of an explanation. */
export interface ResultsRequest extends Pick<
  ResultContext,
  'source' | 'frame' | 'created' | 'saved' | 'software'
> {
  key: string;
  selection: ResultSelection;
  /** Where an object is selected that shows the way to x_a. */
  graded?: GradedCounterfactual;
}

/**
 * An explanation told again to a worker that let go of it, or was started anew: what it would answer is what was computed, so
 * nothing is computed again.
 */
export interface HoldRequest {
  key: string;
  image: RawImage;
  explained: ExplainReply;
  /** How the image was prepared; absent where the map is of the image's own size (restored). */
  spec?: InputSpec;
}

/** Pixels of a mask: 1 marked, 0 not, and how many the image has. */
interface MaskReply {
  mask: Uint8Array;
  marked: number;
  valid: number;
}

/** Of rising percentiles, above how many each pixel of the image is marked, and how many pixels the image has. */
interface LevelsReply {
  levels: Uint8Array<ArrayBuffer>;
  valid: number;
}

/** What came of verifying a stored result. */
export interface Verified {
  /** The installed model of the same files; absent where there is none, and nothing was verified. */
  card?: ModelCard;
  /** What is to be said of it. */
  cautions: readonly string[];
}

/** A stored map to be shown again over its image. */
interface RestoreRequest {
  key: string;
  image: RawImage;
  /** What the study's list says of it. */
  stored: StoredMap;
  /** DICOM Part 10 file of the parametric map. */
  file: Uint8Array;
  /** Installed models of its model's name: of one of the very same files, the classifier is asked once. */
  cards: readonly ModelCard[];
}

export type GeneratedKind = 'original' | 'similar' | 'adversarial';

/** Request and reply of each thing that the worker does. */
export interface WorkerCalls {
  start: {
    request: {
      baseUrl: string;
      modelIds?: readonly string[];
      backend: BackendChoice;
      /** At most so many workers share an averaged map. */
      workers?: number;
    };
    reply: { models: ModelListing[]; methods: MethodListing[]; backend: BackendReport };
  };
  /** Reports what part of the model has come, in [0, 1]; says whether the browser keeps its files for the next time. */
  load: {
    request: { modelId: string };
    reply: { seconds: number; keepsModels: boolean };
    report: number;
  };
  warmUp: { request: { methodId?: string }; reply: { seconds: number } };
  /** Starts the workers that will share averaged maps, without waiting for them. */
  gather: {
    request: Pick<ExplainRequest, 'generator'> & {
      methodId?: string;
      augment: { count: number; seed: number };
    };
    reply: void;
  };
  /** Reports the map as soon as it is made. */
  explain: { request: ExplainRequest; reply: ExplainReply; report: EarlyMap | AveragingProgress };
  /** The networks' input alone, size × size in [0, 1]. */
  prepare: { request: { image: RawImage; spec: InputSpec }; reply: { input: Float32Array } };
  hold: { request: HoldRequest; reply: void };
  /** What the explanation marks above a percentile, at the image's own resolution. */
  mask: { request: { key: string; percentile: number }; reply: MaskReply };
  /** The masks of all percentiles of a slider at once. */
  levels: { request: { key: string; percentiles: readonly number[] }; reply: LevelsReply };
  /** Values at the image's own resolution, modality units. */
  values: { request: { key: string; kind: GeneratedKind }; reply: { values: Float32Array } };
  /** The classifier's answers on the way to x_a; the model that made the explanation must be the loaded one. */
  grade: { request: { key: string }; reply: GradedCounterfactual };
  /** The image at a fraction of that way, modality units; shrunk by a whole factor where it has more pixels than asked for. */
  between: {
    request: { key: string; fraction: number; mostPixels: number };
    reply: { values: Float32Array; rows: number; columns: number };
  };
  /** The way to x_a as an animated GIF, marked as generated in each frame's pixels. */
  animation: {
    request: { key: string; graded: GradedCounterfactual; created: Date };
    reply: { bytes: Uint8Array };
  };
  results: { request: ResultsRequest; reply: { objects: ResultObject[] } };
  /** A reader's answer as a DICOM object; needs nothing that the worker holds. */
  answer: { request: AnswerRequest; reply: AnswerObject };
  restore: {
    request: RestoreRequest;
    reply: Pick<ExplainReply, 'film' | 'map' | 'top' | 'mapSize' | 'geometry' | 'range'> & {
      verified: Verified;
    };
  };
  /** What an object of another software shows over an image; needs nothing that the worker holds. */
  readOther: { request: { file: Uint8Array; film: Film }; reply: OtherResult };
  forget: { request: { key: string }; reply: void };
  /** What the worker takes and holds, for scripts/bench-memory.mjs and whoever looks for a leak. */
  memory: { request: object; reply: WorkerMemory };
}

/** Bytes, and how many tensors there are. */
interface WorkerMemory {
  wasmHeap: number;
  tensors: number;
  tensorBytes: number;
  /** Films with their explanations. */
  held: number;
}

export type CallName = keyof WorkerCalls;

/** What a call reports before its reply. */
export type ReportOf<Name extends CallName> = WorkerCalls[Name] extends { report: infer R } ? R : never;
