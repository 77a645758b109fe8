import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ExplainService } from '../../src/extension/store/explain-service';
import { GeneratedImages } from '../../src/extension/draw/generated-images';
import type {
  Cornerstone,
  CornerstoneTools,
  CornerstoneViewport,
  Point3,
} from '../../src/extension/host/ohif-types';
import { en } from '../../src/extension/i18n/en';
import { bannerLines, ViewportOverlay } from '../../src/extension/draw/viewport-overlay';
import type { EarlyMap } from '../../src/explain/explain-film';
import { FakeEngine, FakeHost, reply } from './fakes';
import { eventually } from '../support/eventually';

/** A canvas that keeps what is written on it, and how many pictures are drawn, since it was last cleared; and how often that was. */
function fakeCanvas() {
  const written: string[] = [];
  let drawn = 0;
  let cleared = 0;
  const listeners = new Map<string, () => void>();
  const canvas = {
    dataset: {} as Record<string, string>,
    style: {},
    width: 0,
    height: 0,
    parent: undefined as unknown,
    get parentElement() {
      return this.parent;
    },
  };
  const context: unknown = new Proxy({} as Record<string, unknown>, {
    get: (own, name) => {
      if (name in own) return own[name as string];
      if (name === 'canvas') return canvas;
      if (name === 'measureText') return (text: string) => ({ width: 7 * text.length });
      if (name === 'fillText') return (text: string) => void written.push(text);
      if (name === 'drawImage') return () => void (drawn += 1);
      if (name === 'clearRect') return () => void ([written.length, drawn, cleared] = [0, 0, cleared + 1]);
      return () => undefined;
    },
  });
  return Object.assign(canvas, {
    getContext: () => context,
    addEventListener: (event: string, listener: () => void) => void listeners.set(event, listener),
    tell: (event: string) => listeners.get(event)?.(),
    setAttribute: () => undefined,
    remove: () => void (canvas.parent = undefined),
    replaceChildren: (...lines: { textContent?: string }[]) =>
      written.splice(0, written.length, ...lines.map(({ textContent }) => textContent ?? '')),
    written: () => [...written],
    drawn: () => drawn,
    cleared: () => cleared,
  });
}

type FakeCanvas = ReturnType<typeof fakeCanvas>;

let engine: FakeEngine;
let service: ExplainService;
let overlay: ViewportOverlay;
let shown: FakeCanvas | undefined;
let tag: FakeCanvas | undefined;
let camera = {};
/** What the press of a mouse button in the viewport does, if anything but telling the viewer. */
let press: (button: number) => boolean;
/** Methods of the tool that the first mouse button works. */
let tool: { addNewAnnotation?: () => void };

beforeEach(async () => {
  vi.stubGlobal('document', { createElement: fakeCanvas });
  vi.stubGlobal('window', { devicePixelRatio: 1 });
  vi.stubGlobal(
    'ImageData',
    class {
      constructor(readonly data: Uint8ClampedArray) {}
    },
  );
  engine = new FakeEngine();
  service = new ExplainService({
    configuration: { baseUrl: '/', backend: 'auto' },
    startEngine: async () => engine,
  });
  service.attach(new FakeHost());
  await service.explain();
  shown = tag = undefined;
  camera = {};
  const element = {
    clientWidth: 600,
    clientHeight: 400,
    addEventListener: (name: string, listener: (event: unknown) => void, options?: { capture?: boolean }) => {
      if (name !== 'mousedown' || !options?.capture) return;
      press = button => {
        let isKeptOff = false;
        listener({
          button,
          preventDefault: () => undefined,
          stopImmediatePropagation: () => void (isKeptOff = true),
        });
        return isKeptOff;
      };
    },
    querySelector: () => null,
    querySelectorAll: () => [],
    closest: () => null,
    getBoundingClientRect: () => ({ top: 0 }),
    insertBefore: (canvas: FakeCanvas) => {
      canvas.parent = element;
      if (canvas.dataset.cy === 'explain-tag') tag = canvas;
      else shown = canvas;
    },
  };
  const viewport = {
    id: 'v1',
    element,
    getCurrentImageId: () => 'a',
    getCamera: () => camera,
    worldToCanvas: ([x, y]: Point3) => [100 * x, 100 * y],
    getImageData: () => ({ imageData: { indexToWorld: (point: Point3) => point } }),
  } as unknown as CornerstoneViewport;
  const cornerstone = { cache: { getImage: () => undefined }, utilities: {} } as unknown as Cornerstone;
  const images = new GeneratedImages(service, () => overlay.draw());
  tool = { addNewAnnotation: () => undefined };
  const tools = {
    ToolGroupManager: {
      getToolGroupForViewport: (id: string) =>
        id === 'v1'
          ? { getActivePrimaryMouseButtonTool: () => 'Length', getToolInstance: () => tool }
          : undefined,
    },
  } as unknown as CornerstoneTools;
  overlay = new ViewportOverlay(viewport, cornerstone, tools, service, images, () => undefined);
});
afterEach(() => vi.unstubAllGlobals());

