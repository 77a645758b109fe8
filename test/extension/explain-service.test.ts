import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../../src/extension/failure';
import { ExplainService } from '../../src/extension/store/explain-service';
import { mayFollow, usableMethod, type Phase } from '../../src/extension/store/state';
import type { MethodListing, ModelListing } from '../../src/extension/worker/protocol';
import type { ModelCard } from '../../src/models/card';
import type { HoldRequest } from '../../src/extension/worker/protocol';
import { card, FakeEngine, FakeHost, reply, target } from './fakes';
import { eventually } from '../support/eventually';

let engines: FakeEngine[];
let host: FakeHost;
let service: ExplainService;
let prepareEngine: (engine: FakeEngine) => void;

beforeEach(() => {
  engines = [];
  host = new FakeHost();
  prepareEngine = () => undefined;
  service = new ExplainService({
    configuration: { baseUrl: 'http://x/', backend: 'auto' },
    startEngine: async () => {
      const engine = new FakeEngine();
      prepareEngine(engine);
      engines.push(engine);
      return engine;
    },
    blinkMs: 100,
  });
  service.attach(host);
});

afterEach(() => vi.useRealTimers());

const phases = (imageId: string): Phase[] => {
  const seen: Phase[] = [service.explanationOf(imageId).phase];
  service.subscribe(() => {
    const { phase } = service.explanationOf(imageId);
    if (seen.at(-1) !== phase) seen.push(phase);
  });
  return seen;
};

test('an explanation goes through its phases and ends with the result', async () => {
  const seen = phases('a');
  await service.explain();
  expect(seen).toEqual(['idle', 'loading-model', 'warming-up', 'running', 'done']);
  expect(service.currentResult()).toMatchObject({
    card: { id: 'cxr' },
    reply: { decision: { score: 0.8 } },
    backend: 'wasm',
  });
  expect(service.getState().engine).toMatchObject({ phase: 'ready', loadSeconds: 1, warmUpSeconds: 2 });
});

test('a press before the image is there is not lost: the image is explained once, when it comes', async () => {
  host.loading.add('v1');
  await service.explain();
  expect(service.getState().subject).toMatchObject({ kind: 'none', code: 'loading' });
  service.refresh();
  expect(engines).toEqual([]);
  host.loading.delete('v1');
  service.refresh();
  await eventually(() => expect(service.explanationOf('a').phase).toBe('done'));
  service.refresh();
  expect(engines[0].calls.filter(call => call === 'explain')).toHaveLength(1);
});

test('a press before the study lies in its viewport is not lost either, but is none on a film that is put there later', async () => {
  const [shown] = host.viewports.values();
  host.viewports.clear();
  let now = 0;
  service = new ExplainService({
    configuration: { baseUrl: 'http://x/', backend: 'auto' },
    startEngine: async () => new FakeEngine(),
    now: () => now,
  });
  service.attach(host);
  await service.explain();
  now = 9_000;
  host.viewports.set('v1', shown);
  service.refresh();
  await eventually(() => expect(service.explanationOf('a').phase).toBe('done'));

  service.clear();
  host.viewports.clear();
  await service.explain();
  now = 20_000;
  host.viewports.set('v1', shown);
  service.refresh();
  expect(service.explanationOf('a').phase).toBe('idle');
});

test('a press that waited for an image ends with the study', async () => {
  host.loading.add('v1');
  await service.explain();
  service.detach();
  host.loading.delete('v1');
  service.attach(host);
  expect(service.explanationOf('a').phase).toBe('idle');
});

test('nothing is computed before it is asked for, and opening the panel only warms up', async () => {
  await service.open();
  expect(engines[0].calls).toEqual(['start', 'load', 'warmUp']);
  expect(service.getState().explanation.phase).toBe('idle');
});

test('nothing is loaded for an image that its model refuses', async () => {
  host.viewports.set('v1', target('us', { modality: 'US' }));
  service.refresh();
  await service.open();
  service.refresh();
  await new Promise(resolve => setTimeout(resolve));
  expect(engines[0].calls).toEqual(['start']);
  expect(service.getState().engine).toMatchObject({ phase: 'started', backend: { name: 'wasm' } });
  // Another image is on display: now there is something to load it for.
  host.viewports.set('v1', target('a'));
  service.refresh();
  await service.open();
  expect(engines[0].calls).toEqual(['start', 'load', 'warmUp']);
});

