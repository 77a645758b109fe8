import { afterEach, expect, test, vi } from 'vitest';
import type { Target } from '../../src/extension/host/host-image';
import type { KeptDraft, StudyDatabase } from '../../src/extension/study/database';
import type { AidOutcome, StudyHost } from '../../src/extension/study/host';
import type { Rectangle } from '../../src/extension/study/rectangles';
import { isCovered } from '../../src/extension/study/state';
import {
  StudyService,
  type StudyDestination,
  type StudyOptions,
} from '../../src/extension/study/study-service';
import type { KeptAnswer } from '../../src/study/delivery';
import type { StudyPlan } from '../../src/study/plan';
import { readingOrder } from '../../src/study/reading-order';
import { answerTo, MemoryStore, sha256, smallPlan } from '../study/fakes';
import { eventually } from '../support/eventually';

class MemoryDatabase extends MemoryStore implements StudyDatabase {
  readonly drafts = new Map<string, KeptDraft>();
  draft = async (id: string) => this.drafts.get(id);
  putDraft = async (draft: KeptDraft) => void this.drafts.set(draft.id, structuredClone(draft));
  removeDraft = async (id: string) => void this.drafts.delete(id);
  close = () => undefined;
}

const result = { reply: {}, method: {} } as Extract<AidOutcome, { kind: 'shown' }>['result'];

/** A viewer that shows what it is told, and writes down what was on display when. */
class FakeViewer implements StudyHost {
  readonly log: string[] = [];
  drawn: Rectangle[] = [];
  outcome: AidOutcome = {
    kind: 'shown',
    model: { id: 'm', version: '1.0.0', score: 0.7, positive: 1 },
    result,
    gradient: 'red',
  };
  private changed: () => void = () => undefined;
  private moved: () => void = () => undefined;
  private other = false;
  shows = () => !this.other;
  back = async () => this.place(false);
  onShown = (told: () => void) => {
    this.moved = told;
    return () => undefined;
  };
  end = () => undefined;
  /** The viewer shows something else than the film, or the film again. */
  place(other: boolean): void {
    this.other = other;
    this.moved();
  }
  open = async ({ id, studyInstanceUid }: StudyPlan['cases'][number]) => {
    this.log.push(`film ${id}`);
    return { imageId: id, instance: { SOPInstanceUID: `${studyInstanceUid}.1` } } as unknown as Target;
  };
  showAid = async ({ method }: { method: string }, label: string) => {
    this.log.push(`aid ${method} as ${label}`);
    return this.outcome;
  };
  hideAid = () => void this.log.push('no aid');
  rectangles = () => this.drawn;
  restore = (_film: Target, rectangles: readonly Rectangle[]) => void (this.drawn = [...rectangles]);
  remove = (uids: readonly string[]) =>
    void (this.drawn = this.drawn.filter(({ uid }) => !uids.includes(uid)));
  startRectangle = () => undefined;
  onRectangles = (changed: () => void) => {
    this.changed = changed;
    return () => undefined;
  };
  openPanel = () => undefined;
  draw(uid: string): void {
    this.drawn = [...this.drawn, { uid, x: 1.23, y: 2, width: 30, height: 40 }];
    this.changed();
  }
}

type Watched = Parameters<NonNullable<StudyOptions['watch']>>[0];

interface Desk {
  service: StudyService;
  viewer: FakeViewer;
  database: MemoryDatabase;
  received: KeptAnswer[];
  told: () => Watched;
  /** Moves the clock and says that the reader moved. */
  pass(seconds: number): void;
}

const running: StudyService[] = [];
afterEach(() => running.splice(0).forEach(service => service.end()));

