import type { GradedCounterfactual } from '../../models/graded';
import type { EarlyMap } from '../../explain/explain-film';
import type { InputSpec, ModelCard } from '../../models/card';
import { defaultMethodOf } from '../../models/default-method';
import { generatorsOf } from '../../models/generator-choice';
import type { StoredAnswer } from '../../dicom/results/stored-answer';
import { usualKinds, type ResultKind } from '../../dicom/results/objects';
import type { BackendChoice, BackendReport } from '../../backends/browser-choice';
import type { HeatColours } from '../draw/direction';
import type { OtherObject } from './other-types';
import { defaultLook, type Look } from '../customization';
import { otherBackendMayHelp, type Failed, type FailureCode } from '../failure';
import type { AveragingProgress } from '../worker/averaging/team';
import type { ExplainReply, MethodListing, ModelListing } from '../worker/protocol';

export { pointOf, rankLabels, type LabelAnswer } from '../../models/decision';
export { asExplained } from '../../models/label';
export { measuredAuc, measuredShares, type MeasuredShares } from '../../models/measured-figures';
export { curveScore, gradedSteps, type GradedCounterfactual } from '../../models/graded';
export { isStable } from '../../models/stability';
export { disagreementOf } from '../../explain/disagreement';
export { resultObjects, type ResultKind } from '../../dicom/results/objects';

/** The worker with its backend and model. */
export type EngineState =
  | { phase: 'idle' }
  | { phase: 'starting' }
  /** The worker runs; no model is loaded yet. */
  | { phase: 'started'; backend: BackendReport }
  | { phase: 'loading-model'; modelId: string; fraction: number; backend: BackendReport }
  | { phase: 'warming-up'; modelId: string; backend: BackendReport }
  | {
      phase: 'ready';
      modelId: string;
      backend: BackendReport;
      loadSeconds: number;
      warmUpSeconds?: number;
      /** Whether the browser keeps the model's files for the next time. */
      keepsModels: boolean;
    }
  | ({ phase: 'failed' } & Failed);

/** What is shown of a model: all that a restored explanation knows of the one that made it. */
export type ShownModel = Pick<
  ModelCard,
  'id' | 'version' | 'title' | 'classes' | 'operatingPoint' | 'researchUseNotice'
>;

/** An explanation of the image on display that the study holds already. */
export interface StoredListing {
  /** SOP Instance UID of the stored map. */
  uid: string;
  modelId: string;
  version: string;
  methodId: string;
  generator?: string;
  /** Number of transforms that it is the mean of; 0 for a single pass. */
  augment: number;
  label?: string;
  /** When it was made, e.g. "2026-01-31 12:00". */
  created: string;
  /** What readers answered to it, the oldest first. */
  answers: readonly ListedAnswer[];
}

/** An object of another software that refers to the image on display. */
export interface OtherListing extends OtherObject {
  phase: 'off' | 'reading' | 'shown' | 'failed';
  /** Why it is not shown. */
  failure?: string;
  /** Names of its maps, of which one is shown. */
  maps?: readonly string[];
  layer?: number;
  /** Graphics of it that cannot be shown over a film. */
  skipped?: number;
}

/** An answer that the study holds. */
export type ListedAnswer = Omit<StoredAnswer, 'created' | 'sopInstanceUid'> & {
  uid: string;
  /** When it was given, e.g. "2026-01-31 12:00". */
  created: string;
};

/** A finished explanation with all that was true when it was made. */
export interface Result {
  /** Under which it is held, here and in the worker: film, model and method (`explanationKey`). */
  key: string;
  /** The film, by the viewer's id of its image. */
  imageId: string;
  reply: ExplainReply;
  card: ShownModel;
  method: MethodListing;
  augment?: { count: number; seed: number };
  /** How the image was prepared; absent for a restored explanation, whose map is of the image's own size. */
  input?: InputSpec;
  /** Generator that the method used. */
  generator?: string;
  /** Explained label, of a model of independent ones. */
  label?: string;
  /** TensorFlow.js backend that made it, of the browser or of the command; empty where the archive does not say. */
  backend: string;
  /** When it was made; an invalid date where the archive does not say. */
  created: Date;
  /** Version of this software that made it; absent where the archive does not say. */
  software?: string;
  /** SOP Instance UID of the film, and its frame where it has several. */
  sopInstanceUid?: string;
  frame?: number;
  /** Read from the archive rather than computed. */
  restored?: boolean;
  /** Read from the archive, and no model of the same files is installed that could answer for it. */
  unverified?: boolean;
  /** SOP Instance UID of the stored map that it was read from. */
  mapUid?: string;
  /** From pressing Explain to the result, reading its pixels too, model loading and warm-up left out; of a restored one, of its reading. Seconds. */
  totalSeconds: number;
  warnings: string[];
}