test('a worker that only gives back what an earlier result needs is not "starting" for ever', async () => {
  await service.explain();
  engines[0].handlers.explain = () => new Promise(() => undefined);
  const rerun = service.explain();
  await eventually(() => expect(service.getState().explanation.phase).toBe('running'));
  service.cancel();
  await rerun;
  await service.mask(service.currentResult()!, 90);
  expect(engines[1].calls).toEqual(['start', 'hold', 'levels']);
  expect(service.getState().engine).toMatchObject({ phase: 'started', backend: { name: 'wasm' } });
});

test('a warmed-up model goes straight to running', async () => {
  await service.open();
  const seen = phases('a');
  await service.explain();
  expect(seen).toEqual(['idle', 'loading-model', 'running', 'done']);
  expect(engines[0].calls.filter(call => call === 'load')).toHaveLength(1);
});

test('pressing twice runs once', async () => {
  await Promise.all([service.explain(), service.explain()]);
  expect(engines[0].calls.filter(call => call === 'explain')).toHaveLength(1);
});

test('opening and explaining at once start one worker and load once', async () => {
  await Promise.all([service.open(), service.explain()]);
  expect(engines).toHaveLength(1);
  expect(engines[0].calls.filter(call => call === 'load')).toHaveLength(1);
});

test('Explain pressed while the worker starts waits for its models', async () => {
  let answer: () => void = () => undefined;
  prepareEngine = engine => {
    const { start } = engine.handlers;
    engine.handlers.start = async (request: never) => {
      await new Promise<void>(resolve => (answer = resolve));
      return start(request);
    };
  };
  const opening = service.open();
  await eventually(() => expect(engines[0]?.calls).toEqual(['start']));
  const explaining = service.explain();
  answer();
  await Promise.all([opening, explaining]);
  expect(service.getState().explanation.phase).toBe('done');
  expect(engines).toHaveLength(1);
});

test('a backend chosen while the worker starts replaces that worker, and no other', async () => {
  const opening = service.open();
  service.setBackend('wasm');
  await opening;
  await eventually(() => expect(service.getState().engine.phase).toBe('ready'));
  await service.explain();
  expect(service.getState().explanation.phase).toBe('done');
  expect(engines.map(engine => engine.terminated)).toEqual([true, false]);
});

test('two viewports keep their own explanations, and the panel follows the active one', async () => {
  host.viewports.set('v2', target('b', {}, 'v2'));
  await service.explain('v1');
  host.active = 'v2';
  service.refresh();
  expect(service.getState().explanation.phase).toBe('idle');
  prepareScore(0.2);
  await service.explain('v2');
  expect(service.currentResult()?.reply.decision.score).toBe(0.2);
  host.active = 'v1';
  service.refresh();
  expect(service.currentResult()?.reply.decision.score).toBe(0.8);
});

function prepareScore(score: number): void {
  engines[0].handlers.explain = () => reply(score);
}

test('a series change hides the old result and brings it back with the old series', async () => {
  await service.explain();
  const shown = service.currentResult();
  expect(shown).not.toBeUndefined();
  host.viewports.set('v1', target('other'));
  service.refresh();
  expect(service.currentResult()).toBeUndefined();
  host.viewports.set('v1', target('a'));
  service.refresh();
  expect(service.currentResult()).toBe(shown);
});

test('the model follows the image: a phantom takes the phantom model', async () => {
  host.viewports.set('v1', target('p', { isPhantom: true }));
  await service.explain();
  expect(service.currentResult()?.card.id).toBe('phantom');
});

test('a child’s film is refused in the name of the patients’ model, not scored by the phantom model', async () => {
  const ofAdults = (id: string): ModelCard => {
    const adults = card(id);
    return { ...adults, applicability: { ...adults.applicability, minAgeYears: 16 } };
  };
  prepareEngine = engine => {
    const { models, ...rest } = engine.handlers.start(undefined as never) as { models: ModelListing[] };
    const cards = [models[1], { id: 'cxr', card: ofAdults('cxr') }];
    engine.handlers.start = () => ({ ...rest, models: cards });
  };
  host.viewports.set('v1', target('child', { patientAgeYears: 4 }));
  await service.explain();
  const { explanation, subject } = service.getState();
  expect(explanation).toMatchObject({ phase: 'failed', code: 'not-applicable' });
  expect(explanation.phase === 'failed' && explanation.message).toMatch(/age, in years, is 4; "cxr"/);
  expect(subject).toMatchObject({ modelId: 'cxr', refusals: [expect.stringContaining('"cxr"')] });
  expect(engines[0].calls).not.toContain('explain');
});