/** A reader's desk; the clock stands unless a test moves it. */
async function sit(
  plan: StudyPlan,
  {
    reader = 'r1',
    database = new MemoryDatabase(),
    at = 0,
    claim,
    enter,
  }: {
    reader?: string;
    database?: MemoryDatabase;
    at?: number;
    claim?: StudyOptions['claim'];
    enter?: StudyDestination['enter'];
  } = {},
): Promise<Desk> {
  let now = at;
  let watched: Watched | undefined;
  const viewer = new FakeViewer();
  const received: KeptAnswer[] = [];
  const service = new StudyService({
    host: viewer,
    loadPlan: async () => JSON.stringify(plan),
    openDatabase: async () => database,
    destination: () => ({
      enter,
      given: async () => [],
      send: async batch => {
        received.push(...batch);
        return batch.map(({ answer: { reader, key }, text }) => ({
          reader,
          key,
          state: 'kept' as const,
          sha256: sha256(text),
        }));
      },
    }),
    reader,
    now: () => now * 1000,
    wallClock: () => new Date(Date.UTC(2026, 0, 1) + now * 1000),
    watch: told => {
      watched = told;
      return () => undefined;
    },
    claim: claim ?? (async () => () => undefined),
  });
  running.push(service);
  await service.start();
  return {
    service,
    viewer,
    database,
    received,
    told: () => watched!,
    pass: seconds => {
      now += seconds;
      watched!.movement();
    },
  };
}

const phase = ({ service }: Desk) => service.getState().phase.kind;

/** Answers the case on display. */
async function answer(desk: Desk, rating: number): Promise<void> {
  desk.pass(5);
  desk.service.setDraft({ rating });
  await desk.service.submit();
}

test('a whole crossover: every reading once, in the plan’s order, with the aid in its own arm alone', async () => {
  const plan = smallPlan();
  const desk = await sit(plan);
  const order = readingOrder(plan, 'r1');
  for (const [i, reading] of order.entries()) {
    // A press begins a session and the cases that count; others follow by themselves.
    const begins = [0, 1, 4, 5].includes(i);
    expect(phase(desk), String(i)).toBe(begins ? 'ready' : 'reading');
    expect(isCovered(desk.service.getState())).toBe(begins);
    desk.viewer.log.length = begins ? 0 : desk.viewer.log.length;
    if (begins) await desk.service.begin();
    const aided = reading.arm === 'map';
    const shown = desk.viewer.log.splice(0).join(', ');
    expect(
      shown.endsWith(
        aided ? `film ${reading.case}, aid evidence-change as Film and map` : `no aid, film ${reading.case}`,
      ),
    ).toBe(true);
    await answer(desk, 1 + (i % 5));
  }
  expect(phase(desk)).toBe('done');
  await desk.service.sent();
  const answers = desk.received.map(each => each.answer);
  expect(answers.map(({ key }) => key)).toEqual(order.map(({ key }) => key));
  expect(answers.map(({ rating }) => rating)).toEqual(order.map((_, i) => 1 + (i % 5)));
  expect(answers.every(({ seconds }) => seconds === 5)).toBe(true);
  expect(answers.map(({ aid }) => aid)).toEqual(order.map(({ arm }) => (arm === 'map' ? 'shown' : 'none')));
  expect(desk.service.getState().delivery).toEqual({ waiting: 0, delivered: 8, refused: 0 });
});

test('an answer that is not complete is not taken, and what it lacks is said until it is given', async () => {
  const desk = await sit(smallPlan());
  await desk.service.begin();
  await desk.service.submit();
  expect(desk.service.getState().lacks).toEqual(['rating']);
  desk.viewer.draw('a');
  desk.service.setDraft({ rating: 4 });
  await desk.service.submit();
  expect(desk.service.getState().lacks).toEqual(['box-confidence']);
  desk.service.setBoxConfidence('a', 5);
  expect(desk.service.getState().lacks).toEqual([]);
  await desk.service.submit();
  await desk.service.sent();
  expect(desk.received[0].answer.boxes).toEqual([{ x: 1.2, y: 2, width: 30, height: 40, confidence: 5 }]);
  // The next case begins without the box.
  expect(desk.viewer.drawn).toEqual([]);
});

