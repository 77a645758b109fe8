import { beforeEach, expect, test } from 'vitest';
import type { CompareLayout } from '../../src/extension/store/explain-host';
import { ExplainService } from '../../src/extension/store/explain-service';
import { FakeEngine, FakeHost, reply, target } from './fakes';
import { eventually } from '../support/eventually';

/** A viewer that lays a film out in as many viewports as are asked for. */
class FakeLayout implements CompareLayout {
  open = false;
  constructor(private readonly host: FakeHost) {}
  enter(film: ReturnType<typeof target>, count: number): string[] {
    const ids = Array.from({ length: count }, (_, index) => `pane${index}`);
    this.host.viewports.clear();
    for (const id of ids) this.host.viewports.set(id, target(film.imageId, {}, id));
    this.host.active = ids[0];
    this.open = true;
    return ids;
  }
  holds(ids: readonly string[]): boolean {
    return this.open && ids.every(id => this.host.viewports.has(id));
  }
  leave(): void {
    this.abandon();
    this.host.viewports.clear();
    this.host.viewports.set('v1', target('a'));
    this.host.active = 'v1';
  }
  abandon(): void {
    this.open = false;
  }
}

let engine: FakeEngine;
let host: FakeHost;
let layout: FakeLayout;
let service: ExplainService;

beforeEach(async () => {
  engine = new FakeEngine();
  engine.handlers.explain = ({ methodId }: { methodId: string }) =>
    reply(methodId === 'gradient' ? 0.6 : 0.8);
  host = new FakeHost();
  layout = new FakeLayout(host);
  (host as { compareLayout?: CompareLayout }).compareLayout = layout;
  service = new ExplainService({
    configuration: { baseUrl: '/', backend: 'auto' },
    startEngine: async () => engine,
  });
  service.attach(host);
  await service.explain();
});

const views = () =>
  service.getState().comparison!.panes.map(({ viewportId }) => {
    const { result, pane } = service.viewOf(viewportId, 'a');
    return `${pane?.letter} ${pane?.image} ${result?.method.id}`;
  });

test('two methods’ explanations of one film are there side by side, each under its own key', async () => {
  service.startComparison(2);
  expect(views()).toEqual(['A film similar-adversarial', 'B map similar-adversarial']);
  service.compare.set(0, { image: 'map' });
  const making = service.compare.make(0, { methodId: 'gradient' });
  expect(service.viewOf('pane0', 'a').pane?.awaited).toEqual({ methodId: 'gradient' });
  await making;
  expect(views()).toEqual(['A map gradient', 'B map similar-adversarial']);
  const keys = service.getState().made.map(({ key }) => key);
  expect(new Set(keys).size).toBe(2);
  expect(
    service
      .displayed()
      .map(({ method }) => method.id)
      .sort(),
  ).toEqual(['gradient', 'similar-adversarial']);
  // The worker is asked by key: the mask of each is that of its own map.
  const asked: string[] = [];
  engine.handlers.levels = ({ key }: { key: string }) => {
    asked.push(key);
    return { levels: new Uint8Array(16), valid: 16 };
  };
  for (const result of service.displayed()) await service.mask(result, 90);
  expect(asked.sort()).toEqual([...keys].sort());
});

test('the panel speaks of the viewport that is worked in, and of the whole film again afterwards', async () => {
  service.startComparison(2);
  service.compare.set(0, { image: 'map' });
  await service.compare.make(0, { methodId: 'gradient' });
  expect(service.currentResult()?.method.id).toBe('gradient');
  host.active = 'pane1';
  service.refresh();
  expect(service.currentResult()?.method.id).toBe('similar-adversarial');
  // Explaining again by way of the panel changes that viewport alone.
  service.setSettings({ methodId: 'gradient' });
  await service.explain();
  expect(views()).toEqual(['A map gradient', 'B map gradient']);
  service.compare.stop();
  service.refresh();
  expect(service.getState().comparison).toBeUndefined();
  expect(service.viewOf('v1', 'a')).toEqual({ result: service.currentResult() });
  service.choose(service.getState().made.find(({ method }) => method.id !== 'gradient')!.key);
  expect(service.currentResult()?.method.id).toBe('similar-adversarial');
});

test('a layout of the user’s own ends the comparison; clearing puts the layout back', async () => {
  service.startComparison(4);
  expect(views()).toEqual([
    'A film similar-adversarial',
    'B map similar-adversarial',
    'C adversarial similar-adversarial',
    'D similar similar-adversarial',
  ]);
  host.viewports.delete('pane3');
  service.refresh();
  expect(service.getState().comparison).toBeUndefined();
  expect(layout.open).toBe(false);
  service.startComparison(2);
  service.clear();
  expect(service.getState()).toMatchObject({ comparison: undefined, made: [] });
  expect([...host.viewports.keys()]).toEqual(['v1']);
});

test('an image that cannot be made leaves the film, said by a notice, and is not asked for again', async () => {
  service.startComparison(4);
  service.compare.filmInstead(service.currentResult()!, 'adversarial');
  expect(views()[2]).toBe('C film similar-adversarial');
  expect(views()[3]).toBe('D similar similar-adversarial');
});

test('a run that fails leaves the viewport what it showed', async () => {
  service.startComparison(2);
  engine.handlers.explain = () => {
    throw new Error('no');
  };
  await service.compare.make(1, { methodId: 'gradient' });
  expect(views()[1]).toBe('B map similar-adversarial');
  expect(service.getState()).toMatchObject({
    explanation: { phase: 'done' },
    notice: { kind: 'error', text: 'no' },
  });
});

test('the way is asked for once, when its result is made: going back to it loads no model', async () => {
  await eventually(() => expect(engine.calls.filter(name => name === 'grade')).toHaveLength(1));
  const loads = engine.calls.filter(name => name === 'load').length;
  const first = service.currentResult()!;
  // Another film by another model takes the first one's place.
  host.viewports.set('v1', target('b'));
  service.setSettings({ modelId: 'phantom' });
  host.viewports.set('v1', target('b'));
  service.refresh();
  host.viewports.set('v1', target('a'));
  service.refresh();
  expect(service.currentResult()).toBe(first);
  await service.graded.ensure();
  expect(service.getState().graded?.curve).toBeDefined();
  expect(engine.calls.filter(name => name === 'load')).toHaveLength(loads);
  expect(engine.calls.filter(name => name === 'grade')).toHaveLength(1);
});