/** An explanation that is being made. */
export interface Running {
  phase: 'running';
  since: number;
  /** Its map, drawn while the rest is computed. */
  early?: EarlyMap;
  /** How far its averaged map is. */
  averaged?: AveragingProgress;
  /** A stored one is read, and nothing computed. */
  reading?: true;
}

/** One image's explanation. */
export type Explanation =
  | { phase: 'idle' }
  | { phase: 'loading-model' }
  | { phase: 'warming-up' }
  | Running
  | { phase: 'done'; result: Result }
  | ({ phase: 'failed' } & Failed);

export type Phase = Explanation['phase'];

export type Counterfactual = 'off' | 'similar' | 'adversarial';

/** What the user set; the same for all images. */
export interface Settings {
  /** Model asked for; undefined: chosen by where the models apply. */
  modelId?: string;
  backend: BackendChoice;
  /** Method asked for; undefined: the model's own choice. */
  methodId?: string;
  /** Generator asked for where several fit the method; undefined: the model's own choice. */
  generator?: string;
  /** Label asked for, of a model of independent ones; undefined: the one that its answers tell first. */
  label?: string;
  augment: boolean;
  augmentCount: number;
  /** 80 to 99.5. */
  percentile: number;
  showMask: boolean;
  showHeatMap: boolean;
  /** Hatches where the transforms of an averaged map disagree. */
  showSpread: boolean;
  /** 0 to 1. */
  opacity: number;
  /** Colours of the heat map; by direction where the map has one. */
  colours: HeatColours;
  blinking: boolean;
  /** In a reader study: what may be told of an explanation, so that readers stay blind. */
  disguise?: Disguise;
  /** DICOM objects that are saved or downloaded together. */
  resultKinds: readonly ResultKind[];
}

/** What a reader of a study may know of an explanation. */
export interface Disguise {
  /** In the place of model and method. */
  label: string;
  /** Whether the score is told; what was decided always is. */
  score: boolean;
  /** Whether the generated images may be looked at. */
  images: boolean;
  /** Methods are compared: what is told of the colours must be the same of each. */
  blind?: boolean;
}

export const percentileRange = { min: 80, max: 99.5, step: 0.5 } as const;

/** All percentiles that the slider stops at, rising. */
export const percentileSteps: readonly number[] = Array.from(
  { length: 1 + (percentileRange.max - percentileRange.min) / percentileRange.step },
  (_, step) => percentileRange.min + step * percentileRange.step,
);

export const defaultSettings: Settings = {
  backend: 'auto',
  augment: false,
  augmentCount: 10,
  percentile: 90,
  showMask: true,
  showHeatMap: true,
  showSpread: false,
  opacity: 0.6,
  colours: 'usual',
  blinking: false,
  resultKinds: usualKinds,
};

/** The image that the panel speaks of: the one in the active viewport. */
type Subject =
  | ({ kind: 'none' } & Failed)
  | {
      kind: 'image';
      imageId: string;
      viewportId: string;
      /** View Position, or the view that its code names; absent where the header states neither. */
      view?: string;
      /** Model that an explanation would use now. */
      modelId?: string;
      /** Reasons against and for caution, of that model for this image. */
      refusals: string[];
      warnings: string[];
      /** Labels of that model of which it says nothing in this image, by name, with the reason. */
      labelRefusals?: Readonly<Record<string, string>>;
    };

/** What the mask of an image marks. */
export interface Marked {
  percentile: number;
  /** Share of the image that it marks, in [0, 1]: less than the percentile asks for where the map has no more to mark. */
  share: number;
  /** Whether that is a share of the exposed field alone, padding and collimation left out. */
  ofField: boolean;
}

/** What one viewport of a comparison shows of the film. */
export type PaneImage = 'film' | 'map' | 'similar' | 'adversarial';

