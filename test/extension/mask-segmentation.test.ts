import { decideBy } from '../../src/models/decision';
import { defaultLook } from '../../src/extension/customization';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as preview from '../../src/extension/preview';
import { Failure } from '../../src/extension/failure';
import type { ExplainService } from '../../src/extension/store/explain-service';
import { MaskSegmentations, type MaskHost } from '../../src/extension/draw/mask-segmentation';
import type { Target } from '../../src/extension/host/host-image';
import type { PixelArray } from '../../src/extension/host/ohif-types';
import type { Marks } from '../../src/extension/store/mask-levels';
import { target } from './fakes';

/** Two images, explained, in three viewports: the first image in two of them. */
const showing: Record<string, string[]> = { a: ['v1', 'v2'], b: ['v3'] };

/** The viewer's segmentation service, as far as masks use it: visibility a viewport, told of at once. */
class FakeSegmentations {
  readonly EVENTS = { SEGMENTATION_REPRESENTATION_MODIFIED: 'modified' };
  readonly visible = new Map<string, boolean>();
  readonly styles: object[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly made = new Set<string>();

  subscribe(_event: string, listener: () => void): { unsubscribe(): void } {
    this.listeners.add(listener);
    return { unsubscribe: () => this.listeners.delete(listener) };
  }
  async createLabelmapForDisplaySet(displaySet: { imageIds: string[] }): Promise<string> {
    const id = `seg-${displaySet.imageIds[0]}`;
    this.made.add(id);
    return id;
  }
  async addSegmentationRepresentation(viewportId: string): Promise<void> {
    this.visible.set(viewportId, true);
  }
  getSegmentation(id: string): object | undefined {
    return this.made.has(id) ? { representationData: { Labelmap: { imageIds: ['labelmap'] } } } : undefined;
  }
  getSegmentationRepresentations(viewportId: string): object[] {
    const visible = this.visible.get(viewportId);
    return visible === undefined ? [] : [{ segments: { 1: { visible } } }];
  }
  setSegmentVisibility(viewportId: string, _id: string, _index: number, visible: boolean): void {
    this.visible.set(viewportId, visible);
    this.listeners.forEach(listener => listener());
  }
  setSegmentColor(): void {}
  setSegmentLabel(): void {}
  setStyle(_specifier: object, style: object): void {
    this.styles.push(style);
  }
  remove(): void {}
}

let segmentations: FakeSegmentations;
let settings: { showMask: boolean; percentile: number; showHeatMap: boolean };
let outputVisible: boolean;
let notices: object[];
let faulty: Record<string, Error>;
let asked: string[];
let busy: Set<string>;
let masks: MaskSegmentations;
let eventTarget: EventTarget;
/** What each viewport draws. */
let actors: Record<string, object[]>;
/** What was written into the viewer's labelmaps, one after the other: the percentile. */
let written: number[];
let fetchPreview: () => Promise<typeof preview>;

afterEach(() => {
  masks.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

beforeEach(() => {
  written = [];
  fetchPreview = () => new Promise(() => undefined);
  segmentations = new FakeSegmentations();
  eventTarget = new EventTarget();
  actors = {};
  settings = { showMask: true, percentile: 90, showHeatMap: true };
  outputVisible = true;
  notices = [];
  faulty = {};
  asked = [];
  busy = new Set();
  const results = Object.fromEntries(
    Object.keys(showing).map(id => [
      id,
      {
        key: id,
        imageId: id,
        reply: { geometry: { rows: 4, columns: 4 }, decision: decideBy(0.9, 0.5) },
        card: { id: 'm', version: '1' },
        method: { id: 'naive' },
      },
    ]),
  );
  const service = {
    viewOf: (_viewportId: string, imageId: string) => ({ result: results[imageId] }),
    displayed: () => Object.values(results),
    getState: () => ({
      settings: { ...settings },
      outputVisible,
      look: defaultLook,
      subject: { kind: 'image', imageId: 'a', viewportId: 'v1' },
    }),
    levels: async () => ({ levels: new Uint8Array(16), valid: 16 }),
    marks: async ({ imageId }: { imageId: string }, percentile: number): Promise<Marks> => {
      asked.push(imageId);
      if (faulty[imageId]) throw faulty[imageId];
      if (busy.has(imageId)) await new Promise(() => undefined);
      const fill = async (pixels: PixelArray): Promise<number> => {
        pixels.set([percentile]);
        return 1;
      };
      return { size: 16, valid: 16, fill };
    },
    setSettings: (change: object) => Object.assign(settings, change),
    maskSwitched: (showMask: boolean) => Object.assign(settings, { showMask }),
    notify: (notice: object) => notices.push(notice),
  } as unknown as ExplainService;
  masks = new MaskSegmentations(service, {
    services: {
      segmentationService: segmentations,
      cornerstoneViewportService: {
        getCornerstoneViewport: (id: string) => actors[id] && { getActors: () => actors[id] },
      },
    },
    cornerstone: {
      cache: {
        getImage: () => ({
          voxelManager: {
            getScalarData: () => ({
              length: 16,
              set: ([percentile]: Uint8Array) => written.push(percentile),
            }),
          },
        }),
      },
      eventTarget,
    },
    tools: {
      segmentation: { triggerSegmentationEvents: { triggerSegmentationDataModified: () => undefined } },
    },
    viewportsShowing: (imageId: string) => showing[imageId],
    shownImage: (imageId: string): Target => target(imageId),
    fetchPreview: () => fetchPreview(),
    afterCreation: () => undefined,
  } as unknown as MaskHost);
});

const settled = async (): Promise<void> => {
  masks.update();
  await masks.settled();
  // A switch of the viewer's panel is taken over on the next turn.
  await new Promise(resolve => setTimeout(resolve));
  await masks.settled();
};
const shown = (): boolean[] => ['v1', 'v2', 'v3'].map(id => segmentations.visible.get(id) ?? false);

test('the key that hides AI output hides the masks of every viewport, and shows them again', async () => {
  await settled();
  expect(shown()).toEqual([true, true, true]);
  outputVisible = false;
  await settled();
  expect(shown()).toEqual([false, false, false]);
  outputVisible = true;
  await settled();
  expect(shown()).toEqual([true, true, true]);
});

test('a mask switched in the viewer’s own panel is switched in ours, in every viewport', async () => {
  await settled();
  segmentations.setSegmentVisibility('v2', 'seg-a', 1, false);
  await settled();
  expect(settings.showMask).toBe(false);
  expect(shown()).toEqual([false, false, false]);
  segmentations.setSegmentVisibility('v3', 'seg-b', 1, true);
  await settled();
  expect(settings.showMask).toBe(true);
  expect(shown()).toEqual([true, true, true]);
});

test('while all AI output is hidden, the viewer’s panel does not bring a mask back', async () => {
  await settled();
  outputVisible = false;
  await settled();
  segmentations.setSegmentVisibility('v1', 'seg-a', 1, true);
  await settled();
  expect(shown()).toEqual([false, false, false]);
  expect(settings.showMask).toBe(true);
});

test('a mask that a viewport has lost comes back also while the worker is busy with another image', async () => {
  await settled();
  busy = new Set(['a']);
  settings.percentile = 95;
  masks.update();
  await expect.poll(() => asked.at(-1)).toBe('a');
  segmentations.visible.delete('v3');
  masks.update();
  await expect.poll(shown).toEqual([true, true, true]);
  // The key works meanwhile as well.
  outputVisible = false;
  masks.update();
  await expect.poll(shown).toEqual([false, false, false]);
});

test('what the viewer draws a mask by is told its values, which it would look for at every pixel', async () => {
  await settled();
  const ranges: string[] = [];
  const actor = (referencedId: string, viewportId: string) => ({
    referencedId,
    actor: {
      getMapper: () => ({
        getInputData: () => ({
          getPointData: () => ({
            getScalars: () => ({
              setRange: ({ min, max }: { min: number; max: number }, component: number) =>
                ranges.push(`${viewportId} ${referencedId} ${min} to ${max} of ${component}`),
            }),
          }),
        }),
      }),
    },
  });
  actors = {
    v1: [actor('a', 'v1'), actor('labelmap', 'v1')],
    v2: [{ referencedId: 'labelmap', actor: {} }],
    v3: [actor('labelmap', 'v3')],
  };
  const modified = (segmentationId: string) =>
    eventTarget.dispatchEvent(
      new CustomEvent('CORNERSTONE_TOOLS_SEGMENTATION_DATA_MODIFIED', { detail: { segmentationId } }),
    );
  modified('another');
  expect(ranges).toEqual([]);
  modified('seg-a');
  expect(ranges).toEqual(['v1 labelmap 0 to 1 of 0']);
});

test('over the heat map the mask is an outline, without it filled', async () => {
  await settled();
  expect(segmentations.styles.at(-1)).toMatchObject({ renderFill: false, renderOutline: true });
  settings.showHeatMap = false;
  await settled();
  expect(segmentations.styles.at(-1)).toMatchObject({ renderFill: true });
});

test('a mask that cannot be made is told of once, and leaves those of other images alone', async () => {
  faulty.a = new Failure('out-of-memory', 'no room');
  await settled();
  await settled();
  expect(notices).toEqual([{ kind: 'error', text: 'The mask could not be shown: no room' }]);
  expect(settings.showMask).toBe(true);
  expect(shown()).toEqual([false, false, true]);
  expect(asked.filter(id => id === 'a')).toEqual(['a']);
  delete faulty.a;
  settings.percentile = 95;
  await settled();
  expect(shown()).toEqual([true, true, true]);
});

test('a mask that another choice of backend cancelled is no fault', async () => {
  faulty.b = new Failure('cancelled', 'Cancelled.');
  await settled();
  expect(notices).toEqual([]);
});

/** Masks that are made, and a slider whose moves are shown without labelmaps. */
async function withPreview(): Promise<EventTarget> {
  const page = new EventTarget();
  vi.stubGlobal('document', page);
  vi.stubGlobal('requestAnimationFrame', () => undefined);
  fetchPreview = async () => preview;
  await settled();
  expect(written).toEqual([90, 90]);
  written = [];
  vi.useFakeTimers();
  return page;
}

const move = (percentile: number): boolean => {
  settings.percentile = percentile;
  return masks.update();
};

test('while the percentile moves no labelmap is written, and that of its last value once it rests', async () => {
  await withPreview();
  for (const percentile of [91, 95, 98]) {
    expect(move(percentile)).toBe(true);
    await vi.advanceTimersByTimeAsync(150);
  }
  // Something else of the state: the percentile stands.
  expect(masks.update()).toBe(false);
  expect(written).toEqual([]);
  await vi.advanceTimersByTimeAsync(50);
  expect(written).toEqual([98, 98]);
  expect(masks.update()).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(written).toEqual([98, 98]);
});

test('a press or a key anywhere but on the slider has the labelmap of the last value written at once', async () => {
  const page = await withPreview();
  for (const [percentile, event] of [
    [92, 'pointerdown'],
    [93, 'keydown'],
    [94, 'wheel'],
  ] as const) {
    written = [];
    move(percentile);
    const slider = Object.assign(page, { dataset: { cy: 'explain-percentile' } });
    slider.dispatchEvent(new Event(event));
    await vi.advanceTimersByTimeAsync(0);
    expect(written).toEqual([]);
    slider.dataset.cy = 'another';
    page.dispatchEvent(new Event(event));
    await vi.advanceTimersByTimeAsync(0);
    expect(written).toEqual([percentile, percentile]);
  }
});

test('what is saved or captured finds the labelmap of the last value', async () => {
  await withPreview();
  move(97);
  masks.rest();
  await vi.advanceTimersByTimeAsync(0);
  expect(written).toEqual([97, 97]);
});

test('a percentile between the stops of the slider, as one that is restored, is written at once', async () => {
  await withPreview();
  expect(move(94.2)).toBe(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(written).toEqual([94.2, 94.2]);
});

test('without what draws it, the labelmap follows the percentile itself', async () => {
  const fault = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  fetchPreview = async () => Promise.reject(new Error('no such file'));
  await settled();
  settings.percentile = 95;
  await settled();
  expect(written).toEqual([90, 90, 95, 95]);
  expect(fault).toHaveBeenCalledOnce();
  fault.mockRestore();
});