test('sequential: the film stays, the first answer is locked and shown, its boxes go on', async () => {
  const plan = smallPlan({ design: { kind: 'sequential' } });
  const desk = await sit(plan);
  await desk.service.begin();
  expect(desk.service.getState().arm).toEqual({ label: 'Film' });
  desk.viewer.draw('a');
  desk.service.setBoxConfidence('a', 3);
  await answer(desk, 2);
  const second = desk.service.getState();
  expect(second.phase).toMatchObject({ kind: 'reading', step: { reading: { arm: 'map', case: 'p1' } } });
  expect(second.arm).toEqual({
    label: 'Film and map',
    first: { rating: 2 },
    aid: { result, gradient: 'red', score: true, images: false, blind: false },
  });
  expect(second.draft).toMatchObject({ boxes: [{ uid: 'a', confidence: 3 }] });
  expect(second.draft.rating).toBeUndefined();
  expect(desk.viewer.log.filter(line => line === 'film p1')).toHaveLength(1);
});

test('pauses are taken out: asked for, hidden tab; asked for covers the film, and only asking ends it', async () => {
  const desk = await sit(smallPlan());
  await desk.service.begin();
  desk.pass(10);
  desk.service.pause();
  expect(isCovered(desk.service.getState())).toBe(true);
  desk.pass(100);
  desk.told().hidden();
  desk.told().shown();
  desk.pass(50);
  await desk.service.begin();
  desk.pass(3);
  desk.told().hidden();
  desk.pass(40);
  desk.told().shown();
  await answer(desk, 3);
  await desk.service.sent();
  expect(desk.received[0].answer).toMatchObject({
    seconds: 18,
    pauses: [
      { reason: 'asked', at: 10, seconds: 150 },
      { reason: 'hidden', at: 13, seconds: 40 },
    ],
  });
});

test('a closed tab: the case comes back with what was said, its boxes and its time', async () => {
  const plan = smallPlan();
  const before = await sit(plan);
  await before.service.begin();
  before.pass(7);
  before.viewer.draw('a');
  before.service.setDraft({ rating: 4 });
  before.service.setBoxConfidence('a', 2);
  before.told().leaving();
  await eventually(() => expect(before.database.drafts.size).toBe(1));
  before.service.end();

  const after = await sit(plan, { database: before.database, at: 3607 });
  // Also of the very first case it is said that the study goes on.
  expect(after.service.getState().phase).toMatchObject({ kind: 'ready', resumes: true });
  await after.service.begin();
  expect(after.service.getState().draft).toMatchObject({ rating: 4, boxes: [{ uid: 'a', confidence: 2 }] });
  expect(after.viewer.drawn.map(({ uid }) => uid)).toEqual(['a']);
  after.pass(2);
  await after.service.submit();
  await after.service.sent();
  expect(after.received[0].answer).toMatchObject({
    shownAt: '2026-01-01T00:00:00.000Z',
    seconds: 9,
    pauses: [{ reason: 'closed', at: 7, seconds: 3600 }],
  });
  expect(after.database.drafts.size).toBe(0);
});

test('another machine’s answers count for where to go on', async () => {
  const plan = smallPlan();
  const database = new MemoryDatabase();
  const [first] = readingOrder(plan, 'r1');
  const kept = answerTo(plan, 'r1', first);
  await database.put({
    id: `small/r1/${first.key}`,
    answer: kept,
    text: JSON.stringify(kept),
    state: 'delivered',
  });
  const desk = await sit(plan, { database });
  expect(desk.service.getState().phase).toMatchObject({
    kind: 'ready',
    step: { place: 1, of: 3, reading: { practice: false } },
    resumes: true,
  });
});

test('where there is no aid for a film, that is said and recorded', async () => {
  const plan = smallPlan({
    arms: [{ id: 'map', label: 'Map', aid: { method: 'path', augment: 0 } }],
    design: { kind: 'single' },
  });
  const desk = await sit(plan);
  desk.viewer.outcome = { kind: 'failed', message: 'A lateral view.' };
  await desk.service.begin();
  expect(desk.service.getState().arm).toEqual({ label: 'Map', aidFailed: 'A lateral view.' });
  await answer(desk, 3);
  await desk.service.sent();
  expect(desk.received[0].answer.aid).toBe('failed');
  expect(desk.received[0].answer.model).toBeUndefined();
});

