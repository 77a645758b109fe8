import { gradedSteps, type GradedCounterfactual } from '../../models/graded';
import { failureOf } from '../failure';
import type { HeldResults } from './held-results';
import { currentResultOf, type Result } from './state';
import type { Store } from './store';

/** One image of the way, modality units. */
export interface GradedFrame {
  step: number;
  values: Float32Array;
  rows: number;
  columns: number;
}

/** Two and a half changes a second: below three, so that playing stays under the limit of WCAG 2.3.1. */
const usualMs = 400;
/** How often is looked whether an image has been seen long enough. */
const lookMs = 20;
/** Of one image, so that all of a way take 200 MB at most. */
const mostPixels = Math.floor(200e6 / 4 / gradedSteps);

/**
 * The way from the similar to the opposite image of the explanation on display: the classifier's curve along it, the image at
 * one of its steps in the film's place, and playing forth and back.
 */
export class GradedView {
  private readonly curves = new WeakMap<Result, GradedCounterfactual>();
  private frames: { result: Result; made: Map<number, GradedFrame>; last?: GradedFrame } | undefined;
  private readonly asked = new WeakMap<Result, Promise<GradedCounterfactual>>();
  private timer?: ReturnType<typeof setInterval>;
  private direction = 1;
  /** When the picture in the film's place last became another one, milliseconds. */
  private changedAt = -Infinity;

  constructor(
    private readonly store: Store,
    private readonly held: HeldResults,
    private readonly now: () => number,
    private readonly periodMs = usualMs,
  ) {}

  /**
   * Asks for the curve of the result on display, once. A failure ends up in the state.
   *
   * @param load whether a model that another one has taken the place of is loaded again for it
   */
  async ensure({ load = false } = {}): Promise<void> {
    const { graded } = this.store.getState();
    const result = currentResultOf(this.store.getState());
    if (!result?.reply.hasAdversarial || (graded?.result === result && !load)) return;
    this.endPlaying();
    const known = this.curves.get(result);
    this.store.update({ graded: { result, curve: known, playing: false } });
    if (known) return;
    const isShown = (): boolean => this.store.getState().graded?.result === result;
    try {
      const curve = await this.curveOf(result, load);
      if (isShown()) this.store.update({ graded: { result, curve, playing: false } });
    } catch (error) {
      const { code, message } = failureOf(error);
      const why = code === 'no-model' ? { needsModel: true } : { failure: message };
      if (isShown()) this.store.update({ graded: { result, playing: false, ...why } });
    }
  }

  /** Asks for the curve of a result that was just made: going back to it later, its model may no longer be loaded. */
  async prepare(result: Result): Promise<void> {
    if (result.reply.hasAdversarial) await this.curveOf(result, false).catch(() => undefined);
  }

  /** The classifier's answers along the way of a result; asked once. @throws Failure `no-model` where its model is not loaded */
  async curveOf(result: Result, load: boolean): Promise<GradedCounterfactual> {
    const known = this.curves.get(result);
    if (known) return known;
    const asking = this.asked.get(result) ?? this.held.grade(result, load);
    this.asked.set(result, asking);
    try {
      const curve = await asking;
      this.curves.set(result, curve);
      return curve;
    } catch (error) {
      this.asked.delete(result);
      throw error;
    }
  }

  /** The curve of a result where it is known by now. */
  known(result: Result): GradedCounterfactual | undefined {
    return this.curves.get(result);
  }

  /** Puts the image of a step in the film's place; playing ends. */
  show(step: number): void {
    this.endPlaying();
    this.update({ step: Math.min(gradedSteps - 1, Math.max(0, Math.round(step))), playing: false });
  }

  /** The film again. */
  hide(): void {
    this.endPlaying();
    this.frames = undefined;
    const { graded } = this.store.getState();
    if (graded?.step !== undefined || graded?.playing) this.update({ step: undefined, playing: false });
  }

  /** Plays forth and back, waiting for images that are still to be made. */
  play(): void {
    this.endPlaying();
    this.direction = 1;
    this.changedAt = this.now();
    this.update({ step: this.store.getState().graded?.step ?? 0, playing: true });
    this.timer = setInterval(() => this.advance(), Math.min(lookMs, this.periodMs));
  }

  /** What is to be drawn of a result: the image of the step asked for, or until it is made the one before. */
  frame(result: Result, step: number): GradedFrame | undefined {
    if (this.frames?.result !== result) {
      this.frames = { result, made: new Map() };
      void this.makeAll(this.frames);
    }
    const { made, last } = this.frames;
    const next = made.get(step) ?? last;
    if (next !== last) this.changedAt = this.now();
    this.frames.last = next;
    return next;
  }

  private advance(): void {
    const { graded } = this.store.getState();
    const result = currentResultOf(this.store.getState());
    if (!graded?.playing || graded.step === undefined || graded.result !== result) return this.hide();
    // The image asked for must have been seen, and for as long as every other: it may just have been made.
    if (this.frames?.last?.step !== graded.step || this.now() - this.changedAt < this.periodMs) return;
    const next = graded.step + this.direction;
    if (next < 0 || next >= gradedSteps) this.direction = -this.direction;
    this.update({ step: graded.step + this.direction });
  }

  /** One after the other, that of the step on display first. */
  private async makeAll(frames: NonNullable<typeof this.frames>): Promise<void> {
    try {
      while (this.frames === frames && frames.made.size < gradedSteps) {
        const wanted = this.store.getState().graded?.step ?? 0;
        const missing = Array.from({ length: gradedSteps }, (_, step) => step).filter(
          step => !frames.made.has(step),
        );
        const [step] = missing.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
        const made = await this.held.between(frames.result, step / (gradedSteps - 1), mostPixels);
        frames.made.set(step, { step, ...made });
        if (this.frames === frames && this.store.getState().graded?.step === step) this.store.update({});
      }
    } catch (error) {
      if (this.frames !== frames) return;
      this.hide();
      this.store.update({ notice: { kind: 'error', text: (error as Error).message } });
    }
  }

  private update(change: { step?: number; playing?: boolean }): void {
    const { graded } = this.store.getState();
    if (graded) this.store.update({ graded: { ...graded, ...change } });
  }

  private endPlaying(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
