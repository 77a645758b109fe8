import about from '../../../package.json';
import { textOf } from '../../dicom/attribute-values';
import { lacksOf, type Answer } from '../../study/answers';
import { Delivery, idOf, type Destination } from '../../study/delivery';
import { nextStep, type Given } from '../../study/next-step';
import { parseStudyPlan, type StudyPlan } from '../../study/plan';
import { shownLabels } from '../../study/reading-order';
import { Stopwatch } from '../../study/stopwatch';
import type { Target } from '../host/host-image';
import { watchActivity } from './activity';
import type { StudyDatabase } from './database';
import { StudyFailure } from './failure';
import type { AidOutcome, StudyHost } from './host';
import type { Entry } from './server';
import { initialStudyState, isCovered, type ReaderDraft, type ReadStep, type StudyState } from './state';

export interface StudyOptions {
  host: StudyHost;
  /** Text of the study file. */
  loadPlan(): Promise<string>;
  openDatabase(): Promise<StudyDatabase>;
  /** Where answers go; absent: they are taken away as a file. */
  destination?: (plan: StudyPlan) => StudyDestination;
  /** Code of the reader, where the address gives it. */
  reader?: string;
  now?: () => number;
  wallClock?: () => Date;
  watch?: typeof watchActivity;
  /** Claims that this reader reads in this tab alone; undefined where another tab does. */
  claim?(study: string, reader: string): Promise<(() => void) | undefined>;
}

/** Where answers go, and what is known there of a reader's earlier ones. */
export interface StudyDestination extends Destination {
  /** Shows who reads. @throws Error where nobody answers */
  enter?(reader: string, key?: string): Promise<Entry>;
  given?(reader: string): Promise<Given[]>;
}

/** What is known of the reading on display. */
interface Current {
  step: ReadStep;
  film: Target;
  watch: Stopwatch;
  shownAt: string;
  aid: AidOutcome | undefined;
}

/** How often a reading that goes on is kept, milliseconds. */
const keepEvery = 5_000;

/**
 * Leads a reader through a study: which case comes, what is shown with it, its time, the answer and its way to where answers go.
 * The panel and the cover render its state and call its methods.
 */
export class StudyService {
  private state: StudyState = initialStudyState;
  private readonly listeners = new Set<() => void>();
  private database?: StudyDatabase;
  private destination?: StudyDestination;
  private delivery?: Delivery;
  /** Answers that another browser has sent. */
  private elsewhere: readonly Given[] = [];
  private current?: Current;
  private release?: () => void;
  private readonly stops: (() => void)[] = [];
  private keeping?: ReturnType<typeof setInterval>;
  private ended = false;

