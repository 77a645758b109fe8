import { defaultLook } from '../../src/extension/customization';
import { beforeEach, expect, test } from 'vitest';
import { Failure } from '../../src/extension/failure';
import type { ExplainService } from '../../src/extension/store/explain-service';
import { MaskSegmentations, type MaskHost } from '../../src/extension/draw/mask-segmentation';
import type { Target } from '../../src/extension/host/host-image';
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

beforeEach(() => {
  segmentations = new FakeSegmentations();
  settings = { showMask: true, percentile: 90, showHeatMap: true };
  outputVisible = true;
  notices = [];
  faulty = {};
  asked = [];
  busy = new Set();
  const results = Object.fromEntries(
    Object.keys(showing).map(id => [
      id,
      { key: id, imageId: id, card: { id: 'm', version: '1' }, method: { id: 'naive' } },
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
    mask: async ({ imageId }: { imageId: string }) => {
      asked.push(imageId);
      if (faulty[imageId]) throw faulty[imageId];
      if (busy.has(imageId)) await new Promise(() => undefined);
      return new Uint8Array(16).fill(1);
    },
    setSettings: (change: object) => Object.assign(settings, change),
    maskSwitched: (showMask: boolean) => Object.assign(settings, { showMask }),
    notify: (notice: object) => notices.push(notice),
  } as unknown as ExplainService;
  masks = new MaskSegmentations(service, {
    services: {
      segmentationService: segmentations,
      cornerstoneViewportService: { getCornerstoneViewport: () => undefined },
    },
    cornerstone: {
      cache: { getImage: () => ({ voxelManager: { getScalarData: () => new Uint8Array(16) } }) },
      eventTarget: new EventTarget(),
    },
    tools: {
      segmentation: { triggerSegmentationEvents: { triggerSegmentationDataModified: () => undefined } },
    },
    viewportsShowing: (imageId: string) => showing[imageId],
    shownImage: (imageId: string): Target => target(imageId),
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
