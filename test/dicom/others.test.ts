import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readOther } from '../../src/dicom/others';
import { otherKindOf, referencedUids } from '../../src/dicom/others/kinds';
import { words } from '../../src/dicom/others/words';
import type { Film, OtherLayer } from '../../src/dicom/others/types';
import { dicomFile, sequence, text, type RawElement } from './bytes';

// Objects that pydicom wrote, and what numpy found in them (test/fixtures/others/make.py).
const folder = path.join(__dirname, '../fixtures/others');
const { film, ...values } = JSON.parse(readFileSync(path.join(folder, 'values.json'), 'utf8')) as {
  film: Film;
} & Record<string, Record<string, never>>;
const fileOf = (name: string): Uint8Array => readFileSync(path.join(folder, name));
const read = (name: string, change: Partial<Film> = {}) => readOther(fileOf(name), { ...film, ...change });

type Of<Kind extends OtherLayer['kind']> = Extract<OtherLayer, { kind: Kind }>;

function layersOf<Kind extends OtherLayer['kind']>(name: string, kind: Kind): Of<Kind>[] {
  const { layers } = read(name);
  expect(layers.map(layer => layer.kind)).toEqual(layers.map(() => kind));
  return layers as Of<Kind>[];
}

test.each(['pm-float.dcm', 'pm-double.dcm', 'pm-whole.dcm', 'seg-fractional.dcm', 'seg-fractional-rle.dcm'])(
  '%s holds the values that numpy wrote',
  name => {
    const { sum, low, high, peak, unit = '' } = values[name];
    const [layer, ...others] = layersOf(name, 'map');
    expect(others).toEqual([]);
    expect(layer.low).toBeCloseTo(low, 5);
    expect(layer.high).toBeCloseTo(high, 5);
    expect(layer.unit).toBe(unit);
    const held = [...layer.values].filter(value => !Number.isNaN(value));
    expect(held.reduce((a, b) => a + b, 0)).toBeCloseTo(sum, 2);
    const at = layer.values.indexOf(Math.max(...held));
    expect([at % layer.columns, Math.floor(at / layer.columns)]).toEqual(peak);
  },
);

test('of a map of several images the frame of the one on display is shown, under the name of its quantity', () => {
  const [{ label, high }] = layersOf('pm-float.dcm', 'map');
  expect(label).toBe(values['pm-float.dcm'].label);
  // The other image's frame is 7 everywhere.
  expect(high).toBeLessThan(1);
});

test('padding is nothing, not a value', () => {
  const [layer] = layersOf('pm-double.dcm', 'map');
  expect([...layer.values.subarray(0, 32)].every(Number.isNaN)).toBe(true);
  expect([...layer.values.subarray(32)].some(Number.isNaN)).toBe(false);
});

test.each(['seg-binary.dcm', 'seg-labelmap.dcm'])('%s: areas by segment, with names', name => {
  const areas = layersOf(name, 'area');
  const sizes = areas.map(({ mask }) => mask.reduce((sum, inside) => sum + inside, 0));
  expect(sizes).toEqual(values[name].areas);
  expect(areas.map(({ label }) => label)).toEqual(values[name].labels);
});

test('bits of a frame that begins within a byte lie where they were written, in the recommended colour', () => {
  const { first, colour } = values['seg-binary.dcm'];
  const areas = layersOf('seg-binary.dcm', 'area');
  expect(areas.map(({ mask }) => mask.indexOf(1))).toEqual(first);
  const red = areas[0].colour;
  for (const channel of [0, 1, 2]) expect(Math.abs(red[channel] - colour[channel])).toBeLessThanOrEqual(2);
});

test('graphics of a presentation state: polygon, circle, ellipse, a point in shares of the display, words', () => {
  const [{ label, shapes, texts, colour }] = layersOf('gsps.dcm', 'drawing');
  expect(label).toBe('Findings');
  expect(Math.abs(colour[0] - 255) + colour[1] + colour[2]).toBeLessThan(6);
  expect(texts).toEqual([{ x: 600, y: 200, text: 'Nodule?' }]);
  const [polygon, circle, ellipse, point] = shapes;
  expect(polygon).toEqual({ form: 'line', closed: true, points: [100, 100, 300, 100, 300, 250, 100, 100] });
  for (let i = 0; i < circle.points.length; i += 2)
    expect(Math.hypot(circle.points[i] - 600, circle.points[i + 1] - 300)).toBeCloseTo(50, 6);
  for (let i = 0; i < ellipse.points.length; i += 2) {
    const [x, y] = [(ellipse.points[i] - 500) / 100, (ellipse.points[i + 1] - 700) / 50];
    expect(x * x + y * y).toBeCloseTo(1, 6);
  }
  expect(point).toEqual({ form: 'points', closed: false, points: [256, 768] });
});