test('the phantom model, chosen by hand, refuses a film that is no phantom', async () => {
  service.setSettings({ modelId: 'phantom' });
  await service.explain();
  const { explanation } = service.getState();
  expect(explanation).toMatchObject({ phase: 'failed', code: 'not-applicable' });
  expect(explanation.phase === 'failed' && explanation.message).toContain(
    '"phantom" is made for synthetic phantoms alone',
  );
});

test('an image that no model is made for is refused with the reason, and never sent to the worker', async () => {
  host.viewports.set('v1', target('ct', { modality: 'CT' }));
  await service.explain();
  const { explanation } = service.getState();
  expect(explanation).toMatchObject({ phase: 'failed', code: 'not-applicable' });
  expect(explanation.phase === 'failed' && explanation.message).toContain('Modality is CT');
  expect(engines[0].calls).not.toContain('explain');
});

test('an image that cannot be read is refused before a worker is started', async () => {
  host.unreadable = { code: 'colour', message: 'The image is in colour.' };
  await service.explain();
  expect(service.getState().explanation).toMatchObject({ phase: 'failed', code: 'colour' });
  expect(engines).toHaveLength(0);
});

test('a viewport without an image says so', async () => {
  host.viewports.clear();
  await service.explain();
  expect(service.getState().subject).toMatchObject({ kind: 'none', code: 'no-image' });
});

test('a lost graphics context fails with its message, and pressing again starts anew', async () => {
  prepareEngine = engine => {
    if (engines.length === 0)
      engine.handlers.explain = () => Promise.reject(new Failure('context-lost', 'The GPU went away.'));
  };
  await service.explain();
  expect(service.getState().explanation).toMatchObject({ phase: 'failed', code: 'context-lost' });
  expect(engines[0].terminated).toBe(true);
  await service.explain();
  expect(engines).toHaveLength(2);
  expect(service.getState().explanation.phase).toBe('done');
});

test('after a lost graphics context WebAssembly explains at one press', async () => {
  prepareEngine = engine => {
    if (engines.length === 0)
      engine.handlers.explain = () => Promise.reject(new Failure('context-lost', 'The GPU went away.'));
  };
  await service.explain();
  await service.explainOn('wasm');
  expect(service.getState().settings.backend).toBe('wasm');
  expect(service.getState().explanation.phase).toBe('done');
});

test('a worker that died while nothing was asked of it is replaced at the next press', async () => {
  await service.explain();
  engines[0].crashed = true;
  await service.explain();
  expect(service.getState().explanation.phase).toBe('done');
  expect(engines).toHaveLength(2);
});

test('a worker that died is replaced once, and loads once, also where the panel and a press want it at the same time', async () => {
  await service.open();
  await service.explain();
  engines[0].crashed = true;
  service.clear();
  // As the viewer does when it draws: the model is loaded again while nothing else is going on.
  service.refresh();
  await service.explain();
  expect(service.getState().explanation.phase).toBe('done');
  expect(engines).toHaveLength(2);
  expect(engines[1].calls).toEqual(['start', 'load', 'warmUp', 'explain']);
});

test('a model with a wrong hash fails with its reason, and the worker lives on', async () => {
  prepareEngine = engine => {
    engine.handlers.load = () =>
      Promise.reject(new Failure('hash', 'cxr: weights are not the file that the card names.'));
  };
  await service.explain();
  expect(service.getState().explanation).toMatchObject({ phase: 'failed', code: 'hash' });
  expect(engines[0].terminated).toBe(false);
  engines[0].handlers.load = () => ({ seconds: 1 });
  await service.explain();
  expect(service.getState().explanation.phase).toBe('done');
  expect(engines).toHaveLength(1);
});

test('no model at all is said', async () => {
  prepareEngine = engine => {
    engine.handlers.start = () => ({
      models: [{ id: 'cxr', error: 'card is wrong' }],
      methods: [],
      backend: {},
    });
  };
  await service.open();
  expect(service.getState().engine).toMatchObject({ phase: 'failed', code: 'no-model' });
  expect(JSON.stringify(service.getState().engine)).toContain('card is wrong');
});

test('cancelling ends the worker and leaves the image unexplained; the next press works', async () => {
  prepareEngine = engine => {
    if (engines.length === 0) engine.handlers.explain = () => new Promise(() => undefined);
  };
  const run = service.explain();
  await eventually(() => expect(service.getState().explanation.phase).toBe('running'));
  service.cancel();
  await run;
  expect(engines[0].terminated).toBe(true);
  expect(service.getState().explanation.phase).toBe('idle');
  expect(service.getState().engine.phase).toBe('idle');
  await service.explain();
  expect(service.getState().explanation.phase).toBe('done');
});

