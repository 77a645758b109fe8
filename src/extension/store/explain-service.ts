import about from '../../../package.json';
import { textOf } from '../../dicom/attribute-values';
import { EngineError, endsWorker, type Engine } from './engine';
import { describeFailure, EngineKeeper } from './engine-keeper';
import type { Configuration } from '../configuration';
import type { Refusal, Target, TargetOutcome } from '../host/host-image';
import { chooseModel } from './model-choice';
import type { RawImage } from '../host/raw-image';
import {
  initialState,
  isBusy,
  mayFollow,
  percentileRange,
  usableGenerator,
  usableMethod,
  type Counterfactual,
  type ExplainState,
  type Explanation,
  type Marked,
  type Notice,
  type Result,
  type Settings,
} from './state';
import type { ModelCard } from '../../models/card';
import type { GeneratedKind, WorkerCalls } from '../worker/protocol';
import type { ResultObject } from '../../dicom/results/types';
import type { StoredMap } from '../../dicom/results/stored-map';
import { listingOf, restoredResult, sameListings } from '../exchange/stored-results';

/** What the service needs of the viewer; Cornerstone stays behind it. */
export interface ExplainHost {
  /** The image in a viewport (default: the active one), or why there is none. */
  findTarget(viewportId?: string): TargetOutcome;
  readImage(target: Target): Promise<{ raw: RawImage } | { refusal: Refusal }>;
  /** Explanations of the image that the study holds, newest first. */
  storedMaps(target: Target): StoredMap[];
  /** Percentiles at which the study holds masks of a stored explanation, rising. */
  storedPercentiles(target: Target, stored: StoredMap): number[];
  /** An image that some viewport shows, by its id. */
  shownImage(imageId: string): Target | undefined;
  /** The file of a stored map. */
  fetchStoredMap(uid: string): Promise<Uint8Array>;
}

export interface ServiceOptions {
  configuration: Configuration;
  startEngine: () => Promise<Engine>;
  /** Milliseconds between x_s and x_a when blinking. */
  blinkMs?: number;
  now?: () => number;
}

/** Below three changes a second, so that blinking stays under the limit for photosensitive epilepsy (WCAG 2.3.1). */
const defaultBlinkMs = 700;

/**
 * The one store of the extension: what is loaded, what was explained, what is shown. Panels and overlays render it and
 * call its methods; nothing else changes it.
 */
export class ExplainService {
  private state: ExplainState;
  private readonly listeners = new Set<() => void>();
  private readonly explanations = new Map<string, Explanation>();
  /** What an image showed before a run that is still under way: cancelling brings it back. */
  private readonly before = new Map<string, Explanation>();
  private readonly marked = new Map<string, Marked & { result: Result }>();
  /** Run number of each image: a reply that belongs to an older run is dropped. */
  private readonly runs = new Map<string, number>();
  private host?: ExplainHost;
  private panelOpen = false;
  /** A viewport that was to be explained before its image was there; undefined stands for the active one. */
  private awaited?: { viewportId: string | undefined };
  private blinkTimer?: ReturnType<typeof setInterval>;
  private runCount = 0;
  private readonly keeper: EngineKeeper;