test('a generated image that is not ready yet: the film is said to be the film, and keeps its heat map', async () => {
  let arrive: (reply: unknown) => void = () => undefined;
  engine.handlers.values = () => new Promise(resolve => (arrive = resolve));
  overlay.draw();
  expect(shown!.dataset.layer).toBe('heat-map');

  service.setCounterfactual('adversarial');
  overlay.draw();
  expect(shown!.dataset.layer).toBe('preparing');
  expect(shown!.written()).toEqual([en.preparingAdversarial]);
  expect(shown!.drawn()).toBe(1);

  await eventually(() => expect(engine.calls).toContain('values'));
  arrive({ values: new Float32Array(16) });
  await eventually(() => expect(shown!.dataset.layer).toBe('adversarial'));
  expect(shown!.written()).toEqual([en.generatedAdversarial.replace('{{verdict}}', en.verdictChanged)]);
});

test.each([
  ['adversarial', { flip: true }, en.verdictChanged],
  ['adversarial', { flip: false }, en.verdictNotChanged],
  ['adversarial', { flip: undefined }, ''],
  ['similar', { hold: true }, en.verdictKept],
  ['similar', { hold: false }, en.verdictLost],
  ['similar', { hold: undefined }, ''],
] as const)(
  'the banner over a generated image (%s, %o) says what the classifier answers to it: "%s"',
  async (kind, answer, verdict) => {
    engine.handlers.explain = async () => ({ ...reply(), ...answer });
    engine.handlers.values = async () => ({ values: new Float32Array(16) });
    await service.explain();
    service.setCounterfactual(kind);
    overlay.draw();
    await eventually(() => expect(shown!.dataset.layer).toBe(kind));
    const text = kind === 'adversarial' ? en.generatedAdversarial : en.generatedSimilar;
    expect(shown!.written()).toEqual([text.replace('{{verdict}}', verdict)]);
  },
);

test('the map is drawn before x_s and x_a are scored, and says that score and checks follow', async () => {
  let finish: (answer: unknown) => void = () => undefined;
  engine.handlers.explain = () => new Promise(resolve => (finish = resolve));
  const { mapSize, geometry, decision } = reply(0.8);
  const early: EarlyMap = { map: Float32Array.of(3, 2, 1, 0), top: 3, mapSize, geometry, decision };
  const explaining = service.explain();
  await eventually(() => expect(engine.calls.filter(name => name === 'explain')).toHaveLength(2));
  overlay.draw();
  expect(shown?.parentElement).toBeUndefined();

  engine.report('explain', early);
  overlay.draw();
  expect(service.getState().explanation.phase).toBe('running');
  expect(shown!.dataset.layer).toBe('heat-map');
  expect(tag!.written()).toEqual([`${en.tag} · ${en.beingChecked}`]);

  // Hidden output stays hidden.
  service.toggleOutput();
  overlay.draw();
  expect(shown?.parentElement).toBeUndefined();
  service.toggleOutput();

  finish(reply(0.8));
  await explaining;
  overlay.draw();
  expect(shown!.dataset.layer).toBe('heat-map');
  expect(tag!.written().join()).not.toContain(en.beingChecked);
});

