import type { AnswerObject } from '../../dicom/results/answer-report';
import type { ResultObject } from '../../dicom/results/name-results';
import type { Configuration } from '../configuration';
import type { Defaults, Look } from '../customization';
import { Failure } from '../failure';
import { t } from '../i18n';
import type { GeneratedKind, WorkerCalls } from '../worker/protocol';
import type * as Drawing from '../others';
import { Blinking } from './blinking';
import { Compare, type View } from './compare';
import type { Engine } from './engine';
import { EngineKeeper } from './engine-keeper';
import { readImage, type ExplainHost } from './explain-host';
import { Explanations } from './explanations';
import { GradedView } from './graded';
import { HeldResults } from './held-results';
import { OtherResults } from './other-results';
import type { Marks, MaskLevels } from './mask-levels';
import type { Parts } from './parts';
import { restore } from './restoring';
import { Runs } from './runs';
import {
  asExplained,
  currentResultOf,
  gradedOf,
  initialState,
  isBusy,
  usableMethod,
  withinLimits,
  type AskedMethod,
  type Counterfactual,
  type Explanation,
  type Notice,
  type PaneCount,
  type Result,
  type Saved,
  type Settings,
} from './state';
import { Store } from './store';
import { SubjectKeeper } from './subject';

export interface ServiceOptions {
  configuration: Configuration;
  startEngine: () => Promise<Engine>;
  /** Fetches what draws objects of other software. */
  fetchDrawing?: () => Promise<typeof Drawing>;
  /** Milliseconds between x_s and x_a when blinking. */
  blinkMs?: number;
  now?: () => number;
}

/**
 * The one store of the extension, and all that may change it: what is loaded, what was explained, what is shown. Panels and
 * overlays render its state and call its methods.
 */
export class ExplainService {
  private readonly store: Store;
  private readonly parts: Parts;
  private readonly runs: Runs;
  private readonly held: HeldResults;
  private readonly blinking: Blinking;
  /** The way from the similar to the opposite image. */
  readonly graded: GradedView;
  /** One film in several viewports. */
  readonly compare: Compare;
  /** What other software left in the study. */
  readonly others: OtherResults;
  private host?: ExplainHost;
  private panelOpen = false;
  private customised = false;

  constructor({
    configuration,
    startEngine,
    fetchDrawing = () =>
      import(/* webpackIgnore: true */ `${configuration.baseUrl}explain-others.js`) as Promise<
        typeof Drawing
      >,
    blinkMs,
    now = () => performance.now(),
  }: ServiceOptions) {
    const settings = { ...initialState.settings, backend: configuration.backend };
    const store = new Store({ ...initialState, settings });
    const keeper = new EngineKeeper({
      configuration,
      startEngine,
      settings: () => store.getState().settings,
      report: change => store.update(change),
    });
    const explanations: Explanations = new Explanations(
      store,
      key => keeper.forget(key),
      key => this.compare.isShown(key),
    );
    const subject = new SubjectKeeper(store, explanations, configuration.defaultModel);
    this.store = store;
    this.baseUrl = configuration.baseUrl;
    this.parts = { store, keeper, explanations, subject, host: () => this.host, now };
    this.runs = new Runs(this.parts);
    this.held = new HeldResults(this.parts);
    this.blinking = new Blinking(store, blinkMs);
    this.graded = new GradedView(store, this.held, now);
    this.compare = new Compare(
      this.parts,
      () => this.host?.compareLayout,
      (viewportId, asked) => this.make(viewportId, asked),
    );
    this.others = new OtherResults(this.parts, fetchDrawing);
    this.subscribe = store.subscribe;
    this.getState = store.getState;
  }

  /** Folder of the files beside the extension; ends in '/'. */
  readonly baseUrl: string;
  readonly subscribe: Store['subscribe'];
  readonly getState: Store['getState'];