  constructor(private readonly options: ServiceOptions) {
    this.state = {
      ...initialState,
      settings: { ...initialState.settings, backend: options.configuration.backend },
    };
    this.keeper = new EngineKeeper({
      configuration: options.configuration,
      startEngine: options.startEngine,
      settings: () => this.state.settings,
      report: change => this.update(change),
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** An immutable snapshot; the same object until something changes. */
  readonly getState = (): ExplainState => this.state;

  /** The explanation of an image, whether or not it is in the active viewport. */
  explanationOf(imageId: string | undefined): Explanation {
    return (imageId !== undefined && this.explanations.get(imageId)) || { phase: 'idle' };
  }

  /** A mode was entered. */
  attach(host: ExplainHost): void {
    this.host = host;
    this.refresh();
  }

  /** The mode was left: results are of this study, so they go; the loaded networks stay. */
  detach(): void {
    this.setBlinking(false);
    this.awaited = undefined;
    for (const imageId of [...this.explanations.keys()]) this.forget(imageId);
    this.host = undefined;
    this.update({
      subject: initialState.subject,
      explanation: { phase: 'idle' },
      notice: undefined,
      outputVisible: true,
      stored: [],
    });
  }

  /** Called when the active viewport, its series or its image changed. */
  refresh(): void {
    if (!this.host) return;
    const outcome = this.host.findTarget();
    if ('refusal' in outcome) {
      const { code, message } = outcome.refusal;
      this.update({ subject: { kind: 'none', code, message }, explanation: { phase: 'idle' }, stored: [] });
      return;
    }
    const { imageId, viewportId, attributes } = outcome.target;
    const stored = this.host.storedMaps(outcome.target).map(listingOf);
    const { card, applicability } = this.choose(attributes);
    const moved = this.state.subject.kind !== 'image' || this.state.subject.imageId !== imageId;
    this.update({
      subject: {
        kind: 'image',
        imageId,
        viewportId,
        modelId: card?.id,
        ...(this.cards().length > 0 ? applicability : { refusals: [], warnings: [] }),
      },
      explanation: this.explanationOf(imageId),
      marked: this.marked.get(imageId),
      stored: sameListings(stored, this.state.stored) ? this.state.stored : stored,
      ...(moved && { notice: undefined }),
    });
    if (this.panelOpen && card && !this.isRefused()) this.warmInBackground(card.id);
    this.explainAwaited();
  }

  /** The image that somebody waits for may be there now. */
  private explainAwaited(): void {
    const { awaited } = this;
    if (!awaited) return;
    const outcome = this.host!.findTarget(awaited.viewportId);
    if ('refusal' in outcome && outcome.refusal.code === 'loading') return;
    this.awaited = undefined;
    void this.explain(awaited.viewportId);
  }

  /** The panel was opened: start worker and backend, load the model and warm it up. */
  async open(): Promise<void> {
    this.panelOpen = true;
    try {
      await this.keeper.ensure();
      this.refresh();
      const card = this.currentCard();
      if (card && !this.isRefused()) await this.keeper.prepare(card.id);
    } catch {
      // Already in the state, where the panel shows it.
    }
  }

  close(): void {
    this.panelOpen = false;
  }

  /** Explains the image in a viewport (default: the active one). Failures end up in the state. */
  async explain(viewportId?: string): Promise<void> {
    this.refresh();
    const outcome = this.host?.findTarget(viewportId);
    this.awaited = undefined;
    if (!outcome) return;
    if ('refusal' in outcome) {
      if (outcome.refusal.code === 'loading') this.awaited = { viewportId };
      return;
    }
    const { target } = outcome;
    const { imageId } = target;
    if (isBusy(this.explanationOf(imageId).phase)) return;
    const run = ++this.runCount;
    this.runs.set(imageId, run);
    this.setCounterfactual('off');
    this.update({ notice: undefined, outputVisible: true });
    try {
      await this.run(target, run);
    } catch (error) {
      if (this.runs.get(imageId) === run) this.fail(imageId, error);
    }
  }

  private async run(target: Target, run: number): Promise<void> {
    const { imageId, attributes } = target;
    const isCurrent = (): boolean => this.runs.get(imageId) === run;
    this.remember(imageId);
    this.move(imageId, { phase: 'loading-model' });
    const read = await this.host!.readImage(target);
    if (!isCurrent()) return;
    if ('refusal' in read) throw new EngineError(read.refusal.code, read.refusal.message);

    await this.keeper.ensure();
    this.refresh();
    const { card, applicability } = this.choose(attributes);
    if (!card || applicability.refusals.length > 0) {
      throw new EngineError('not-applicable', applicability.refusals.join(' '));
    }
    const backend = await this.keeper.prepare(card.id, phase => isCurrent() && this.move(imageId, { phase }));
    if (!isCurrent()) return;

    const settings = this.state.settings;
    const method = usableMethod(this.state.methods, card, settings.methodId);
    if (!method)
      throw new EngineError('no-method', `${card.title} carries nothing that any method here could use.`);
    const generator = usableGenerator(method, card, settings.generator);
    const augment = settings.augment ? { count: settings.augmentCount, seed: 0 } : undefined;
    const since = this.now();
    this.move(imageId, { phase: 'running', since });
    const reply = await this.keeper
      .living()
      .call(
        'explain',
        { key: imageId, image: read.raw, attributes, methodId: method.id, generator, augment },
        { transfer: [read.raw.pixels.buffer as ArrayBuffer] },
      );
    if (!isCurrent()) return;
    const totalSeconds = (this.now() - since) / 1000;
    const result: Result = {
      key: imageId,
      reply,
      card,
      method,
      augment,
      input: card.input,
      generator,
      backend: backend.name,
      created: new Date(),
      software: about.version,
      ...filmOf(target),
      totalSeconds,
      warnings: reply.cautions,
    };
    this.move(imageId, { phase: 'done', result });
  }

  /** Shows an explanation that the study holds, without computing it again. Failures end up in the state. */
  async restore(uid: string): Promise<void> {
    this.refresh();
    const outcome = this.host?.findTarget();
    if (!this.host || !outcome || 'refusal' in outcome) return;
    const { target } = outcome;
    const stored = this.host.storedMaps(target).find(({ sopInstanceUid }) => sopInstanceUid === uid);
    if (!stored || isBusy(this.explanationOf(target.imageId).phase)) return;
    const run = ++this.runCount;
    this.runs.set(target.imageId, run);
    this.setCounterfactual('off');
    this.update({ notice: undefined, outputVisible: true });
    try {
      const result = await this.readStored(target, stored);
      if (this.runs.get(target.imageId) !== run) return;
      this.showAsSaved(this.host.storedPercentiles(target, stored));
      this.move(target.imageId, { phase: 'done', result });
    } catch (error) {
      if (this.runs.get(target.imageId) === run) this.fail(target.imageId, error);
    }
  }

  /** The mask as it was saved; of several, the one that the slider stands at, else the largest. */
  private showAsSaved(percentiles: readonly number[]): void {
    if (percentiles.length === 0 || percentiles.includes(this.state.settings.percentile)) return;
    this.setSettings({ percentile: percentiles[0] });
  }

  private async readStored(target: Target, stored: StoredMap): Promise<Result> {
    const read = await this.host!.readImage(target);
    if ('refusal' in read) throw new EngineError(read.refusal.code, read.refusal.message);
    const since = this.now();
    this.remember(target.imageId);
    this.move(target.imageId, { phase: 'running', since });
    const fetched = this.host!.fetchStoredMap(stored.sopInstanceUid);
    const [engine, file] = await Promise.all([this.keeper.ensure(), fetched]);
    const reply = await engine.call(
      'restore',
      { key: target.imageId, image: read.raw, methodId: stored.settings.methodId, file },
      { transfer: [read.raw.pixels.buffer as ArrayBuffer] },
    );
    const shown = restoredResult(target.imageId, stored, reply, this.cards(), this.state.methods);
    return { ...shown, ...filmOf(target), totalSeconds: (this.now() - since) / 1000 };
  }

  /** DICOM objects of an explanation, made where the explanation is held. */
  async results(request: WorkerCalls['results']['request']): Promise<ResultObject[]> {
    return (await this.held(request.key, engine => engine.call('results', request))).objects;
  }

  /**
   * Stops what is under way by ending the worker; the next press starts it again. An image that was explained before shows
   * that again.
   */
  cancel(): void {
    this.keeper.end();
    for (const [imageId, explanation] of this.explanations) {
      if (isBusy(explanation.phase)) this.giveUp(imageId);
    }
  }

  /** The key to stop: what blinks, else the run of the image on display. */
  stop(): void {
    if (this.state.settings.blinking) return this.setBlinking(false);
    if (isBusy(this.state.explanation.phase)) this.cancel();
  }

  /** Removes the explanation of the image on display. */
  clear(): void {
    const { subject } = this.state;
    if (subject.kind === 'image') this.forget(subject.imageId);
    this.setBlinking(false);
    this.update({ notice: undefined, counterfactual: 'off' });
  }

  /**
   * What a model would see of the image in a viewport (default: the active one), also of one that it refuses: for
   * comparing this preparation with another.
   *
   * @param modelId default: the first model that is installed
   * @returns size × size, in [0, 1]
   */
  async modelInput(viewportId?: string, modelId?: string): Promise<{ size: number; input: Float32Array }> {
    const outcome = this.host?.findTarget(viewportId);
    if (!outcome) throw new EngineError('no-viewport', 'No mode is open.');
    if ('refusal' in outcome) throw new EngineError(outcome.refusal.code, outcome.refusal.message);
    const read = await this.host!.readImage(outcome.target);
    if ('refusal' in read) throw new EngineError(read.refusal.code, read.refusal.message);
    const engine = await this.keeper.ensure();
    const card = this.cards().find(({ id }) => modelId === undefined || id === modelId);
    if (!card) throw new EngineError('no-model', `There is no model ${modelId ?? 'at all'}.`);
    const { input } = await engine.call('prepare', { image: read.raw, spec: card.input });
    return { size: card.input.size, input };
  }

  /** What the explanation of an image marks above a percentile, at the image's own resolution. */
  async mask(imageId: string, percentile: number): Promise<Uint8Array> {
    const explanation = this.explanationOf(imageId);
    const reply = await this.held(imageId, engine => engine.call('mask', { key: imageId, percentile }));
    if (explanation.phase === 'done') {
      const share = reply.valid > 0 ? reply.marked / reply.valid : 0;
      this.marked.set(imageId, { percentile, share, result: explanation.result });
      this.publish(imageId);
    }
    return reply.mask;
  }

  /** The film or a generated image at native resolution, modality units. */
  async values(imageId: string, kind: GeneratedKind): Promise<Float32Array> {
    this.update({ preparingImage: true });
    try {
      return (await this.held(imageId, engine => engine.call('values', { key: imageId, kind }))).values;
    } finally {
      this.update({ preparingImage: false });
    }
  }

  /** Asks the worker of an explanation, and tells it the explanation again where it no longer holds it. */
  private async held<T>(imageId: string, ask: (engine: Engine) => Promise<T>): Promise<T> {
    try {
      return await ask(this.keeper.living());
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'forgotten') throw error;
      return ask(await this.holdAgain(imageId, error));
    }
  }

  private async holdAgain(imageId: string, reason: EngineError): Promise<Engine> {
    const explanation = this.explanationOf(imageId);
    const target = this.host?.shownImage(imageId);
    if (explanation.phase !== 'done' || !this.host || !target) throw reason;
    const { reply, input } = explanation.result;
    const read = await this.host.readImage(target);
    if ('refusal' in read) throw new EngineError(read.refusal.code, read.refusal.message);
    const engine = await this.keeper.ensure();
    await engine.call(
      'hold',
      { key: imageId, image: read.raw, explained: reply, spec: input },
      { transfer: [read.raw.pixels.buffer as ArrayBuffer] },
    );
    return engine;
  }

  setSettings(change: Partial<Omit<Settings, 'backend' | 'blinking'>>): void {
    const settings = { ...this.state.settings, ...change };
    settings.percentile = clamp(settings.percentile, percentileRange.min, percentileRange.max);
    settings.opacity = clamp(settings.opacity, 0, 1);
    settings.augmentCount = Math.round(clamp(settings.augmentCount, 2, 50));
    this.update({ settings });
    if (change.modelId !== undefined || 'modelId' in change) this.refresh();
  }

  /** Takes another backend: the worker is started anew with it, results stay. */
  setBackend(backend: Settings['backend']): void {
    if (backend === this.state.settings.backend) return;
    this.cancel();
    this.update({ settings: { ...this.state.settings, backend } });
    if (this.panelOpen) void this.open();
  }

  /** Takes another backend and explains the image on display with it. */
  async explainOn(backend: Settings['backend']): Promise<void> {
    this.setBackend(backend);
    await this.explain();
  }

  /** Hides or shows every AI output. */
  toggleOutput(): void {
    this.setBlinking(false);
    this.update({ outputVisible: !this.state.outputVisible, counterfactual: 'off' });
  }

  setCounterfactual(counterfactual: Counterfactual): void {
    if (counterfactual !== this.state.counterfactual) this.update({ counterfactual });
  }

  /** Shows x_s and x_a in turn (the film and x_a where a method makes no x_s). */
  setBlinking(blinking: boolean): void {
    clearInterval(this.blinkTimer);
    this.blinkTimer = undefined;
    if (blinking === this.state.settings.blinking && !blinking) return;
    const done = this.currentResult();
    const active = blinking && done?.reply.hasAdversarial === true;
    const { hasSimilar, similarIsOriginal } = done?.reply ?? {};
    const other: Counterfactual = hasSimilar && !similarIsOriginal ? 'similar' : 'off';
    this.update({
      settings: { ...this.state.settings, blinking: active },
      counterfactual: active ? 'adversarial' : 'off',
    });
    if (!active) return;
    this.blinkTimer = setInterval(() => {
      if (!this.currentResult()) return this.setBlinking(false);
      this.setCounterfactual(this.state.counterfactual === 'adversarial' ? other : 'adversarial');
    }, this.options.blinkMs ?? defaultBlinkMs);
  }

  notify(notice: Notice | undefined): void {
    this.update({ notice });
  }

  setSaving(saving: boolean): void {
    this.update({ saving });
  }

  /** The finished explanation of the image on display. */
  currentResult(): Result | undefined {
    const { explanation } = this.state;
    return explanation.phase === 'done' ? explanation.result : undefined;
  }

  /** Every finished explanation, by image. */
  finished(): [imageId: string, result: Result][] {
    return [...this.explanations].flatMap(([imageId, explanation]): [string, Result][] =>
      explanation.phase === 'done' ? [[imageId, explanation.result]] : [],
    );
  }

  /** The viewer's own switch of the mask was used: ours follows, in every viewport. */
  maskSwitched(showMask: boolean): void {
    if (this.state.settings.showMask !== showMask) this.setSettings({ showMask });
  }

  private cards(): ModelCard[] {
    return this.state.models.flatMap(model => (model.card ? [model.card] : []));
  }

  private currentCard(): ModelCard | undefined {
    const { subject, settings } = this.state;
    const cards = this.cards();
    const id =
      settings.modelId ??
      (subject.kind === 'image' ? subject.modelId : this.options.configuration.defaultModel);
    return cards.find(card => card.id === id) ?? cards[0];
  }

  private choose(attributes: Target['attributes']): ReturnType<typeof chooseModel> {
    return chooseModel(this.cards(), attributes, {
      chosen: this.state.settings.modelId,
      preferred: this.options.configuration.defaultModel,
    });
  }

  /** Whether the image on display is one that its model would refuse: then there is nothing to load a model for. */
  private isRefused(): boolean {
    const { subject } = this.state;
    return subject.kind === 'image' && subject.refusals.length > 0;
  }

  /** Loads the model of the image on display while nothing else is going on. */
  private warmInBackground(modelId: string): void {
    if ([...this.explanations.values()].some(explanation => isBusy(explanation.phase))) return;
    this.keeper.prepareIfIdle(modelId);
  }

  private fail(imageId: string, error: unknown): void {
    const { code, message } = describeFailure(error);
    if (code === 'cancelled') return this.giveUp(imageId);
    if (endsWorker(code)) this.keeper.failed(error);
    this.move(imageId, { phase: 'failed', code, message });
  }

  private move(imageId: string, next: Explanation): void {
    const current = this.explanationOf(imageId);
    // A phase told again changes nothing; telling the listeners would make them tell it again.
    if (current.phase === next.phase || !mayFollow(current.phase, next.phase)) return;
    this.explanations.set(imageId, next);
    if (!isBusy(next.phase)) this.before.delete(imageId);
    this.publish(imageId);
  }

  /** Keeps what an image shows until the run that begins has ended. */
  private remember(imageId: string): void {
    const now = this.explanationOf(imageId);
    if (now.phase === 'done') this.before.set(imageId, now);
  }

  /** Ends a run without a result: what was there before comes back. */
  private giveUp(imageId: string): void {
    const before = this.before.get(imageId);
    if (!before) return this.forget(imageId);
    this.before.delete(imageId);
    this.runs.delete(imageId);
    this.explanations.set(imageId, before);
    this.publish(imageId);
  }

  private forget(imageId: string): void {
    this.explanations.delete(imageId);
    this.before.delete(imageId);
    this.marked.delete(imageId);
    this.runs.delete(imageId);
    this.keeper.forget(imageId);
    this.publish(imageId);
  }

  private publish(imageId: string): void {
    const { subject } = this.state;
    if (subject.kind === 'image' && subject.imageId === imageId) {
      const explanation = this.explanationOf(imageId);
      const marked = this.marked.get(imageId);
      const isIts = explanation.phase === 'done' && marked?.result === explanation.result;
      this.update({ explanation, marked: isIts ? marked : undefined });
    } else {
      this.update({});
    }
  }

  private update(change: Partial<ExplainState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of [...this.listeners]) {
      try {
        listener();
      } catch (error) {
        console.error('ohif-extension-explain: a view failed', error);
      }
    }
  }

  private now(): number {
    return (this.options.now ?? (() => performance.now()))();
  }
}

/** What a result says of its film beside the pixels. */
function filmOf({ instance, frame, attributes }: Target): Pick<Result, 'sopInstanceUid' | 'frame'> {
  const isOneOfSeveral = (attributes.numberOfFrames ?? 1) > 1;
  return { sopInstanceUid: textOf(instance.SOPInstanceUID), ...(isOneOfSeveral && { frame }) };
}

function clamp(value: number, low: number, high: number): number {
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : low;
}