test('the heat map is drawn anew where something has changed, and where a graphics card has lost it', () => {
  overlay.draw();
  const cleared = shown!.cleared();
  overlay.draw();
  expect(shown!.cleared()).toBe(cleared);
  service.setSettings({ opacity: 0.3 });
  overlay.draw();
  expect(shown!.cleared()).toBe(cleared + 1);
  shown!.tell('contextrestored');
  expect(shown!.cleared()).toBe(cleared + 2);
  service.toggleOutput();
  overlay.draw();
  expect(shown!.parentElement).toBeUndefined();
  service.toggleOutput();
  overlay.draw();
  expect(shown!.drawn()).toBe(1);
});

test('with the heat map off the bare film says so alone', () => {
  engine.handlers.values = () => new Promise(() => undefined);
  service.setSettings({ showHeatMap: false });
  service.setCounterfactual('similar');
  overlay.draw();
  expect(shown!.written()).toEqual([en.preparingSimilar]);
  expect(shown!.drawn()).toBe(0);
});

test('the tag stands as long as heat map or mask is on, goes with all AI output, and comes back', () => {
  overlay.draw();
  expect(tag!.written()[0]).toContain('Score 0.800, above 0.400');
  service.setSettings({ showHeatMap: false });
  overlay.draw();
  expect(tag!.parent).toBeDefined();
  service.setSettings({ showMask: false });
  overlay.draw();
  expect(tag!.parent).toBeUndefined();
  service.setSettings({ showMask: true });
  service.toggleOutput();
  overlay.draw();
  expect(tag!.parent).toBeUndefined();
  service.toggleOutput();
  overlay.draw();
  expect(tag!.parent).toBeDefined();
  service.clear();
  overlay.draw();
  expect(tag!.parent).toBeUndefined();
});

test('a mirrored film is said to be so in a single viewport; one that is turned round is not', () => {
  overlay.draw();
  expect(tag!.dataset.words).not.toContain(en.paneMirrored);
  for (const mirrored of [{ flipHorizontal: true }, { flipVertical: true, flipHorizontal: false }]) {
    camera = mirrored;
    overlay.draw();
    expect(tag!.dataset.words).toMatch(/^MIRRORED · AI/);
  }
  camera = { flipHorizontal: true, flipVertical: true };
  overlay.draw();
  expect(tag!.dataset.words).not.toContain(en.paneMirrored);
});

test('an x_s that is the film is said to be no different to the eye', async () => {
  engine.handlers.explain = () => ({ ...reply(0.8), hold: undefined, similarIsOriginal: true });
  await service.explain();
  service.setCounterfactual('similar');
  await eventually(() => {
    overlay.draw();
    expect(shown!.written()).toEqual([
      'AI-GENERATED · x_s, no visible difference from the film · not a radiograph',
    ]);
  });
});

test('no annotation is begun on a generated image: the film alone is measured', async () => {
  overlay.draw();
  expect(press(0)).toBe(false);
  service.setCounterfactual('adversarial');
  await eventually(() => {
    overlay.draw();
    expect(shown!.dataset.layer).toBe('adversarial');
  });
  expect(press(0)).toBe(true);
  // In the viewport, and gone with the image.
  expect(shown!.written().join(' ')).toContain('Nothing is drawn on this');
  expect(press(2)).toBe(false);
  tool = {}; // window and level
  expect(press(0)).toBe(false);
  tool = { addNewAnnotation: () => undefined };
  service.setCounterfactual('off');
  overlay.draw();
  expect(press(0)).toBe(false);
  service.setCounterfactual('adversarial');
  await eventually(() => {
    overlay.draw();
    expect(shown!.written().join(' ')).toContain('not a radiograph');
  });
});

test('a banner that is too long says in fewer words, on several lines, what it must', () => {
  const texts = [en.generatedAdversarial, en.generatedShortAdversarial].map(text =>
    text.replace('{{verdict}}', en.verdictChanged),
  ) as [string, string];
  const linesIn = (most: number): string[] => bannerLines(texts, text => text.length <= most);
  expect(linesIn(100)).toEqual([texts[0]]);
  expect(linesIn(60)).toEqual(['AI-GENERATED · x_a, decision changed · not a radiograph']);
  expect(linesIn(40)).toEqual(['AI-GENERATED · x_a, decision changed', 'not a radiograph']);
  expect(linesIn(5)).toEqual(['AI-GENERATED', 'x_a, decision changed', 'not a radiograph']);
});
