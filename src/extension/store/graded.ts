import { gradedSteps, type GradedCounterfactual } from '../../models/graded';
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
/** Of one image, so that all of a way take 200 MB at most. */
const mostPixels = Math.floor(200e6 / 4 / gradedSteps);

/**
 * The way from the similar to the opposite image of the explanation on display: the classifier's curve along it, the image at
 * one of its steps in the film's place, and playing forth and back.
 */
export class GradedView {
  private readonly curves = new WeakMap<Result, GradedCounterfactual>();
  private frames: { result: Result; made: Map<number, GradedFrame>; last?: GradedFrame } | undefined;
  private timer?: ReturnType<typeof setInterval>;
  private direction = 1;

  constructor(
    private readonly store: Store,
    private readonly held: HeldResults,
    private readonly periodMs = usualMs,
  ) {}

  /** Asks for the curve of the result on display, once. A failure ends up in the state. */
  async ensure(): Promise<void> {
    const { subject, graded } = this.store.getState();
    const result = currentResultOf(this.store.getState());
    if (!result?.reply.hasAdversarial || subject.kind !== 'image' || graded?.result === result) return;
    this.endPlaying();
    const known = this.curves.get(result);
    this.store.update({ graded: { result, curve: known, playing: false } });
    if (known) return;
    const isShown = (): boolean => this.store.getState().graded?.result === result;
    try {
      const curve = await this.held.grade(subject.imageId, result);
      this.curves.set(result, curve);
      if (isShown()) this.store.update({ graded: { result, curve, playing: false } });
    } catch (error) {
      if (isShown())
        this.store.update({ graded: { result, failure: (error as Error).message, playing: false } });
    }
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
    this.update({ step: this.store.getState().graded?.step ?? 0, playing: true });
    this.timer = setInterval(() => this.advance(), this.periodMs);
  }

  /** What is to be drawn of a result: the image of the step asked for, or until it is made the one before. */
  frame(imageId: string, result: Result, step: number): GradedFrame | undefined {
    if (this.frames?.result !== result) {
      this.frames = { result, made: new Map() };
      void this.makeAll(imageId, this.frames);
    }
    const { made } = this.frames;
    this.frames.last = made.get(step) ?? this.frames.last;
    return this.frames.last;
  }

  private advance(): void {
    const { graded } = this.store.getState();
    const result = currentResultOf(this.store.getState());
    if (!graded?.playing || graded.step === undefined || graded.result !== result) return this.hide();
    if (!this.frames?.made.has(graded.step)) return;
    const next = graded.step + this.direction;
    if (next < 0 || next >= gradedSteps) this.direction = -this.direction;
    this.update({ step: graded.step + this.direction });
  }

  /** One after the other, that of the step on display first. */
  private async makeAll(imageId: string, frames: NonNullable<typeof this.frames>): Promise<void> {
    try {
      while (this.frames === frames && frames.made.size < gradedSteps) {
        const wanted = this.store.getState().graded?.step ?? 0;
        const missing = Array.from({ length: gradedSteps }, (_, step) => step).filter(
          step => !frames.made.has(step),
        );
        const [step] = missing.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
        const made = await this.held.between(imageId, step / (gradedSteps - 1), mostPixels);
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
