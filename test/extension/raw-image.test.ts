import { describe, expect, test } from 'vitest';
import { findTarget, readRawImage, type Target } from '../../src/extension/host/host-image';
import type {
  Cornerstone,
  CornerstoneImage,
  PixelArray,
  Services,
} from '../../src/extension/host/ohif-types';
import { toModalityImage } from '../../src/extension/host/raw-image';

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

async function valuesOf(instance: Record<string, unknown>, change: Partial<CornerstoneImage> = {}) {
  const read = await readRawImage(target(instance), cornerstone(image(change)));
  if (!('raw' in read)) throw new Error(read.refusal.message);
  const { values, valid } = toModalityImage(read.raw);
  return { values: [...values], valid: valid && [...valid] };
}

const scalars = (pixels: PixelArray): Partial<CornerstoneImage> => ({
  voxelManager: { getScalarData: () => pixels },
});

test('stored values get slope and intercept, padding is in stored values', async () => {
  const { values, valid } = await valuesOf({
    RescaleSlope: 2,
    RescaleIntercept: -10,
    PixelPaddingValue: -2000,
  });
  expect(values.slice(0, 3)).toEqual([-10, -8, -6]);
  expect(valid).toEqual([1, 1, 1, 0]);
});

test('prescaled pixels come out the same, padding in stored values', async () => {
  const prescaled = {
    isPreScaled: true,
    slope: 2,
    intercept: -10,
    ...scalars(Float32Array.of(-10, -8, -6, -4010)),
  };
  const { values, valid } = await valuesOf({ PixelPaddingValue: -2000, PixelRepresentation: 1 }, prescaled);
  expect(values).toEqual([-10, -8, -6, -4010]);
  expect(valid).toEqual([1, 1, 1, 0]);
});

test('prescaled pixels are taken as they are, without a way back through stored values', async () => {
  // −8.5 is the value of no stored pixel: going back would make −8 or −10 of it.
  const prescaled = {
    isPreScaled: true,
    slope: 2,
    intercept: -10,
    ...scalars(Float32Array.of(-10, -8.5, -6, 20)),
  };
  expect((await valuesOf({ BitsStored: 12 }, prescaled)).values).toEqual([-10, -8.5, -6, 20]);
  // An overlay above the stored bits was rescaled with them: stored word 0x4005 is 5, that is 0.
  const overlaid = { ...prescaled, ...scalars(Float32Array.of(2 * 0x4005 - 10, -8, -6, 20)) };
  expect((await valuesOf({ BitsStored: 12, HighBit: 11 }, overlaid)).values).toEqual([0, -8, -6, 20]);
});

test('a tiny slope survives the way back to stored values', async () => {
  const slope = 5.6e-6;
  const stored = [0, 1, 32768, 65535];
  const prescaled = {
    isPreScaled: true,
    slope,
    intercept: 0,
    ...scalars(Float32Array.from(stored, value => value * slope)),
  };
  const { values } = await valuesOf({}, prescaled);
  expect(values).toEqual([...Float32Array.from(stored, value => value * slope)]);
});

test('a padding range covers both ends whichever way round they are, also with the sign misread', async () => {
  const range = await valuesOf({ PixelPaddingValue: 1, PixelPaddingRangeLimit: 0 });
  expect(range.valid).toEqual([0, 0, 1, 1]);
  expect((await valuesOf({ PixelPaddingValue: 65536 - 2000 })).valid).toEqual([1, 1, 1, 0]);
});

test('no padding in the pixels leaves no mask', async () => {
  expect((await valuesOf({ PixelPaddingValue: 9999 })).valid).toBeUndefined();
});

test('twelve stored bits have their own sign, and an overlay above them is dropped', async () => {
  const words = scalars(Uint16Array.of(0x0fff, 0x0800, 0x07ff, 0x1001));
  const bits = { BitsAllocated: 16, BitsStored: 12, HighBit: 11 };
  expect((await valuesOf({ ...bits, PixelRepresentation: 1 }, words)).values).toEqual([-1, -2048, 2047, 1]);
  const overlaid = scalars(Uint16Array.of(0x1fff, 0x0800, 5, 0x1001));
  expect((await valuesOf({ ...bits, PixelRepresentation: 0 }, overlaid)).values).toEqual([4095, 2048, 5, 1]);
});

describe('a Modality LUT Sequence', () => {
  const sequence = (LUTData: unknown) => ({
    PixelRepresentation: 1,
    RescaleSlope: 1,
    RescaleIntercept: 0,
    ModalityLUTSequence: [{ LUTDescriptor: [3, 0, 16], LUTData }],
  });
  const bytes = new Uint8Array(Uint16Array.of(10, 20, 65535).buffer);
  const expected = [10, 20, 65535, 10];

  test.each([
    ['numbers', [10, 20, 65535]],
    ['a buffer', [bytes.buffer]],
    ['Base64', { InlineBinary: Buffer.from(bytes).toString('base64') }],
    ['bulk data', { BulkDataURI: 'x', retrieveBulkData: async () => bytes.buffer }],
  ])('as %s is applied, also over pixels that are rescaled already', async (_, data) => {
    expect((await valuesOf(sequence(data))).values).toEqual(expected);
    const rescaled = {
      isPreScaled: true,
      slope: 2,
      intercept: 5,
      ...scalars(Float32Array.of(5, 7, 9, -3995)),
    };
    expect((await valuesOf(sequence(data), rescaled)).values).toEqual(expected);
  });

  test('whose data are missing is an error, never skipped', async () => {
    for (const data of [undefined, { BulkDataURI: 'x' }, [bytes.buffer.slice(0, 2)]]) {
      await expect(valuesOf(sequence(data))).rejects.toThrow(/Modality LUT Sequence/);
    }
  });
});