  /** The explanation of an image, whether or not it is in the active viewport. */
  explanationOf(imageId: string | undefined): Explanation {
    return this.parts.explanations.of(imageId);
  }

  /** The finished explanation of the image on display. */
  currentResult(): Result | undefined {
    return currentResultOf(this.getState());
  }

  /** What a viewport is to show of the image in it. */
  viewOf(viewportId: string, imageId: string): View {
    return this.compare.view(viewportId, imageId);
  }

  /** Every finished explanation that may be on display: of each film the one that counts, and those of a comparison. */
  displayed(): Result[] {
    const { explanations } = this.parts;
    const compared = this.getState().comparison?.panes.map(({ key }) => explanations.find(key)) ?? [];
    const results = [...explanations.finished(), ...compared];
    return [...new Set(results.filter(result => result !== undefined))];
  }

  /** Lets a finished explanation of the film on display count: the panel speaks of it, and the viewport shows it. */
  choose(key: string): void {
    const { comparison, subject } = this.getState();
    const viewportId = subject.kind === 'image' ? subject.viewportId : undefined;
    const result = this.parts.explanations.find(key);
    if (comparison && result) this.compare.take(viewportId, result);
    this.parts.explanations.show(key);
  }

  /** Lays the film on display out in linked viewports. */
  startComparison(count: PaneCount): void {
    this.setBlinking(false);
    this.graded.hide();
    if (!this.compare.start(count)) this.notify({ kind: 'error', text: t('compareUnable') });
  }

  /** The viewer's layout as it was, with the film in it: what played in a viewport of the comparison does not go on elsewhere. */
  endComparison(): void {
    this.setBlinking(false);
    this.graded.hide();
    this.compare.stop();
  }

  /** Takes what the site chose; its defaults once, so that what the user set since stays. */
  customise({ look, defaults }: { look: Look; defaults: Partial<Defaults> }): void {
    this.store.update({ look });
    if (!this.customised) this.setSettings(defaults);
    this.customised = true;
  }

  /** A mode was entered. */
  attach(host: ExplainHost): void {
    this.host = host;
    this.refresh();
  }

  /** The mode was left: results are of this study, so they go; the loaded networks stay. */
  detach(): void {
    this.setBlinking(false);
    this.graded.hide();
    this.store.update({ comparison: undefined });
    this.runs.awaitNothing();
    this.parts.explanations.forgetAll();
    this.others.forgetAll();
    this.host = undefined;
    this.store.update({
      subject: initialState.subject,
      explanation: { phase: 'idle' },
      made: [],
      marked: undefined,
      notice: undefined,
      outputVisible: true,
      stored: [],
      others: [],
      graded: undefined,
    });
  }

  /** Called when the active viewport, its series or its image changed. */
  refresh(): void {
    if (!this.host) return;
    const { subject, explanations, keeper } = this.parts;
    subject.refresh(this.host);
    this.others.refresh();
    this.compare.follow();
    if (this.getState().subject.kind === 'none') return;
    const card = subject.modelToLoad();
    // While nothing else is going on.
    if (this.panelOpen && card && !explanations.isAnyBusy()) keeper.prepareIfIdle(card.id);
    this.runs.explainAwaited();
  }