/** A method that an explanation is asked of; model and averaging are those of the settings. */
export interface AskedMethod {
  methodId: string;
  generator?: string;
  /** Of independent labels. */
  label?: string;
}

/** One viewport of a comparison. */
export interface ComparedPane {
  viewportId: string;
  image: PaneImage;
  /** Key of the explanation that map and images are of. */
  key: string;
  /** An explanation that is being made to take that one's place. */
  awaited?: AskedMethod;
}

/** Several viewports of one film side by side, each with an explanation or image of its own. */
export interface Comparison {
  imageId: string;
  panes: readonly ComparedPane[];
}

export const paneCounts = [2, 4] as const;
export type PaneCount = (typeof paneCounts)[number];

/** What a viewport of a comparison is called: A, B, C, D. */
export function paneLetter(index: number): string {
  return String.fromCharCode(65 + index);
}

/** The way from the similar to the opposite image of one result. */
export interface Graded {
  result: Result;
  /** Absent until the classifier has answered. */
  curve?: GradedCounterfactual;
  /** Why there is none. */
  failure?: string;
  /** Another model has taken the place of the one that could answer: it is loaded again when that is asked for. */
  needsModel?: boolean;
  /** Step whose image is in the film's place; absent: the film itself. */
  step?: number;
  playing: boolean;
}

export interface Notice {
  kind: 'info' | 'error';
  text: string;
}

/** What was saved of one explanation in the archive, told as long as the page is open. */
export interface Saved {
  /** Of which explanation: the same asked for again is another one, made at another time. */
  of: Pick<Result, 'key' | 'created'>;
  at: Date;
  kinds: readonly ResultKind[];
  /** The archive did not say what it did with them. */
  unconfirmed: boolean;
}

/** Everything that the panel shows. */
export interface ExplainState {
  engine: EngineState;
  models: ModelListing[];
  methods: MethodListing[];
  settings: Settings;
  subject: Subject;
  explanation: Explanation;
  /** All finished explanations of the image on display, in the order in which they were made. */
  made: readonly Result[];
  /** Absent while the viewer's own layout is on display. */
  comparison?: Comparison;
  /** False: the one-key toggle hides every AI output. */
  outputVisible: boolean;
  counterfactual: Counterfactual;
  /** A counterfactual is being made at native resolution. */
  preparingImage: boolean;
  saving: boolean;
  /** In the order in which it was saved. */
  saved: readonly Saved[];
  /** Of the last result whose way was asked for; of another one it says nothing ({@link gradedOf}). */
  graded?: Graded;
  /** What the mask of the image on display marks at the percentile asked for; absent until it is made. */
  marked?: Marked;
  /** Explanations of the image on display that the study holds. */
  stored: readonly StoredListing[];
  /** What other software left in the study for it. */
  others: readonly OtherListing[];
  notice?: Notice;
  /** What the viewer's customization service chose of keys, colours and sections. */
  look: Look;
}

export const initialState: ExplainState = {
  engine: { phase: 'idle' },
  models: [],
  methods: [],
  settings: defaultSettings,
  subject: { kind: 'none', code: 'no-viewport', message: '' },
  explanation: { phase: 'idle' },
  made: [],
  outputVisible: true,
  counterfactual: 'off',
  preparingImage: false,
  saving: false,
  saved: [],
  stored: [],
  others: [],
  look: defaultLook,
};

/** Steps that an explanation may take; anything else is a fault of ours and is refused. */
const steps: Record<Phase, readonly Phase[]> = {
  idle: ['loading-model', 'warming-up', 'running', 'failed'],
  'loading-model': ['warming-up', 'running', 'failed', 'idle'],
  'warming-up': ['running', 'failed', 'idle'],
  running: ['done', 'failed', 'idle'],
  done: ['loading-model', 'warming-up', 'running', 'failed', 'idle'],
  failed: ['loading-model', 'warming-up', 'running', 'idle'],
};

/** Whether WebAssembly may do what failed: not where it was WebAssembly that failed. */
export function wasmMayHelp(
  code: FailureCode,
  { engine, settings }: Pick<ExplainState, 'engine' | 'settings'>,
): boolean {
  const onWasm = 'backend' in engine ? engine.backend.name === 'wasm' : settings.backend === 'wasm';
  return !onWasm && otherBackendMayHelp(code);
}