test('clearing while it runs drops the late reply', async () => {
  let finish: (value: unknown) => void = () => undefined;
  prepareEngine = engine => {
    engine.handlers.explain = () => new Promise(resolve => (finish = resolve));
  };
  const run = service.explain();
  await eventually(() => expect(service.getState().explanation.phase).toBe('running'));
  service.clear();
  finish(reply());
  await run;
  expect(service.getState().explanation.phase).toBe('idle');
});

test('leaving the mode forgets the results but keeps the networks', async () => {
  await service.explain();
  service.detach();
  expect(service.getState().explanation.phase).toBe('idle');
  expect(engines[0].calls).toContain('forget');
  service.attach(host);
  expect(service.getState().explanation.phase).toBe('idle');
  await service.explain();
  expect(service.getState().explanation.phase).toBe('done');
  expect(engines).toHaveLength(1);
});

test('another backend starts another worker with it', async () => {
  await service.open();
  const requests: unknown[] = [];
  prepareEngine = engine => {
    const { start } = engine.handlers;
    engine.handlers.start = (request: never) => {
      requests.push(request);
      return start(request);
    };
  };
  service.setBackend('wasm');
  await eventually(() => expect(service.getState().engine.phase).toBe('ready'));
  expect(engines[0].terminated).toBe(true);
  expect(requests).toEqual([expect.objectContaining({ backend: 'wasm' })]);
});

test('a method that the model cannot run is replaced by one that it can', async () => {
  service.setSettings({ methodId: 'naive' });
  await service.explain();
  expect(service.currentResult()?.method.id).toBe('similar-adversarial');
  service.setSettings({ methodId: 'gradient' });
  await service.explain();
  expect(service.currentResult()?.method.id).toBe('gradient');
});

test('the first method is the card’s own, until another is chosen', () => {
  const listing = (id: string): MethodListing => ({ id, title: id, citation: '', gradients: false });
  const methods = ['similar-adversarial', 'evidence-change', 'gradient'].map(listing);
  const usual = card('usual');
  const own = { ...usual, defaultMethod: 'evidence-change' };
  expect(usableMethod(methods, usual)?.id).toBe('similar-adversarial');
  expect(usableMethod(methods, own)?.id).toBe('evidence-change');
  expect(usableMethod(methods, own, 'gradient')?.id).toBe('gradient');
  expect(usableMethod(methods, { ...usual, defaultMethod: 'rise' })?.id).toBe('similar-adversarial');
});

test('another label is explained by the method that its card names, unless one was chosen', async () => {
  const classes = [
    { name: 'a', operatingPoint: 0.5 },
    { name: 'b', operatingPoint: 0.5, defaultMethod: 'gradient' },
    { name: 'c', operatingPoint: 0.5 },
  ];
  const generators = { single2: { ...card('cxr').generators.single2, labels: ['a', 'b', 'c'] } };
  const labelled = {
    ...card('cxr'),
    classes,
    independent: true as const,
    operatingPoint: undefined,
    generators,
  };
  const asked: string[][] = [];
  prepareEngine = ({ handlers }) => {
    const usual = (handlers.start as unknown as () => object)();
    handlers.start = () => ({ ...usual, models: [{ id: 'cxr', card: labelled }] });
    handlers.explain = ({ label, methodId }: { label: string; methodId: string }) => {
      asked.push([label, methodId]);
      return { ...reply(), settings: { ...reply().settings, label, methodId } };
    };
  };
  await service.explain();
  for (const label of ['b', 'c']) await service.explainLabel(label);
  expect(asked).toEqual([
    ['a', 'similar-adversarial'],
    ['b', 'gradient'],
    ['c', 'similar-adversarial'],
  ]);
  service.setSettings({ methodId: 'gradient' });
  await service.explain();
  await service.explainLabel('a');
  expect(asked.slice(3)).toEqual([
    ['c', 'gradient'],
    ['a', 'gradient'],
  ]);
});

test('settings stay within their limits', () => {
  service.setSettings({ percentile: 12, opacity: 4, augmentCount: 0 });
  expect(service.getState().settings).toMatchObject({ percentile: 80, opacity: 1, augmentCount: 2 });
  service.setSettings({ percentile: NaN });
  expect(service.getState().settings.percentile).toBe(80);
});

test('blinking alternates x_s and x_a and stops with the result', async () => {
  await service.explain();
  vi.useFakeTimers();
  service.setBlinking(true);
  expect(service.getState().counterfactual).toBe('adversarial');
  vi.advanceTimersByTime(100);
  expect(service.getState().counterfactual).toBe('similar');
  vi.advanceTimersByTime(100);
  expect(service.getState().counterfactual).toBe('adversarial');
  service.clear();
  vi.advanceTimersByTime(500);
  expect(service.getState()).toMatchObject({ counterfactual: 'off', settings: { blinking: false } });
});

