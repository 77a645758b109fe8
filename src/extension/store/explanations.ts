import type { Store } from './store';
import type { EarlyMap } from '../../explain/explain-film';
import { isBusy, mayFollow, type Explanation, type Marked, type Result } from './state';

/** One run over an image. What belongs to an older run of the image is dropped. */
export interface Run {
  isCurrent(): boolean;
  /** Takes the image's explanation on to its next phase; nothing happens once another run has begun, or it was given up. */
  move(next: Explanation): void;
  /** Its map is there, the rest of it is not yet. */
  showEarly(map: EarlyMap): void;
  /** Ends it without a result: what the image showed before comes back. */
  giveUp(): void;
}

/** The explanation of every image: its phase, what it showed before the run under way, and what its mask marks. */
export class Explanations {
  private readonly shown = new Map<string, Explanation>();
  /** What an image showed before a run that is still under way: cancelling brings it back. */
  private readonly before = new Map<string, Explanation>();
  private readonly marked = new Map<string, Marked & { result: Result }>();
  private readonly runs = new Map<string, number>();
  private runCount = 0;

  /** @param onForget told of an image whose explanation is let go */
  constructor(
    private readonly store: Store,
    private readonly onForget: (imageId: string) => void,
  ) {}

  of(imageId: string | undefined): Explanation {
    return (imageId !== undefined && this.shown.get(imageId)) || { phase: 'idle' };
  }

  /** Every finished explanation, by image. */
  finished(): [imageId: string, result: Result][] {
    return [...this.shown].flatMap(([imageId, explanation]): [string, Result][] =>
      explanation.phase === 'done' ? [[imageId, explanation.result]] : [],
    );
  }

  isAnyBusy(): boolean {
    return [...this.shown.values()].some(({ phase }) => isBusy(phase));
  }

  /** Begins a run; what the image shows is kept until the run has ended. */
  begin(imageId: string): Run {
    const number = ++this.runCount;
    this.runs.set(imageId, number);
    const now = this.of(imageId);
    if (now.phase === 'done') this.before.set(imageId, now);
    const isCurrent = (): boolean => this.runs.get(imageId) === number;
    return {
      isCurrent,
      move: next => isCurrent() && this.move(imageId, next),
      showEarly: map => isCurrent() && this.showEarly(imageId, map),
      giveUp: () => isCurrent() && this.giveUp(imageId),
    };
  }

  /** Gives up every run that is under way. */
  giveUpAll(): void {
    for (const [imageId, { phase }] of this.shown) if (isBusy(phase)) this.giveUp(imageId);
  }

  forget(imageId: string): void {
    this.shown.delete(imageId);
    this.before.delete(imageId);
    this.marked.delete(imageId);
    this.runs.delete(imageId);
    this.onForget(imageId);
    this.publish(imageId);
  }

  forgetAll(): void {
    for (const imageId of [...this.shown.keys()]) this.forget(imageId);
  }

  /** What the mask of a finished explanation marks. */
  mark(imageId: string, marked: Marked & { result: Result }): void {
    this.marked.set(imageId, marked);
    this.publish(imageId);
  }

  /** Of the image on display: goes with the result that it is of. */
  markedOf(imageId: string): Marked | undefined {
    const explanation = this.of(imageId);
    const marked = this.marked.get(imageId);
    return explanation.phase === 'done' && marked?.result === explanation.result ? marked : undefined;
  }

  private move(imageId: string, next: Explanation): void {
    const current = this.of(imageId);
    // A phase told again changes nothing; telling the listeners would make them tell it again.
    if (current.phase === next.phase || !mayFollow(current.phase, next.phase)) return;
    this.shown.set(imageId, next);
    if (!isBusy(next.phase)) this.before.delete(imageId);
    this.publish(imageId);
  }

  private showEarly(imageId: string, early: EarlyMap): void {
    const current = this.of(imageId);
    if (current.phase !== 'running') return;
    this.shown.set(imageId, { ...current, early });
    this.publish(imageId);
  }

  private giveUp(imageId: string): void {
    const before = this.before.get(imageId);
    if (!before) return this.forget(imageId);
    this.before.delete(imageId);
    this.runs.delete(imageId);
    this.shown.set(imageId, before);
    this.publish(imageId);
  }

  private publish(imageId: string): void {
    const { subject } = this.store.getState();
    const isShown = subject.kind === 'image' && subject.imageId === imageId;
    this.store.update(isShown ? { explanation: this.of(imageId), marked: this.markedOf(imageId) } : {});
  }
}