/** Whether an explanation may go from one phase to another. */
export function mayFollow(from: Phase, to: Phase): boolean {
  return steps[from].includes(to);
}

/** The finished explanation of the image on display. */
export function currentResultOf({ explanation }: ExplainState): Result | undefined {
  return explanation.phase === 'done' ? explanation.result : undefined;
}

/** What was saved of the explanation on display. */
export function savedOf(state: Pick<ExplainState, 'saved' | 'explanation'>): readonly Saved[] {
  const { explanation, saved } = state;
  if (explanation.phase !== 'done') return [];
  const { key, created } = explanation.result;
  return saved.filter(({ of }) => of.key === key && of.created.getTime() === created.getTime());
}

/** The way of the explanation on display. */
export function gradedOf(state: ExplainState): Graded | undefined {
  const { graded } = state;
  return graded && graded.result === currentResultOf(state) ? graded : undefined;
}

/** Whether a generated image is in the film's place where the reader works. */
export function showsGenerated(state: ExplainState): boolean {
  const { comparison, counterfactual, outputVisible, subject } = state;
  if (!outputVisible || subject.kind !== 'image') return false;
  if (counterfactual !== 'off' || gradedOf(state)?.step !== undefined) return true;
  const image = comparison?.panes.find(({ viewportId }) => viewportId === subject.viewportId)?.image;
  return image === 'similar' || image === 'adversarial';
}

/** Settings whose numbers lie in the ranges of their controls. */
export function withinLimits(settings: Settings): Settings {
  return {
    ...settings,
    percentile: clamp(settings.percentile, percentileRange.min, percentileRange.max),
    opacity: clamp(settings.opacity, 0, 1),
    augmentCount: Math.round(clamp(settings.augmentCount, 2, 50)),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : low;
}

/** What an explanation belongs to: the same film by another model, method, generator or number of transforms has another. */
export function explanationKey(
  imageId: string,
  model: { id: string; version: string },
  { methodId, generator, label, augment }: AskedMethod & { augment?: number },
): string {
  const ofLabel = label === undefined ? [] : [label];
  return JSON.stringify([
    imageId,
    model.id,
    model.version,
    methodId,
    generator ?? '',
    augment ?? 0,
    ...ofLabel,
  ]);
}

/** Of a single pass: the averaged explanation of the same film by the same model, method and generator, where there is one. */
export function averagedOf(result: Result, made: readonly Result[]): Result | undefined {
  if (result.augment || result.restored) return undefined;
  return [...made]
    .reverse()
    .find(
      other =>
        other.reply.stability &&
        other.imageId === result.imageId &&
        other.method.id === result.method.id &&
        other.generator === result.generator &&
        other.label === result.label &&
        other.reply.model.weightsSha256 === result.reply.model.weightsSha256,
    );
}

/** Whether work on an explanation is under way. */
export function isBusy(phase: Phase): boolean {
  return phase === 'loading-model' || phase === 'warming-up' || phase === 'running';
}

/** Method to use with a model: the chosen one if the model carries what it needs, else the model's own (`defaultMethodOf`), else the first that fits. */
export function usableMethod(
  methods: readonly MethodListing[],
  card: ModelCard | undefined,
  chosen?: string,
): MethodListing | undefined {
  const fits = methods.filter(method => methodFits(method, card));
  const find = (id: string | undefined) => fits.find(method => method.id === id);
  return find(chosen) ?? find(defaultMethodOf(card, id => find(id) !== undefined)) ?? fits[0];
}

/** Generators of a model that a method may use, the model's own choice first; none where the method needs none. */
export function fittingGenerators(method: MethodListing | undefined, card: ModelCard | undefined): string[] {
  return method?.generators && card ? generatorsOf(card, method.generators) : [];
}

/** Generator to use: the one asked for if it fits, else the model's own choice; undefined where none is needed. */
export function usableGenerator(
  method: MethodListing | undefined,
  card: ModelCard | undefined,
  wanted?: string,
): string | undefined {
  const fitting = fittingGenerators(method, card);
  return fitting.find(id => id === wanted) ?? fitting[0];
}

/** Whether a model carries a generator that the method needs. */
export function methodFits(method: MethodListing, card: ModelCard | undefined): boolean {
  return !method.generators || fittingGenerators(method, card).length > 0;
}