test('hiding the output ends blinking', async () => {
  await service.explain();
  service.setBlinking(true);
  service.toggleOutput();
  expect(service.getState()).toMatchObject({
    outputVisible: false,
    counterfactual: 'off',
    settings: { blinking: false },
  });
});

test('a view that throws does not stop the others', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  service.subscribe(() => {
    throw new Error('view');
  });
  const seen = phases('a');
  await service.explain();
  expect(seen.at(-1)).toBe('done');
  expect(log).toHaveBeenCalled();
  log.mockRestore();
});

test('phases cannot be skipped', () => {
  expect(mayFollow('idle', 'done')).toBe(false);
  expect(mayFollow('loading-model', 'done')).toBe(false);
  expect(mayFollow('running', 'done')).toBe(true);
});

test('what a model sees is given for checks, also of an image that is refused', async () => {
  prepareEngine = engine => {
    engine.handlers.prepare = () => ({ input: Float32Array.of(0, 0.5) });
  };
  host.viewports.set('v2', target('b', { modality: 'XA' }));
  await expect(service.modelInput('v2', 'phantom')).resolves.toMatchObject({
    input: Float32Array.of(0, 0.5),
  });
  expect(engines[0].calls).toEqual(['start', 'prepare']);
  await expect(service.modelInput('v2', 'none')).rejects.toThrow(/no model none/);
  await expect(service.modelInput('nowhere')).rejects.toMatchObject({ code: 'no-image' });
  host.unreadable = { code: 'colour', message: 'In colour.' };
  await expect(service.modelInput()).rejects.toMatchObject({ code: 'colour' });
});

test('a rerun that is cancelled keeps the earlier result, and its mask without computing again', async () => {
  await service.explain();
  const earlier = service.currentResult();
  engines[0].handlers.explain = () => new Promise(() => undefined);
  const rerun = service.explain();
  await eventually(() => expect(service.getState().explanation.phase).toBe('running'));
  service.cancel();
  await rerun;
  expect(service.currentResult()).toBe(earlier);
  // The worker went with the run: a new one is told what was computed.
  expect(await service.mask(service.currentResult()!, 90)).toHaveLength(16);
  expect(engines[1].calls).toEqual(['start', 'hold', 'levels']);
});

test('what the worker let go of an image is told to it again, without a word to the user', async () => {
  await service.explain();
  let held = false;
  engines[0].handlers.hold = (request: HoldRequest) => {
    expect(request).toMatchObject({ key: service.currentResult()!.key, spec: { size: 2 } });
    expect(request.explained.settings.methodId).toBe('similar-adversarial');
    expect([...request.explained.map]).toEqual([0, 1, 2, 3]);
    held = true;
    return {};
  };
  engines[0].handlers.values = () => {
    if (!held) throw new Failure('forgotten', 'no longer held');
    return { values: new Float32Array(16) };
  };
  await service.values(service.currentResult()!, 'adversarial');
  expect(engines[0].calls.slice(-3)).toEqual(['values', 'hold', 'values']);
  expect(service.getState().notice).toBeUndefined();
  // An image that no viewport shows has no pixels to tell.
  host.viewports.clear();
  held = false;
  await expect(service.values(service.currentResult()!, 'similar')).rejects.toThrow('no longer held');
});

test('the share that the mask marks is told of, and goes with the result', async () => {
  await service.explain();
  // 90 is the 21st stop of the slider: two pixels are marked there and at 99.5, one more at 80 alone.
  engines[0].handlers.levels = () => ({
    levels: Uint8Array.from({ length: 16 }, (_, i) => [40, 40, 20][i] ?? 0),
    valid: 8,
  });
  expect([...(await service.mask(service.currentResult()!, 90))]).toEqual([
    1,
    1,
    ...Array.from({ length: 14 }, () => 0),
  ]);
  expect(service.getState().marked).toMatchObject({ percentile: 90, share: 0.25 });
  expect((await service.mask(service.currentResult()!, 89.5)).reduce((sum, bit) => sum + bit)).toBe(3);
  // Moving the slider asks the worker once; a percentile between its stops is asked for by itself.
  expect(engines[0].calls.filter(name => name === 'levels')).toHaveLength(1);
  await service.mask(service.currentResult()!, 97.25);
  expect(engines[0].calls.at(-1)).toBe('mask');
  service.clear();
  expect(service.getState().marked).toBeUndefined();
});
