import type { Store } from './store';
import type { EarlyMap } from '../../explain/explain-film';
import type { AveragingProgress } from '../worker/averaging/team';
import { isBusy, mayFollow, type Explanation, type Marked, type Result, type Running } from './state';

/** One run over an image. What belongs to an older run of the image is dropped. */
export interface Run {
  isCurrent(): boolean;
  /** Takes the image's explanation on to its next phase; nothing happens once another run has begun, or it was given up. */
  move(next: Explanation): void;
  /** Its map is there, the rest of it is not yet. */
  showEarly(map: EarlyMap): void;
  /** So many of the transforms of its averaged map are done. */
  showProgress(progress: AveragingProgress): void;
  /** Ends it without a result: what the image showed before comes back. */
  giveUp(): void;
}

/** Of one film, so that trying methods does not fill the memory: each holds some maps and images of the networks' size. */
const mostOfFilm = 12;

/**
 * The explanations of every film: all that are finished, by film, model and method; and of each film the one that counts, with
 * its phase, and what it was before the run under way.
 */
export class Explanations {
  private readonly shown = new Map<string, Explanation>();
  /** What an image showed before a run that is still under way: cancelling brings it back. */
  private readonly before = new Map<string, Explanation>();
  /** By key, in the order in which they were made. */
  private readonly made = new Map<string, Result>();
  private readonly marked = new WeakMap<Result, Marked>();
  private readonly runs = new Map<string, number>();
  private runCount = 0;

  /**
   * @param onForget told the key of an explanation that is let go
   * @param isNeeded whether one is on display beside the one that counts
   */
  constructor(
    private readonly store: Store,
    private readonly onForget: (key: string) => void,
    private readonly isNeeded: (key: string) => boolean = () => false,
  ) {}

  /** The one that counts. */
  of(imageId: string | undefined): Explanation {
    return (imageId !== undefined && this.shown.get(imageId)) || { phase: 'idle' };
  }

  /** All finished ones of a film, in the order in which they were made. */
  ofFilm(imageId: string): Result[] {
    return [...this.made.values()].filter(result => result.imageId === imageId);
  }

  /** A finished one. */
  find(key: string): Result | undefined {
    return this.made.get(key);
  }

  /** Of every film the one that counts, where it is finished. */
  finished(): Result[] {
    return [...this.shown.values()].flatMap(explanation =>
      explanation.phase === 'done' ? [explanation.result] : [],
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
      showEarly: early => isCurrent() && this.tell(imageId, { early }),
      showProgress: averaged => isCurrent() && this.tell(imageId, { averaged }),
      giveUp: () => isCurrent() && this.giveUp(imageId),
    };
  }

  /** Lets a finished one count for its film; not while another is being made. */
  show(key: string): void {
    const result = this.made.get(key);
    if (!result) return;
    const now = this.of(result.imageId);
    if (isBusy(now.phase) || (now.phase === 'done' && now.result === result)) return;
    this.shown.set(result.imageId, { phase: 'done', result });
    this.publish(result.imageId);
  }

  /** Gives up every run that is under way. */
  giveUpAll(): void {
    for (const [imageId, { phase }] of this.shown) if (isBusy(phase)) this.giveUp(imageId);
  }

  /** Lets go of all explanations of a film. */
  forget(imageId: string): void {
    this.shown.delete(imageId);
    this.before.delete(imageId);
    this.runs.delete(imageId);
    for (const { key } of this.ofFilm(imageId)) this.letGo(key);
    this.publish(imageId);
  }

  forgetAll(): void {
    const films = [...this.made.values()].map(({ imageId }) => imageId);
    for (const imageId of new Set([...this.shown.keys(), ...films])) this.forget(imageId);
  }

  /** What the mask of a finished explanation marks. */
  mark(result: Result, marked: Marked): void {
    this.marked.set(result, marked);
    this.publish(result.imageId);
  }

  /** Of the explanation that counts for an image. */
  markedOf(imageId: string): Marked | undefined {
    const explanation = this.of(imageId);
    return explanation.phase === 'done' ? this.marked.get(explanation.result) : undefined;
  }

  private move(imageId: string, next: Explanation): void {
    const current = this.of(imageId);
    // A phase told again changes nothing; telling the listeners would make them tell it again.
    if (current.phase === next.phase || !mayFollow(current.phase, next.phase)) return;
    this.shown.set(imageId, next);
    if (next.phase === 'done') this.keep(next.result);
    if (!isBusy(next.phase)) this.before.delete(imageId);
    this.publish(imageId);
  }

  private tell(imageId: string, news: Pick<Running, 'early' | 'averaged'>): void {
    const current = this.of(imageId);
    if (current.phase !== 'running') return;
    this.shown.set(imageId, { ...current, ...news });
    this.publish(imageId);
  }

  private keep(result: Result): void {
    // The same again is the newest.
    this.made.delete(result.key);
    this.made.set(result.key, result);
    const others = this.ofFilm(result.imageId).filter(({ key }) => key !== result.key && !this.isNeeded(key));
    for (const { key } of others.slice(0, Math.max(0, others.length + 1 - mostOfFilm))) this.letGo(key);
  }

  private letGo(key: string): void {
    this.made.delete(key);
    this.onForget(key);
  }

  private giveUp(imageId: string): void {
    const before = this.before.get(imageId);
    if (!before) {
      const last = this.ofFilm(imageId).at(-1);
      return last ? this.back(imageId, { phase: 'done', result: last }) : this.forget(imageId);
    }
    this.back(imageId, before);
  }

  private back(imageId: string, before: Explanation): void {
    this.before.delete(imageId);
    this.runs.delete(imageId);
    this.shown.set(imageId, before);
    this.publish(imageId);
  }

  private publish(imageId: string): void {
    const { subject } = this.store.getState();
    const isShown = subject.kind === 'image' && subject.imageId === imageId;
    this.store.update(
      isShown
        ? { explanation: this.of(imageId), marked: this.markedOf(imageId), made: this.ofFilm(imageId) }
        : {},
    );
  }
}
