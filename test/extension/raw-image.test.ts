import { expect, test } from 'vitest';
import { findTarget, readRawImage, rescaling, type Target } from '../../src/extension/host-image';
import type { Cornerstone, CornerstoneImage, Services } from '../../src/extension/ohif-types';
import { toModalityImage } from '../../src/extension/raw-image';

const image = (change: Partial<CornerstoneImage> = {}): CornerstoneImage => ({
  imageId: 'i',
  rows: 2,
  columns: 2,
  voxelManager: { getScalarData: () => Int16Array.of(0, 1, 2, -2000) },
  ...change,
});

function target(instance: Record<string, unknown> = {}): Target {
  return {
    viewportId: 'v',
    viewport: { id: 'v', element: {} as HTMLDivElement, worldToCanvas: () => [0, 0] },
    displaySet: { displaySetInstanceUID: 'd' },
    imageId: 'i',
    instance,
    attributes: { photometric: 'MONOCHROME2', samplesPerPixel: 1 },
  };
}

const cornerstone = (cached: CornerstoneImage | undefined): Cornerstone =>
  ({ cache: { getImage: () => cached }, metaData: { get: () => undefined } }) as unknown as Cornerstone;

test('stored values get slope and intercept, padding is in stored values', () => {
  const read = readRawImage(
    target({ RescaleSlope: 2, RescaleIntercept: -10, PixelPaddingValue: -2000 }),
    cornerstone(image()),
  );
  if (!('raw' in read)) throw new Error(read.refusal.message);
  const { values, valid } = toModalityImage(read.raw);
  expect([...values.slice(0, 3)]).toEqual([-10, -8, -6]);
  expect([...valid!]).toEqual([1, 1, 1, 0]);
});

test('prescaled pixels are taken as they are, and padding is brought to their units', () => {
  const prescaled = image({
    isPreScaled: true,
    slope: 2,
    intercept: -10,
    voxelManager: { getScalarData: () => Float32Array.of(-10, -8, -6, -4010) },
  });
  const read = readRawImage(target({ PixelPaddingValue: -2000 }), cornerstone(prescaled));
  if (!('raw' in read)) throw new Error(read.refusal.message);
  const { values, valid } = toModalityImage(read.raw);
  expect([...values]).toEqual([-10, -8, -6, -4010]);
  expect([...valid!]).toEqual([1, 1, 1, 0]);
});

test('a padding range covers both ends whichever way round they are', () => {
  expect(rescaling(image(), { PixelPaddingValue: 10, PixelPaddingRangeLimit: 4 }).padding).toEqual({
    from: 4,
    to: 10,
  });
});

test('no padding in the pixels leaves no mask', () => {
  const read = readRawImage(target({ PixelPaddingValue: 9999 }), cornerstone(image()));
  expect('raw' in read && toModalityImage(read.raw).valid).toBeUndefined();
});

test('the cache keeps its pixels when ours are handed over', () => {
  const cached = Int16Array.of(0, 1, 2, 3);
  const read = readRawImage(target(), cornerstone(image({ voxelManager: { getScalarData: () => cached } })));
  expect('raw' in read && read.raw.pixels.buffer).not.toBe(cached.buffer);
});

test.each([
  ['colour', { color: true }],
  ['truncated', { rows: 3 }],
  ['no-pixels', { voxelManager: { getScalarData: () => new Int16Array(0) } }],
] as [string, Partial<CornerstoneImage>][])('%s is refused', (code, change) => {
  const read = readRawImage(target(), cornerstone(image(change)));
  expect('refusal' in read && read.refusal.code).toBe(code);
});

test('an image that was never decoded is refused', () => {
  const read = readRawImage(target(), cornerstone(undefined));
  expect('refusal' in read && read.refusal.code).toBe('no-pixels');
  expect('refusal' in read && read.refusal.message).toMatch(/truncated/);
});

test('PALETTE COLOR and an unknown photometric interpretation are refused', () => {
  const palette = { ...target(), attributes: { photometric: 'PALETTE COLOR' } };
  const read = readRawImage(palette, cornerstone(image()));
  expect('refusal' in read && read.refusal.code).toBe('photometric');
  const unknown = readRawImage({ ...target(), attributes: {} }, cornerstone(image()));
  expect('refusal' in unknown && unknown.refusal.message).toContain('not stated');
});

test('viewports without an image say why', () => {
  const services = (uids: string[] | undefined, displaySet: unknown): Services =>
    ({
      viewportGridService: { getActiveViewportId: () => 'v', getDisplaySetsUIDsForViewport: () => uids },
      displaySetService: { getDisplaySetByUID: () => displaySet },
      cornerstoneViewportService: { getCornerstoneViewport: () => undefined },
    }) as unknown as Services;
  const empty = findTarget(services([], undefined), cornerstone(undefined));
  expect('refusal' in empty && empty.refusal.code).toBe('no-image');
  const report = findTarget(
    services(['d'], { displaySetInstanceUID: 'd', Modality: 'SR' }),
    cornerstone(undefined),
  );
  expect('refusal' in report && report.refusal.message).toContain('SR');
});

test('an empty viewport tells why nothing of the study can be explained', () => {
  const services = (sets: unknown[], active: string | null = null): Services =>
    ({
      viewportGridService: { getActiveViewportId: () => active, getDisplaySetsUIDsForViewport: () => [] },
      displaySetService: { getDisplaySetByUID: () => undefined, getActiveDisplaySets: () => sets },
    }) as unknown as Services;
  const codeOf = (sets: unknown[], active?: string): string => {
    const outcome = findTarget(services(sets, active), cornerstone(undefined));
    return 'refusal' in outcome ? outcome.refusal.code : 'none';
  };
  const colour = { instances: [{ SamplesPerPixel: 3 }] };
  const unsupported = { unsupported: true, Modality: 'SR', instance: {} };
  const film = { instances: [{ SamplesPerPixel: 1 }] };
  expect(codeOf([colour])).toBe('colour');
  expect(codeOf([unsupported], 'v')).toBe('no-pixels');
  expect(codeOf([colour, film], 'v')).toBe('no-image');
  expect(codeOf([])).toBe('no-viewport');
});