test('an answer that the browser cannot keep stays in the form', async () => {
  const database = new MemoryDatabase();
  database.put = async () => {
    throw new Error('The disk is full.');
  };
  const desk = await sit(smallPlan(), { database });
  await desk.service.begin();
  await answer(desk, 3);
  expect(desk.service.getState()).toMatchObject({
    phase: { kind: 'reading' },
    draft: { rating: 3 },
    problem: 'The disk is full.',
  });
});

test('a stranger, and a reader who is at work in another tab, are told so', async () => {
  const stranger = await sit(smallPlan(), { reader: 'r9' });
  expect(stranger.service.getState().phase).toEqual({ kind: 'asking', refused: 'r9' });
  await stranger.service.enter('r2');
  expect(phase(stranger)).toBe('ready');
  const second = await sit(smallPlan(), { claim: async () => undefined });
  expect(second.service.getState().phase).toMatchObject({ kind: 'failed', message: /another tab/ as never });
});

test('while the viewer shows anything else the film is covered, the clock stands, and no answer is taken', async () => {
  const desk = await sit(smallPlan());
  await desk.service.begin();
  desk.pass(10);
  desk.viewer.place(true);
  expect(desk.service.getState().phase).toMatchObject({ kind: 'reading', away: true });
  expect(isCovered(desk.service.getState())).toBe(true);
  desk.pass(30);
  await answer(desk, 3);
  expect(phase(desk)).toBe('reading');
  // The reader's own way back; by then the form still holds what was said.
  await desk.service.begin();
  expect(isCovered(desk.service.getState())).toBe(false);
  desk.pass(2);
  await desk.service.submit();
  await desk.service.sent();
  expect(desk.received[0].answer).toMatchObject({
    rating: 3,
    seconds: 12,
    pauses: [{ reason: 'away', at: 10, seconds: 35 }],
  });
});

test('an answer is not taken while something else is on display, though nobody told of it', async () => {
  const desk = await sit(smallPlan());
  await desk.service.begin();
  desk.service.setDraft({ rating: 3 });
  desk.viewer.shows = () => false;
  await desk.service.submit();
  expect(desk.service.getState().phase).toMatchObject({ kind: 'reading', away: true });
  expect(desk.received).toEqual([]);
});

test('a reader whose key this browser has not shown is asked for it; a server that is out of reach asks nothing', async () => {
  const asked: (string | undefined)[] = [];
  const enter = async (_: string, key?: string) => {
    asked.push(key);
    return key === 'right' ? ('entered' as const) : ('key' as const);
  };
  const desk = await sit(smallPlan(), { enter });
  expect(desk.service.getState().phase).toEqual({ kind: 'asking', reader: 'r1', key: 'needed' });
  await desk.service.enter('r1', 'wrong');
  expect(desk.service.getState().phase).toEqual({ kind: 'asking', reader: 'r1', key: 'wrong' });
  await desk.service.enter('r1', 'right');
  expect(phase(desk)).toBe('ready');
  expect(asked).toEqual([undefined, 'wrong', 'right']);
  const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const offline = await sit(smallPlan(), { enter: async () => Promise.reject(new Error('offline')) });
  expect(phase(offline)).toBe('ready');
  silent.mockRestore();
});

test('a film that cannot be shown ends in a message, and can be tried again', async () => {
  const desk = await sit(smallPlan());
  const { open } = desk.viewer;
  const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  desk.viewer.open = async () => {
    throw new Error('The case p1 could not be loaded.');
  };
  await desk.service.begin();
  expect(desk.service.getState().phase).toEqual({
    kind: 'failed',
    message: 'The case p1 could not be loaded.',
    // By it the reader is told which: "Practice case 1".
    step: expect.objectContaining({ place: 1, reading: expect.objectContaining({ practice: true }) }),
  });
  desk.viewer.open = open;
  await desk.service.retry();
  await desk.service.begin();
  expect(phase(desk)).toBe('reading');
  silent.mockRestore();
});