  /** The panel was opened: start worker and backend, load the model and warm it up. */
  async open(): Promise<void> {
    this.panelOpen = true;
    const { keeper, subject } = this.parts;
    try {
      await keeper.ensure();
      this.refresh();
      const card = subject.modelToLoad();
      if (card) await keeper.prepare(card.id);
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
    await this.make(viewportId);
  }

  /**
   * Explains another label of the model that explained the film on display: the explanation made before, where there is one. By the
   * method on display, unless that is the one which the package explains the former label with by itself.
   */
  async explainLabel(label: string): Promise<void> {
    const shown = this.currentResult();
    this.setSettings({ label });
    const methodId = shown && this.methodForLabel(label, shown);
    const made = this.getState().made.find(
      other =>
        !other.restored &&
        other.label === label &&
        other.method.id === methodId &&
        other.card.id === shown?.card.id &&
        other.card.version === shown.card.version &&
        other.augment?.count === shown.augment?.count,
    );
    if (made) this.choose(made.key);
    else await this.make(undefined, methodId === undefined ? undefined : { methodId });
  }

  private methodForLabel(label: string, { method, card, label: former }: Result): string | undefined {
    const { methods, models } = this.getState();
    const installed = models.find(({ id }) => id === card.id)?.card;
    if (!installed) return method.id;
    const isUsual = usableMethod(methods, asExplained(installed, former))?.id === method.id;
    return usableMethod(methods, asExplained(installed, label), isUsual ? undefined : method.id)?.id;
  }

  /** Explains the film on display again as the explanation that counts, averaged over transforms. */
  async averageShown(): Promise<void> {
    const result = this.currentResult();
    if (!result) return;
    this.setSettings({ augment: true });
    await this.make(undefined, {
      methodId: result.method.id,
      generator: result.generator,
      label: result.label,
    });
  }

  private async make(viewportId?: string, asked?: AskedMethod): Promise<Result | undefined> {
    const { subject } = this.getState();
    const shownIn = viewportId ?? (subject.kind === 'image' ? subject.viewportId : undefined);
    const result = await this.runs.explain(viewportId, asked);
    if (!result) return undefined;
    this.compare.take(shownIn, result);
    // After what draws the map has asked for its part.
    if (!this.getState().settings.disguise) setTimeout(() => void this.graded.prepare(result));
    return result;
  }

  /** Takes another backend and explains the image on display with it. */
  explainOn(backend: Settings['backend']): Promise<void> {
    this.setBackend(backend);
    return this.explain();
  }

  /** Shows an explanation that the study holds, without computing it again. Failures end up in the state. */
  async restore(uid: string): Promise<void> {
    this.refresh();
    const { subject } = this.getState();
    const result = await restore(this.parts, uid, percentiles => this.showAsSaved(percentiles));
    if (result && subject.kind === 'image') this.compare.take(subject.viewportId, result);
  }

  /** The mask as it was saved; of several, the last. */
  private showAsSaved([percentile]: readonly number[]): void {
    if (percentile !== undefined) this.setSettings({ percentile });
  }

  /**
   * Stops what is under way by ending the worker; the next press starts it again. An image that was explained before shows
   * that again.
   */
  cancel(): void {
    this.runs.cancel();
  }

  /** The key to stop: what blinks, else the run of the image on display. */
  stop(): void {
    if (this.getState().settings.blinking) return this.setBlinking(false);
    if (gradedOf(this.getState())?.step !== undefined) return this.graded.hide();
    if (isBusy(this.getState().explanation.phase)) this.cancel();
  }

  /** Removes the explanations of the image on display. */
  clear(): void {
    const { subject } = this.getState();
    this.compare.stop();
    if (subject.kind === 'image') this.parts.explanations.forget(subject.imageId);
    this.setBlinking(false);
    this.store.update({ notice: undefined, counterfactual: 'off' });
  }

  /** Removes the explanations of all images, and ends what is under way. */
  clearAll(): void {
    if (this.parts.explanations.isAnyBusy()) this.cancel();
    this.setBlinking(false);
    this.compare.stop();
    this.parts.explanations.forgetAll();
    this.store.update({ notice: undefined, counterfactual: 'off' });
  }

  /** What an explanation marks above a percentile, at the image's own resolution, to be written in slices. */
  marks(result: Result, percentile: number): Promise<Marks> {
    return this.held.marks(result, percentile);
  }

  /** The same as an array: 1 marked, 0 not. */
  mask(result: Result, percentile: number): Promise<Uint8Array> {
    return this.held.mask(result, percentile);
  }

  /** Its masks at every stop of the slider ({@link percentileSteps}), at the image's own resolution. */
  levels(result: Result): Promise<MaskLevels> {
    return this.held.levelsOf(result);
  }

  /** The film of an explanation or a generated image at native resolution, modality units. */
  values(result: Result, kind: GeneratedKind): Promise<Float32Array> {
    return this.held.values(result, kind);
  }

  /** The way to x_a as an animated GIF, each image marked as generated. */
  async animation(result: Result): Promise<Uint8Array> {
    return this.held.animation(result, await this.graded.curveOf(result, true));
  }

  /** DICOM objects of an explanation, made where the explanation is held. */
  results(result: Result, request: Omit<WorkerCalls['results']['request'], 'key'>): Promise<ResultObject[]> {
    return this.held.objects(result, request);
  }

  /** A reader's answer to an explanation as a DICOM object. */
  async answerReport(request: WorkerCalls['answer']['request']): Promise<AnswerObject> {
    return (await this.parts.keeper.ensure()).call('answer', request);
  }

  /**
   * What a model would see of the image in a viewport (default: the active one), also of one that it refuses: for
   * comparing this preparation with another.
   *
   * @param modelId default: the first model that is installed
   * @returns size × size, in [0, 1]
   */
  async modelInput(viewportId?: string, modelId?: string): Promise<{ size: number; input: Float32Array }> {
    const { host } = this;
    if (!host) throw new Failure('no-viewport', 'No mode is open.');
    const outcome = host.findTarget(viewportId);
    if ('refusal' in outcome) throw new Failure(outcome.refusal.code, outcome.refusal.message);
    const image = await readImage(host, outcome.target);
    const engine = await this.parts.keeper.ensure();
    const card = this.parts.subject.cards().find(({ id }) => modelId === undefined || id === modelId);
    if (!card) throw new Failure('no-model', `There is no model ${modelId ?? 'at all'}.`);
    const { input } = await engine.call('prepare', { image, spec: card.input });
    return { size: card.input.size, input };
  }

  setSettings(change: Partial<Omit<Settings, 'backend' | 'blinking'>>): void {
    this.store.update({ settings: withinLimits({ ...this.getState().settings, ...change }) });
    if ('modelId' in change) this.refresh();
    if (change.augment) this.parts.keeper.gatherHelpers();
  }

  /** Takes another backend: the worker is started anew with it, results stay. */
  setBackend(backend: Settings['backend']): void {
    const { settings } = this.getState();
    if (backend === settings.backend) return;
    this.cancel();
    this.store.update({ settings: { ...settings, backend } });
    if (this.panelOpen) void this.open();
  }

  /** Hides or shows every AI output. */
  toggleOutput(): void {
    this.setBlinking(false);
    this.graded.hide();
    this.store.update({ outputVisible: !this.getState().outputVisible, counterfactual: 'off' });
  }

  setCounterfactual(counterfactual: Counterfactual): void {
    if (counterfactual !== this.getState().counterfactual) this.store.update({ counterfactual });
  }

  /** Shows x_s and x_a in turn (the film and x_a where a method makes no x_s). */
  setBlinking(blinking: boolean): void {
    if (blinking) this.graded.hide();
    if (blinking) this.blinking.start();
    else this.blinking.stop();
  }

  /** The viewer's own switch of the mask was used: ours follows, in every viewport. */
  maskSwitched(showMask: boolean): void {
    if (this.getState().settings.showMask !== showMask) this.setSettings({ showMask });
  }

  notify(notice: Notice | undefined): void {
    this.store.update({ notice });
  }

  /** Notes what the archive was given of an explanation, at this moment. */
  noteSaved({ key, created }: Saved['of'], kinds: Saved['kinds'], unconfirmed: boolean): void {
    const entry: Saved = { of: { key, created }, at: new Date(), kinds, unconfirmed };
    this.store.update({ saved: [...this.getState().saved, entry] });
  }

  setSaving(saving: boolean): void {
    this.store.update({ saving });
  }
}