  constructor(private readonly options: StudyOptions) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): StudyState => this.state;

  /** Loads the study; goes on to the reader where the address names one. Failures end up in the state. */
  async start(): Promise<void> {
    await this.guarded(async () => {
      const { options } = this;
      this.stopListening();
      const plan = parseStudyPlan(await options.loadPlan());
      this.database = await options.openDatabase();
      this.destination = options.destination?.(plan);
      this.delivery = new Delivery(this.database, this.destination, () => this.tellDelivery());
      this.update({ plan, byFile: this.destination === undefined });
      const online = (): void => this.delivery?.send();
      globalThis.addEventListener?.('online', online);
      this.stops.push(
        () => globalThis.removeEventListener?.('online', online),
        options.host.onRectangles(() => this.readBoxes()),
        options.host.onShown(() => this.checkShown()),
        (options.watch ?? watchActivity)({
          movement: () => this.current?.watch.movement(),
          hidden: () => this.pauseClock('hidden'),
          shown: () => this.resumeClock(),
          leaving: () => void this.keepDraft(),
        }),
      );
      this.keeping = setInterval(() => void this.keepDraft(), keepEvery);
      await this.delivery.open(plan.id);
      if (options.reader === undefined) this.update({ phase: { kind: 'asking' } });
      else await this.enter(options.reader);
    });
  }

  /**
   * A reader begins, or goes on where the tab was closed.
   *
   * @param key the reader's, where this browser has not shown it yet
   */
  async enter(reader: string, key?: string): Promise<void> {
    await this.guarded(async () => {
      const { plan } = this.state;
      if (!plan) return;
      if (!plan.readers.includes(reader)) {
        this.update({ phase: { kind: 'asking', refused: reader } });
        return;
      }
      const entry = await this.destination?.enter?.(reader, key).catch((error: unknown) => {
        console.error('ohif-extension-explain: where answers go cannot be reached', error);
      });
      if (entry === 'key') {
        this.update({ phase: { kind: 'asking', reader, key: key === undefined ? 'needed' : 'wrong' } });
        return;
      }
      this.release?.();
      this.release = await (this.options.claim ?? claimReader)(plan.id, reader);
      if (!this.release) {
        throw new StudyFailure('otherTab', { reader });
      }
      // Offline, what is kept here is all that is known.
      this.elsewhere = (await this.destination?.given?.(reader).catch(() => undefined)) ?? [];
      this.update({ reader });
      this.delivery?.send();
      await this.cover();
    });
  }

  /** Shows the next case, or goes on after a pause. */
  async begin(): Promise<void> {
    const { phase } = this.state;
    if (phase.kind === 'reading' && phase.away) return this.backToFilm();
    if (phase.kind === 'reading' && phase.paused) {
      this.update({ phase: { ...phase, paused: false } });
      this.resumeClock();
      return;
    }
    if (phase.kind !== 'ready') return;
    await this.open(phase.step);
  }

  /** After a failure: loads the study anew, or offers the case again. */
  async retry(): Promise<void> {
    if (this.state.phase.kind !== 'failed') return;
    const { plan, reader } = this.state;
    if (!plan || !this.delivery) return this.start();
    if (reader === undefined) return this.update({ phase: { kind: 'asking' } });
    await this.cover();
  }

  /** Covers the film and stops the clock. */
  pause(): void {
    const { phase } = this.state;
    if (phase.kind !== 'reading' || phase.paused) return;
    this.pauseClock('asked');
    this.update({ phase: { ...phase, paused: true } });
  }

  setDraft(change: Partial<Pick<ReaderDraft, 'rating' | 'confidence'>>): void {
    this.change({ ...this.state.draft, ...change });
  }

  setBoxConfidence(uid: string, confidence: number): void {
    const { draft } = this.state;
    const boxes = draft.boxes.map(each => (each.uid === uid ? { ...each, confidence } : each));
    this.change({ ...draft, boxes });
  }

  removeBox(uid: string): void {
    this.options.host.remove([uid]);
    this.readBoxes();
  }

  startBox(): void {
    this.options.host.startRectangle();
  }

  /** Gives the answer, if it is complete: it is locked from then on, and the next case follows. */
  async submit(): Promise<void> {
    const { phase, plan, draft } = this.state;
    if (phase.kind !== 'reading' || phase.paused || !plan || !this.current || !this.delivery) return;
    const { current } = this;
    this.checkShown();
    // The cover says why there is no answer.
    if (!this.options.host.shows(current.film)) return;
    this.readBoxes();
    const lacks = lacksOf(plan, this.state.draft);
    this.update({ lacks });
    if (lacks.length > 0) return;
    const answer = this.answerOf(current, this.state.draft);
    this.update({ phase: { kind: 'saving', step: phase.step } });
    try {
      await this.delivery.add(answer);
    } catch (error) {
      // Nothing is lost: the answer stands in the form.
      this.update({ phase, draft, problem: (error as Error).message });
      return;
    }
    await this.database?.removeDraft(idOf(answer)).catch(() => undefined);
    await this.goOn(current);
  }

  /** Every answer of this reader that this browser keeps, as lines of JSON. */
  answersText(): string {
    const { reader } = this.state;
    const own = (this.delivery?.list() ?? []).filter(({ answer }) => answer.reader === reader);
    return own.map(({ text }) => `${text}\n`).join('');
  }

  /** Sends again what waits. */
  send(): void {
    this.delivery?.send();
  }

  /** Fulfilled when no answer is on its way. */
  async sent(): Promise<void> {
    await this.delivery?.idle();
  }

  /** The mode was left: what was begun is kept. */
  end(): void {
    this.ended = true;
    void this.keepDraft();
    this.stopListening();
    this.delivery?.close();
    this.release?.();
    this.options.host.hideAid();
    this.options.host.end();
  }

  private stopListening(): void {
    if (this.keeping !== undefined) clearInterval(this.keeping);
    for (const stop of this.stops.splice(0)) stop();
  }

  /** The viewer shows the film and nothing else, or it is covered and its time stands still. */
  private checkShown(): void {
    const { phase } = this.state;
    if (phase.kind !== 'reading' || !this.current) return;
    const away = !this.options.host.shows(this.current.film);
    if (away === (phase.away === true)) return;
    if (away) this.pauseClock('away');
    this.update({ phase: { ...phase, away } });
    if (!away) this.resumeClock();
  }

  private async backToFilm(): Promise<void> {
    const { current } = this;
    if (!current) return;
    await this.guarded(async () => {
      await this.options.host.back(current.film);
      this.checkShown();
    }, current.step);
  }

  /** Goes to what is next, covered: the reader begins when ready. */
  private async cover(): Promise<void> {
    const { plan, reader } = this.state;
    if (!plan || reader === undefined) return;
    const step = nextStep(plan, reader, this.given(), this.today());
    if (step.kind === 'read') {
      const begun = await this.database?.draft(idOf({ study: plan.id, reader, key: step.reading.key }));
      this.update({ phase: { kind: 'ready', step, resumes: begun !== undefined || !step.beginsSession } });
    } else if (step.kind === 'wait')
      this.update({ phase: { kind: 'waiting', opens: step.opens, session: step.session } });
    else this.update({ phase: { kind: 'done' } });
  }

  private given(): Given[] {
    const { reader } = this.state;
    const own = (this.delivery?.answers() ?? []).filter(answer => answer.reader === reader);
    return [...this.elsewhere, ...own];
  }

  /** After an answer: the same film with its aid, the next case, or the cover where a session or the practice ends. */
  private async goOn({ step, film }: Current): Promise<void> {
    const { plan, reader } = this.state;
    const { host } = this.options;
    const next = nextStep(plan!, reader!, this.given(), this.today());
    if (next.kind === 'read' && next.before === step.reading.key) {
      await this.openAid(next, film, this.state.draft.boxes);
      return;
    }
    host.remove(this.state.draft.boxes.map(({ uid }) => uid));
    host.hideAid();
    this.current = undefined;
    const isSameStretch =
      next.kind === 'read' &&
      next.reading.session === step.reading.session &&
      next.reading.practice === step.reading.practice;
    if (isSameStretch) await this.open(next);
    else await this.cover();
  }

  private async open(step: ReadStep): Promise<void> {
    await this.guarded(async () => {
      const { host } = this.options;
      const { plan } = this.state;
      this.current = undefined;
      this.update({ phase: { kind: 'opening', step, what: 'film', covered: true }, lacks: [] });
      host.hideAid();
      const film = await host.open(plan!.cases.find(({ id }) => id === step.reading.case)!);
      host.openPanel();
      await this.openAid(step, film, []);
    }, step);
  }

  /** Shows the aid of the reading's arm, where it has one, and starts the clock. */
  private async openAid(step: ReadStep, film: Target, boxes: ReaderDraft['boxes']): Promise<void> {
    await this.guarded(async () => {
      const { plan, reader } = this.state;
      const arm = plan!.arms.find(({ id }) => id === step.reading.arm)!;
      const label = shownLabels(plan!, reader!)[arm.id];
      let aid: AidOutcome | undefined;
      if (arm.aid) {
        const covered = step.before === undefined;
        this.update({ phase: { kind: 'opening', step, what: 'aid', covered } });
        aid = await this.options.host.showAid(arm.aid, label, plan!.blindAids);
      }
      if (this.ended) return;
      const before = this.answerBefore(step);
      const shown = {
        label,
        ...(before && { first: { rating: before.rating, confidence: before.confidence } }),
        ...(aid?.kind === 'failed' && { aidFailed: aid.message }),
        ...(aid?.kind === 'shown' && {
          aid: {
            result: aid.result,
            gradient: aid.gradient,
            score: arm.aid?.score === true,
            images: arm.aid?.images === true,
            blind: plan!.blindAids,
          },
        }),
      };
      await this.startReading(step, film, aid, boxes, shown);
    }, step);
  }

  private async startReading(
    step: ReadStep,
    film: Target,
    aid: AidOutcome | undefined,
    boxes: ReaderDraft['boxes'],
    arm: StudyState['arm'],
  ): Promise<void> {
    const { plan, reader } = this.state;
    const { host } = this.options;
    const kept = await this.database!.draft(
      idOf({ study: plan!.id, reader: reader!, key: step.reading.key }),
    );
    const draft: ReaderDraft = (kept?.draft as ReaderDraft | undefined) ?? { boxes };
    if (kept) host.restore(film, draft.boxes);
    const closed = kept && (this.today().getTime() - Date.parse(kept.savedAt)) / 1000;
    const elapsed = kept && {
      seconds: kept.elapsed.seconds,
      pauses: [
        ...kept.elapsed.pauses,
        { reason: 'closed' as const, at: kept.elapsed.seconds, seconds: Math.max(0, closed!) },
      ],
    };
    this.update({
      phase: { kind: 'reading', step, paused: false },
      draft,
      arm,
      lacks: [],
      problem: undefined,
    });
    const now = this.options.now ?? (() => performance.now());
    this.current = {
      step,
      film,
      aid,
      watch: new Stopwatch(now, plan!.pauseAfterSeconds, elapsed),
      shownAt: kept?.shownAt ?? this.today().toISOString(),
    };
    if (globalThis.document?.visibilityState === 'hidden') this.pauseClock('hidden');
    this.checkShown();
  }

  private answerOf({ step, film, watch, shownAt, aid }: Current, draft: ReaderDraft): Answer {
    const { plan, reader } = this.state;
    const { reading } = step;
    const { seconds, pauses } = watch.read();
    return {
      format: 'explain-study-answer/1',
      study: plan!.id,
      reader: reader!,
      key: reading.key,
      session: reading.session,
      arm: reading.arm,
      case: reading.case,
      practice: reading.practice,
      sopInstanceUid: textOf(film.instance.SOPInstanceUID) ?? '',
      rating: draft.rating!,
      ...(plan!.confidence && { confidence: draft.confidence! }),
      boxes: draft.boxes.map(({ x, y, width, height, confidence }) => ({
        x: tenth(x),
        y: tenth(y),
        width: tenth(width),
        height: tenth(height),
        confidence: confidence!,
      })),
      aid: aid?.kind ?? 'none',
      ...(aid?.kind === 'shown' && { model: aid.model }),
      shownAt,
      answeredAt: this.today().toISOString(),
      seconds: Math.max(0.001, thousandth(seconds)),
      pauses: pauses.map(each => ({ ...each, at: thousandth(each.at), seconds: thousandth(each.seconds) })),
      software: about.version,
    };
  }

  private answerBefore({ before }: ReadStep): Answer | undefined {
    const { reader } = this.state;
    return this.delivery?.answers().find(answer => answer.reader === reader && answer.key === before);
  }

  /** The viewer's rectangles are the reader's boxes; their confidences stay. */
  private readBoxes(): void {
    const { current } = this;
    if (!current || this.state.phase.kind !== 'reading') return;
    const known = new Map(this.state.draft.boxes.map(each => [each.uid, each]));
    const boxes = this.options.host
      .rectangles(current.film)
      .map(each => ({ ...each, confidence: known.get(each.uid)?.confidence }));
    if (JSON.stringify(boxes) !== JSON.stringify(this.state.draft.boxes)) {
      this.change({ ...this.state.draft, boxes });
    }
  }

  private change(draft: ReaderDraft): void {
    if (this.state.phase.kind !== 'reading') return;
    const { plan, lacks } = this.state;
    this.update({ draft, lacks: lacks.length > 0 ? lacksOf(plan!, draft) : lacks });
    void this.keepDraft();
  }

  private async keepDraft(): Promise<void> {
    const { current } = this;
    const { plan, reader, draft, phase } = this.state;
    if (!current || phase.kind !== 'reading' || !plan || reader === undefined) return;
    const id = idOf({ study: plan.id, reader, key: current.step.reading.key });
    const { shownAt, watch } = current;
    const kept = { id, draft, elapsed: watch.read(), shownAt, savedAt: this.today().toISOString() };
    await this.database?.putDraft(kept).catch(error => {
      console.error('ohif-extension-explain: the reading that is under way was not kept', error);
    });
  }

  private pauseClock(reason: 'hidden' | 'asked' | 'away'): void {
    this.current?.watch.pause(reason);
    void this.keepDraft();
  }

  private resumeClock(): void {
    const { phase } = this.state;
    // A pause that the reader asked for ends by asking, and without the film there is nothing to read.
    if (phase.kind === 'reading' && !isCovered(this.state)) this.current?.watch.resume();
  }

  private today(): Date {
    return this.options.wallClock?.() ?? new Date();
  }

  private tellDelivery(): void {
    if (this.delivery) this.update({ delivery: this.delivery.state() });
  }

  private async guarded(work: () => Promise<void>, step?: ReadStep): Promise<void> {
    try {
      await work();
    } catch (error) {
      console.error('ohif-extension-explain: study mode', error);
      const message = error instanceof Error ? error.message : String(error);
      const said = error instanceof StudyFailure ? { key: error.key, values: error.values } : undefined;
      this.current = undefined;
      this.update({ phase: { kind: 'failed', message, said, step } });
    }
  }

  private update(change: Partial<StudyState>): void {
    if (this.ended) return;
    this.state = { ...this.state, ...change };
    for (const listener of [...this.listeners]) listener();
  }
}

/** By a lock of the browser's, which goes with the tab. Absent where the page is served without encryption: then nobody is kept out. */
async function claimReader(study: string, reader: string): Promise<(() => void) | undefined> {
  const { locks } = navigator;
  if (!locks) return () => undefined;
  return new Promise(resolve => {
    void locks.request(`explain-study/${study}/${reader}`, { ifAvailable: true }, lock => {
      if (!lock) {
        resolve(undefined);
        return undefined;
      }
      return new Promise<void>(release => resolve(release));
    });
  });
}

function tenth(value: number): number {
  return Math.round(10 * value) / 10;
}

function thousandth(value: number): number {
  return Math.round(1000 * value) / 1000;
}