test('regions of a report, also where the image is named by its place in the report; not those of other images', () => {
  const { labels, first, circle } = values['sr.dcm'];
  const layers = layersOf('sr.dcm', 'drawing');
  expect(layers.map(({ label }) => label)).toEqual(labels);
  expect(layers[0].shapes).toEqual([{ form: 'line', closed: true, points: first }]);
  const [x, y, radius] = circle as number[];
  const { points } = layers[1].shapes[0];
  for (let i = 0; i < points.length; i += 2)
    expect(Math.hypot(points[i] - x, points[i + 1] - y)).toBeCloseTo(radius, 4);
});

test.each(readdirSync(folder).filter(name => name.startsWith('refused-')))('%s', name => {
  expect(() => read(name)).toThrow(values[name].says as string);
});

test.each(['pm-float.dcm', 'seg-binary.dcm', 'gsps.dcm', 'sr.dcm'])(
  '%s is of no other image, and of no other frame than it says',
  name => {
    expect(() => read(name, { sopInstanceUid: '1.2.3' })).toThrow(/does not refer to this image/);
    // It names no frame: then it is of all.
    expect(read(name, { frame: 2 }).layers.length).toBeGreaterThan(0);
  },
);

test('an object that lies elsewhere in space than the image is refused', () => {
  expect(() => read('pm-placed.dcm', { position: [0, 0, 0] })).toThrow(/elsewhere in space/);
  expect(read('pm-placed.dcm', { position: [0, 0, 100.2] }).layers).toHaveLength(1);
  // A radiograph has no place in space: nothing contradicts it.
  expect(read('pm-placed.dcm').layers).toHaveLength(1);
});

test('absurd reports are refused: too deep, with too many points, with too many regions', () => {
  let inner: RawElement[] = [text(0x0040a040, 'CS', 'TEXT')];
  for (let depth = 0; depth < 100; depth++)
    inner = [text(0x0040a040, 'CS', 'CONTAINER'), sequence(0x0040a730, inner)];
  const reportOf = (...items: RawElement[][]): Uint8Array =>
    dicomFile([text(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.88.34'), sequence(0x0040a730, ...items)]);
  expect(() => readOther(reportOf(inner), film)).toThrow(/nested too deep/);

  // An FL of explicit VR holds 16383 values at most.
  const region = (points: number): RawElement[] => [
    text(0x0040a040, 'CS', 'SCOORD'),
    sequence(0x0040a730, [
      sequence(0x00081199, [text(0x00081155, 'UI', film.sopInstanceUid)]),
      text(0x0040a040, 'CS', 'IMAGE'),
    ]),
    { tag: 0x00700022, vr: 'FL', bytes: new Uint8Array(8 * points) },
    text(0x00700023, 'CS', 'POLYLINE'),
  ];
  const report = (regions: number, points: number): Uint8Array =>
    reportOf(...Array.from({ length: regions }, () => region(points)));
  expect(readOther(report(20, 8000), film).layers).toHaveLength(1);
  expect(() => readOther(report(30, 8000), film)).toThrow(/far more than can be shown/);
  expect(() => readOther(report(2001, 2), film)).toThrow(/far more than can be shown/);
});

test('a file that is cut off anywhere is refused with a reason, or read as one that ends there', () => {
  for (const name of ['pm-whole.dcm', 'seg-binary.dcm', 'seg-fractional-rle.dcm', 'gsps.dcm', 'sr.dcm']) {
    const whole = fileOf(name);
    for (let length = 0; length < whole.length; length += Math.max(1, Math.floor(whole.length / 97))) {
      let thrown: unknown;
      try {
        readOther(whole.slice(0, length), film);
      } catch (error) {
        thrown = error;
      }
      expect(
        thrown === undefined || (thrown as Error).name === 'DicomImageError',
        `${name} at ${length}`,
      ).toBe(true);
      // What has pixels has them whole.
      if (/^(pm|seg)/.test(name)) expect(thrown, `${name} at ${length}`).toBeDefined();
    }
  }
});

test('references are found at any depth of what a viewer holds, and circles end', () => {
  const image: Record<string, unknown> = { ReferencedSOPInstanceUID: '1.2.3 ' };
  const attributes: Record<string, unknown> = { A: [{ B: [{ C: image }] }], ReferencedSOPInstanceUID: '9' };
  image.Again = attributes;
  attributes._parent = { ReferencedSOPInstanceUID: 'of the viewer' };
  expect([...referencedUids(attributes)].sort()).toEqual(['1.2.3', '9']);
});

test('kinds by SOP class; images show nothing over another one', () => {
  expect(otherKindOf('1.2.840.10008.5.1.4.1.1.30')).toBe('map');
  expect(otherKindOf('1.2.840.10008.5.1.4.1.1.1.1')).toBeUndefined();
  expect(otherKindOf('toString')).toBeUndefined();
  expect(() => readOther(readFileSync(path.join(__dirname, '../../sample/phantom-001.dcm')), film)).toThrow(
    /show nothing over an image/,
  );
});

test('words of a header are one line without characters that turn or hide others', () => {
  expect(words('a\u202eb\nc\u0000')).toBe('a b c');
  expect(words('x'.repeat(500))).toHaveLength(120);
});