test('shutters of the header go along', async () => {
  const read = await readRawImage(
    target({
      ShutterShape: 'RECTANGULAR',
      ShutterLeftVerticalEdge: 1,
      ShutterRightVerticalEdge: 2,
      ShutterUpperHorizontalEdge: '1',
      ShutterLowerHorizontalEdge: '2',
      CollimatorShape: ['CIRCULAR'],
      CenterOfCircularCollimator: [5, 6],
      RadiusOfCircularCollimator: 7,
    }),
    cornerstone(image()),
  );
  expect('raw' in read && read.raw.shutters).toEqual([
    { shape: 'rectangular', left: 1, right: 2, upper: 1, lower: 2 },
    { shape: 'circular', row: 5, column: 6, radius: 7 },
  ]);
});

test('pixels that are not square by the header go along, as of a file', async () => {
  const read = await readRawImage(target({ ImagerPixelSpacing: ['0.84', '0.42'] }), cornerstone(image()));
  expect('raw' in read && read.raw.pixelAspect).toBe(2);
  expect('raw' in read && toModalityImage(read.raw).pixelAspect).toBe(2);
});

test('the cache keeps its pixels when ours are handed over', async () => {
  const cached = Int16Array.of(0, 1, 2, 3);
  const read = await readRawImage(target(), cornerstone(image(scalars(cached))));
  expect('raw' in read && read.raw.pixels.buffer).not.toBe(cached.buffer);
});

test.each([
  ['colour', { color: true }],
  ['truncated', { rows: 3 }],
  ['no-pixels', scalars(new Int16Array(0))],
] as [string, Partial<CornerstoneImage>][])('%s is refused', async (code, change) => {
  const read = await readRawImage(target(), cornerstone(image(change)));
  expect('refusal' in read && read.refusal.code).toBe(code);
});

test('a slope of 0 is refused, as for a file', async () => {
  const read = await readRawImage(target({ RescaleSlope: 0 }), cornerstone(image()));
  expect('refusal' in read && read.refusal.message).toMatch(/Rescale Slope is 0/);
});

test('an image that was never decoded is refused', async () => {
  const read = await readRawImage(target(), cornerstone(undefined));
  expect('refusal' in read && read.refusal.code).toBe('no-pixels');
  expect('refusal' in read && read.refusal.message).toMatch(/truncated/);
});

test('an image that is still on its way is waited for; one whose way ends in a fault is refused', async () => {
  const loading = (promise: Promise<CornerstoneImage>): Cornerstone => {
    const viewer = cornerstone(undefined);
    return { ...viewer, cache: { ...viewer.cache, getImageLoadObject: () => ({ promise }) } };
  };
  const read = await readRawImage(target(), loading(Promise.resolve(image())));
  expect('raw' in read && [...read.raw.pixels]).toEqual([0, 1, 2, -2000]);
  const failed = await readRawImage(target(), loading(Promise.reject(new Error('gone'))));
  expect('refusal' in failed && failed.refusal.code).toBe('no-pixels');
});

test('PALETTE COLOR and an unknown photometric interpretation are refused', async () => {
  const palette = { ...target(), attributes: { photometric: 'PALETTE COLOR' } };
  const read = await readRawImage(palette, cornerstone(image()));
  expect('refusal' in read && read.refusal.code).toBe('photometric');
  const unknown = await readRawImage({ ...target(), attributes: {} }, cornerstone(image()));
  expect('refusal' in unknown && unknown.refusal.message).toContain('not stated');
});

test('an image that the viewer has no place for is refused with the reason, one still loading is not', () => {
  const place = { canvas: [NaN, NaN], width: 500 };
  const instance = { PixelSpacing: [0, 0] };
  const services = {
    viewportGridService: { getActiveViewportId: () => 'v', getDisplaySetsUIDsForViewport: () => ['d'] },
    displaySetService: { getDisplaySetByUID: () => ({ displaySetInstanceUID: 'd', instances: [instance] }) },
    cornerstoneViewportService: {
      getCornerstoneViewport: () => ({
        element: { clientWidth: place.width, clientHeight: 400 },
        getCurrentImageId: () => 'image',
        worldToCanvas: () => place.canvas,
      }),
    },
  } as unknown as Services;
  const refused = findTarget(services, cornerstone(image()));
  expect('refusal' in refused && refused.refusal.code).toBe('not-drawn');
  expect('refusal' in refused && refused.refusal.message).toContain('PixelSpacing is 0 \\ 0');
  expect('target' in findTarget(services, cornerstone(undefined))).toBe(true);
  place.width = 0;
  expect('target' in findTarget(services, cornerstone(image()))).toBe(true);
  Object.assign(place, { width: 500, canvas: [250, 200] });
  expect('target' in findTarget(services, cornerstone(image()))).toBe(true);
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

test.each([
  ['loading', { SamplesPerPixel: 1, Rows: 10, Columns: 10 }],
  ['colour', { SamplesPerPixel: 3, Rows: 10, Columns: 10 }],
  ['no-pixels', { Modality: 'SR' }],
])('of a series without an image on display the reason is %s', (code, instance) => {
  const services = {
    viewportGridService: { getActiveViewportId: () => 'v', getDisplaySetsUIDsForViewport: () => ['d'] },
    displaySetService: {
      getDisplaySetByUID: () => ({ instances: [instance] }),
      getActiveDisplaySets: () => [],
    },
    cornerstoneViewportService: { getCornerstoneViewport: () => ({ getCurrentImageId: () => undefined }) },
  } as unknown as Services;
  const outcome = findTarget(services, cornerstone(undefined));
  expect('refusal' in outcome && outcome.refusal.code).toBe(code);
});
