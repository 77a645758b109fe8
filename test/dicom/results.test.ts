import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseDicom, type DataSet } from 'dicom-parser';
import { afterAll, describe, expect, it } from 'vitest';
import {
  describeStored,
  makeResults,
  modelIdentity,
  pickSource,
  readStoredMap,
  resultKinds,
  resultReferences,
  usualKinds,
  whenUnmarked,
  sourceAttributes,
  type Attributes,
  type ExplanationFigures,
  type NativeExplanation,
  type ResultContext,
  type ResultKind,
  type ResultObject,
  type ResultSelection,
} from '../../src/dicom/results';
import { explanationLabel } from '../../src/drawing/explanation-label';
import { markedRegions } from '../../src/dicom/results/regions';
import { percentileMask } from '../../src/metrics';
import {
  hasDciodvfy,
  hasDsrdump,
  hasPydicom,
  runPydicom,
  validate,
  validatePresentation,
  validateReport,
} from '../support/debian-programs';
import { decideBy } from '../../src/models/decision';
import { sha256Hex } from '../../src/models/hash';
import { seededRandom } from '../../src/models/random';

// Odd sizes: bits and bytes of frames then end within a byte and a word.
const rows = 61;
const columns = 47;
const folder = mkdtempSync(path.join(tmpdir(), 'explain-results-'));
afterAll(() => rmSync(folder, { recursive: true }));

const radiograph: Attributes = {
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.1',
  SOPInstanceUID: '1.2.3.4.5',
  StudyInstanceUID: '1.2.3',
  SeriesInstanceUID: '1.2.3.4',
  SeriesNumber: 2,
  PatientName: [{ Alphabetic: 'Müller^Änne', Ideographic: '山田^花子' }],
  PatientID: 'P-1',
  PatientBirthDate: '19500101',
  PatientSex: 'F',
  PatientAge: '076Y',
  StudyDate: '20260131',
  StudyTime: '120000',
  StudyID: 'S1',
  AccessionNumber: 'A1',
  ReferringPhysicianName: 'Doe^Jane',
  StudyDescription: 'Chest PA',
  Modality: 'CR',
  Manufacturer: 'Maker',
  BodyPartExamined: 'CHEST',
  PatientOrientation: ['L', 'F'],
  ImagerPixelSpacing: [0.2, 0.2],
  LossyImageCompression: '00',
};
const slice: Attributes = {
  ...radiograph,
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
  Modality: 'CT',
  FrameOfReferenceUID: '1.2.3.9',
  ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
  ImagePositionPatient: [-10.5, -20, 30],
  PixelSpacing: [0.7, 0.8],
  SliceThickness: 5,
};
/** A place in the patient, but no thickness. */
const plane: Attributes = { ...slice, SliceThickness: undefined };
const bare: Attributes = {
  SOPClassUID: radiograph.SOPClassUID,
  SOPInstanceUID: '1.2.3.4.6',
  StudyInstanceUID: '1.2.3',
  SeriesInstanceUID: '1.2.3.4',
};
const malformed: Attributes = {
  ...radiograph,
  PatientBirthDate: '1950-01-01',
  StudyDate: '31.01.2026',
  StudyTime: 'noon',
  PatientAge: '76',
  PatientSex: 'female',
  BodyPartExamined: 'Chest, both sides of it',
  LossyImageCompression: '01',
  LossyImageCompressionRatio: '10',
  LossyImageCompressionMethod: 'ISO_10918_1',
};
const multiFrame: Attributes = {
  ...radiograph,
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.12.1',
  NumberOfFrames: 3,
};
/** With loss by its transfer syntax alone, decimals in an integer, a description and a maker that are too long. */
const careless: Attributes = {
  ...radiograph,
  TransferSyntaxUID: '1.2.840.10008.1.2.4.50',
  LossyImageCompression: undefined,
  SeriesNumber: 1.5,
  StudyDescription: `Chest\r\nPA ${'and lateral '.repeat(8)}`,
  Manufacturer: 'Maker '.repeat(20),
  BurnedInAnnotation: 'maybe, perhaps',
};
const sources = { radiograph, slice, plane, bare, malformed, multiFrame, careless };

const model = modelIdentity({
  id: 'test-model',
  version: '1.2.3',
  title: 'Test model',
  classes: [{ name: 'no opacity' }, { name: 'pneumonia; lung opacity' }],
  operatingPoint: 0.4,
  files: { 'a.bin': 'a'.repeat(64), 'b.bin': 'b'.repeat(64) },
});
const figures: ExplanationFigures = {
  decision: decideBy(0.123456789012345, 0.4),
  decisionSimilar: decideBy(0.2, 0.4),
  decisionAdversarial: decideBy(0.9, 0.4),
  hold: true,
  flip: true,
};
const random = seededRandom(7);
const map = Float32Array.from({ length: rows * columns }, () => random() ** 3);
const film = {
  values: Float32Array.from({ length: rows * columns }, (_, i) => i % columns),
  rows,
  columns,
  photometric: 'MONOCHROME1' as const,
};
const explanation: NativeExplanation = {
  film,
  map,
  top: Math.max(...map),
  figures,
  mask: percentile => percentileMask(map, percentile),
  notice: 'For research use only.',
  adversarial: () => film.values.map((value, i) => (i === 30 * columns + 20 ? columns - 1 - value : value)),
  cautions: ['View Position is not stated.', 'This image is unlike those that Test model was trained on.'],
};
/** The same film if the finding had been found. */
const found: NativeExplanation = {
  ...explanation,
  figures: {
    decision: decideBy(0.9, 0.4),
    decisionSimilar: decideBy(0.8, 0.4),
    decisionAdversarial: decideBy(0.1, 0.4),
    hold: true,
    flip: true,
  },
  mapKind: { unit: 'pair', shows: 'difference' },
};
const all: ResultSelection = { kinds: usualKinds, percentiles: [90] };
/** With those on request. */
const every: ResultSelection = { ...all, kinds: resultKinds.filter(kind => kind !== 'way') };

function context(source: Attributes = radiograph, change: Partial<ResultContext> = {}): ResultContext {
  return {
    source,
    model,
    settings: {
      methodId: 'similar-adversarial',
      methodTitle: 'Similar–Adversarial',
      generator: 'single2',
      augment: 0,
      seed: 0,
      backend: 'wasm',
    },
    created: new Date(2026, 1, 3, 4, 5, 6),
    software: '0.0.0',
    ...change,
  };
}

function make(selection: Partial<ResultSelection> = {}, given = context()): Record<ResultKind, ResultObject> {
  const made = makeResults(given, explanation, { ...all, ...selection });
  return Object.fromEntries(made.map(result => [result.kind, result])) as Record<ResultKind, ResultObject>;
}

/** Segmentation of given masks. */
function segmentationOf(masks: readonly { percentile: number; mask: Uint8Array }[]): ResultObject {
  const given = {
    ...explanation,
    mask: (wanted: number) => masks.find(({ percentile }) => percentile === wanted)!.mask,
  };
  const percentiles = masks.map(({ percentile }) => percentile);
  return makeResults(context(), given, { kinds: ['seg'], percentiles })[0];
}

function parse({ bytes }: ResultObject): DataSet {
  return parseDicom(bytes);
}

function bitsOf(dataSet: DataSet): Uint8Array {
  const { dataOffset } = dataSet.elements.x7fe00010;
  const frames = Number(dataSet.string('x00280008'));
  return Uint8Array.from(
    { length: frames * rows * columns },
    (_, i) => (dataSet.byteArray[dataOffset + (i >> 3)] >> (i & 7)) & 1,
  );
}

/** First content item with a concept, at any depth. */
function contentItem(dataSet: DataSet, code: string): DataSet | undefined {
  for (const { dataSet: item } of dataSet.elements.x0040a730?.items ?? []) {
    const name = item?.elements.x0040a043?.items?.[0].dataSet?.string('x00080100');
    const found = item && (name === code ? item : contentItem(item, code));
    if (found) return found;
  }
  return undefined;
}

const firstItem = (dataSet: DataSet | undefined, tag: string): DataSet | undefined =>
  dataSet?.elements[tag]?.items?.[0].dataSet;

describe('identifiers', () => {
  it('are the same for the same explanation, and known before it is made', () => {
    const [first, again] = [make(every), make(every)];
    const named = resultReferences(context(), every);
    for (const kind of every.kinds) {
      expect(again[kind].bytes).toEqual(first[kind].bytes);
      expect(first[kind]).toMatchObject(named[kind]!);
    }
    const uids = every.kinds.flatMap(kind => [first[kind].sopInstanceUid, first[kind].seriesInstanceUid]);
    expect(new Set(uids).size).toBe(2 * every.kinds.length);
    uids.forEach(uid => expect(uid).toMatch(/^2\.25\.\d{1,39}$/));
  });

  const { settings } = context();
  it.each<[string, Partial<ResultContext>]>([
    ['another image', { source: { ...radiograph, SOPInstanceUID: '1.2.3.4.7' } }],
    ['another frame', { frame: 2 }],
    ['another model version', { model: { ...model, version: '1.2.4' } }],
    ['other weights', { model: { ...model, weightsSha256: 'c'.repeat(64) } }],
    ['another method', { settings: { ...settings, methodId: 'gradient' } }],
    ['another generator', { settings: { ...settings, generator: 'duo' } }],
    ['averaging', { settings: { ...settings, augment: 10 } }],
    ['another version of this software', { software: '0.0.1' }],
    ['another backend', { settings: { ...settings, backend: 'webgl' } }],
  ])('differ for %s', (_name, change) => {
    const [one, other] = [
      resultReferences(context(), every),
      resultReferences(context(undefined, change), every),
    ];
    for (const kind of usualKinds) {
      expect(other[kind]!.sopInstanceUid).not.toBe(one[kind]!.sopInstanceUid);
      expect(other[kind]!.seriesInstanceUid).not.toBe(one[kind]!.seriesInstanceUid);
    }
  });

  it('tell a map that marks nothing from one that marks something, and from a selection without segmentation', () => {
    const withoutSegmentation = { ...all, kinds: ['pm', 'sc', 'sr'] as const };
    const uids = [
      resultReferences(context(), all).sr,
      resultReferences(context(), withoutSegmentation).sr,
      whenUnmarked(context(), all).instead.sr,
      whenUnmarked(context(), { ...all, percentiles: [95] }).instead.sr,
    ].map(reference => reference?.sopInstanceUid);
    expect(new Set(uids).size).toBe(4);
    expect(whenUnmarked(context(), withoutSegmentation)).toEqual({ absent: [], instead: {} });
    expect(whenUnmarked(context(), all).absent).toEqual(['seg']);
  });

  it('do not hang on the time of the explanation', () => {
    const later = make({}, context(undefined, { created: new Date(2027, 0, 1) }));
    for (const kind of usualKinds) expect(later[kind].sopInstanceUid).toBe(make()[kind].sopInstanceUid);
  });
});

describe('a map that marks nothing', () => {
  const nothing = { ...explanation, mask: () => new Uint8Array(rows * columns) };

  it('has no segmentation; the others are made, and the report says so and refers to none', () => {
    const made = makeResults(context(), nothing, all);
    expect(made.map(({ kind }) => kind)).toEqual(['pm', 'sc', 'sr']);
    expect(made[2]).toMatchObject(whenUnmarked(context(), all).instead.sr!);
    const text = new TextDecoder().decode(made[2].bytes);
    expect(text).toContain('There is no segmentation: no pixel of the map lies above the percentile');
    expect(text).not.toContain(resultReferences(context(), all).seg!.sopInstanceUid);
    expect(new TextDecoder().decode(make().sr.bytes)).not.toContain('There is no segmentation');
  });

  it('is refused where the segmentation alone is wanted', () => {
    expect(() => makeResults(context(), nothing, { ...all, kinds: ['seg'] })).toThrow(/map marks nothing/);
  });
});

describe('segmentation', () => {
  it('holds the pixels of one percentile bit by bit, beside its image', () => {
    const seg = parse(make().seg);
    expect(bitsOf(seg)).toEqual(percentileMask(map, 90));
    expect(seg.string('x00620001')).toBe('BINARY');
    expect(seg.string('x0020000d')).toBe('1.2.3');
    expect(seg.elements.x00200052).toBeUndefined();
    const frame = firstItem(seg, 'x52009230');
    const source = firstItem(firstItem(frame, 'x00089124'), 'x00082112');
    expect(source?.string('x00081155')).toBe('1.2.3.4.5');
    expect(firstItem(seg, 'x00620002')?.string('x00620005')).toBe('AI NEG, not a lesion, top 10 %');
  });

  it('holds several percentiles as disjoint bands', () => {
    const seg = parse(make({ percentiles: [98, 90, 95] }).seg);
    const bits = bitsOf(seg);
    const size = rows * columns;
    const masks = [90, 95, 98].map(percentile => percentileMask(map, percentile));
    for (let pixel = 0; pixel < size; pixel++) {
      const bands = [0, 1, 2].map(band => bits[band * size + pixel]);
      expect(bands[0] + bands[1] + bands[2]).toBe(masks[0][pixel]);
      expect(bands[1] + bands[2]).toBe(masks[1][pixel]);
      expect(bands[2]).toBe(masks[2][pixel]);
    }
  });

  it('as a label map gives each pixel the number of its band', () => {
    const seg = parse(make({ percentiles: [90, 95], encoding: 'labelmap' }).seg);
    expect(seg.string('x00080016')).toBe('1.2.840.10008.5.1.4.1.1.66.7');
    expect(seg.string('x00620001')).toBe('LABELMAP');
    const { dataOffset } = seg.elements.x7fe00010;
    const [low, high] = [percentileMask(map, 90), percentileMask(map, 95)];
    const expected = low.map((value, i) => value + high[i]);
    expect(seg.byteArray.slice(dataOffset, dataOffset + rows * columns)).toEqual(expected);
  });

  it('keeps the place in the patient of an image that has one', () => {
    const seg = parse(make({}, context(slice)).seg);
    expect(seg.string('x00200052')).toBe('1.2.3.9');
    const shared = firstItem(seg, 'x52009229');
    expect(firstItem(shared, 'x00209113')?.string('x00200032')).toBe('-10.5\\-20\\30');
    expect(firstItem(shared, 'x00289110')?.string('x00280030')).toBe('0.7\\0.8');
  });

  it('leaves out the band of a percentile that selects no more than the next one', () => {
    const mask = new Uint8Array(rows * columns).fill(1, 0, 5);
    const masks = [95, 90].map(percentile => ({ percentile, mask }));
    const seg = parse(segmentationOf(masks));
    expect(seg.string('x00280008')).toBe('1');
    expect(firstItem(seg, 'x00620002')?.string('x00620005')).toBe('AI NEG, not a lesion, top 5 %');
  });

  it('is told apart from that of another method in the list of series', () => {
    const of = (methodId: string, kind: 'seg' | 'pm'): (string | undefined)[] => {
      const base = context();
      const object = parse(make({}, { ...base, settings: { ...base.settings, methodId } })[kind]);
      return [object.string('x0008103e'), object.string('x00200011')];
    };
    expect(of('naive', 'seg')[0]).toBe('AI mask NEG - naive - research use only');
    expect(of('naive', 'seg')[1]).toMatch(/^9\d{3}03$/);
    expect(of('naive', 'pm')[1]).toBe(of('naive', 'seg')[1]?.replace(/03$/, '02'));
    expect(of('gradient', 'seg')[1]).not.toBe(of('naive', 'seg')[1]);
  });

  it('says at its start where nothing was found, and what the segment is', () => {
    const of = (made: NativeExplanation): (string | undefined)[] => {
      const [object] = makeResults(context(), made, { kinds: ['seg'], percentiles: [90] });
      const segment = firstItem(parse(object), 'x00620002');
      return [
        parse(object).string('x0008103e'),
        segment?.string('x00620005'),
        segment?.string('x00620006')?.split('. ')[1],
      ];
    };
    expect(of(explanation)).toEqual([
      'AI mask NEG - similar-adversarial - research use only',
      'AI NEG, not a lesion, top 10 %',
      'It is where the method places what counts for the answer',
    ]);
    const changed = { ...explanation, mapKind: found.mapKind };
    expect(of(changed)[2]).toBe(
      'It is where the opposite image (x_a) differs; x_a is the film, changed by AI until this classifier answers positive',
    );
    expect(of(found)).toEqual([
      'AI mask - similar-adversarial - research use only',
      'AI explanation, top 10 %',
      'It is where the opposite image (x_a) differs; x_a is the film, changed by AI until this classifier answers negative',
    ]);
  });

  it('is refused with the reason', () => {
    const full = new Uint8Array(rows * columns).fill(1);
    const write =
      (...masks: { percentile: number; mask: Uint8Array }[]) =>
      () =>
        segmentationOf(masks);
    expect(write({ percentile: 90, mask: new Uint8Array(rows * columns) })).toThrow(/map marks nothing/);
    expect(write({ percentile: 90, mask: new Uint8Array(5) })).toThrow(/5 pixels, the image 2867/);
    expect(write({ percentile: 90, mask: full }, { percentile: 90, mask: full })).toThrow(/twice/);
    expect(() => make({}, context({ ...radiograph, StudyInstanceUID: '' }))).toThrow(
      /no valid StudyInstanceUID/,
    );
  });
});

describe('how far the transforms of an averaged map agree', () => {
  const stability = { correlation: 0.8124, threshold: 0.9, differing: 0.347 };
  const averaged = { ...explanation, stability };
  const sentence =
    'Two halves of the transforms rank the places with a correlation of 0.812 (threshold 0.900); at 35 % of what the map speaks ' +
    'of, the transforms differ by more than its own value.';
  const objects = (of: NativeExplanation): Map<ResultKind, ResultObject> =>
    new Map(
      makeResults(context(), of, { kinds: ['pm', 'sc', 'sbs', 'sr'], percentiles: [90] }).map(made => [
        made.kind,
        made,
      ]),
    );

  it('stands in the pixels of both pictures, in amber where they differ', () => {
    const label = explanationLabel(context(), averaged, 'inferno');
    expect(label.cautions).toContain(sentence);
    const alike = { ...averaged, stability: { correlation: 0.99, differing: 0 } };
    const { lines, cautions } = explanationLabel(context(), alike, 'inferno');
    expect(lines.at(-1)).toMatch(/correlation of 0\.990 \(no threshold was measured\); at 0 % of what/);
    expect(cautions.join()).not.toContain('transforms');
    const [one, other] = [objects(averaged), objects(explanation)];
    for (const kind of ['sc', 'sbs'] as const)
      expect(parse(one.get(kind)!).uint16('x00280010')).toBeGreaterThan(
        parse(other.get(kind)!).uint16('x00280010')!,
      );
  });

  it('is measured in the report, and nothing is said of a single pass', () => {
    const value = (sr: DataSet, code: string): string[] => {
      const measured = firstItem(contentItem(sr, code), 'x0040a300');
      return [
        measured?.string('x0040a30a') ?? '',
        firstItem(measured, 'x004008ea')?.string('x00080100') ?? '',
      ];
    };
    const sr = parse(objects(averaged).get('sr')!);
    expect(value(sr, 'transform-corr')).toEqual(['0.812', '1']);
    expect(value(sr, 'transform-point')).toEqual(['0.9', '1']);
    expect(value(sr, 'transform-differ')).toEqual(['34.7', '%']);
    expect(contentItem(parse(objects(explanation).get('sr')!), 'transform-corr')).toBeUndefined();
  });

  it('is written in the map for people, and read back from it', () => {
    const read = (of: NativeExplanation, change: (text: string) => string = text => text) => {
      const attributes = sourceAttributes(objects(of).get('pm')!.bytes);
      return describeStored({
        ...attributes,
        DerivationDescription: change(String(attributes.DerivationDescription)),
      })?.stability;
    };
    expect(parse(objects(averaged).get('pm')!).text('x00204000')).toContain(`\r\n${sentence}\r\nCaution: `);
    expect(read(averaged)).toEqual(stability);
    expect(read(explanation)).toBeUndefined();
    // Out of their ranges they are no such figures.
    expect(read(averaged, text => text.replace('stability=0.8124', 'stability=7'))).toBeUndefined();
    expect(read(averaged, text => text.replace('Differing=0.347', 'Differing=-1'))).toEqual({
      correlation: 0.8124,
      threshold: 0.9,
    });
  });
});

describe('pictures of a film without a finding', () => {
  it('say that the map marks none, as screen and PNG do', () => {
    const cautions = (of: NativeExplanation): string =>
      explanationLabel(context(), of, 'inferno').cautions.join();
    expect(cautions(explanation)).toContain(
      'The map marks no finding. Findings that this classifier does not know were not looked for.',
    );
    expect(cautions(explanation)).not.toContain('x_a');
    expect(cautions({ ...explanation, mapKind: found.mapKind })).toContain(
      'The map marks no finding. Findings that this classifier does not know were not looked for. The opposite images (x_a) of such films tend to change at the same places',
    );
    expect(cautions(found)).not.toContain('Not found');
  });
});

describe('what is said of text in the pixels', () => {
  it.each(['YES', 'NO', undefined])('is what the film says: %s', burnt => {
    const source = { ...radiograph, BurnedInAnnotation: burnt };
    const way = {
      image: () => film.values,
      curve: {
        from: 'film' as const,
        steps: [0, 1].map(fraction => ({ fraction, decision: decideBy(0.1 + 0.8 * fraction, 0.4) })),
        changes: [],
      },
    };
    const kinds = ['sc', 'sbs', 'xa', 'way'] as const;
    const made = makeResults(context(source), { ...explanation, way }, { kinds, percentiles: [] });
    const said = Object.fromEntries(made.map(one => [one.kind, parse(one).string('x00280301')]));
    // A multi-frame capture must say one or the other.
    expect(said).toEqual({ sc: burnt, sbs: burnt, xa: burnt, way: burnt ?? 'YES' });
  });
});

describe('parametric map', () => {
  it('gives back the map, the model, the settings and the figures', () => {
    const { bytes } = make({}, context(multiFrame, { frame: 2 })).pm;
    expect(readStoredMap(bytes)).toEqual({ rows, columns, map });
    const stored = describeStored(sourceAttributes(bytes));
    expect(stored).toMatchObject({
      sourceInstanceUid: '1.2.3.4.5',
      frame: 2,
      model: {
        id: 'test-model',
        version: '1.2.3',
        weightsSha256: model.weightsSha256,
        classes: ['no opacity', 'pneumonia, lung opacity'],
        operatingPoint: 0.4,
      },
      settings: {
        methodId: 'similar-adversarial',
        generator: 'single2',
        augment: 0,
        seed: 0,
        backend: 'wasm',
      },
      figures,
      cautions: explanation.cautions,
      created: { date: '20260203', time: '040506' },
    });
  });

  it('says of an image without a place in the patient that its orientation means nothing', () => {
    const said = (source: Attributes): string => parse(make({}, context(source)).pm).text('x00204000') ?? '';
    expect(said(radiograph)).toMatch(
      /^The image states no place in the patient\..* say nothing of the patient\.\r\nCaution: /,
    );
    expect(said(slice)).toMatch(/^Caution: View Position/);
  });

  it('is told from other objects', () => {
    for (const kind of ['seg', 'sc', 'sr'] as const)
      expect(describeStored(sourceAttributes(make()[kind].bytes))).toBeUndefined();
    const foreign = { ...sourceAttributes(make().pm.bytes), Manufacturer: 'Somebody' };
    expect(describeStored(foreign)).toBeUndefined();
  });

  it('cut off or without floats is refused', () => {
    const { bytes } = make().pm;
    expect(() => readStoredMap(bytes.subarray(0, bytes.length - 1000))).toThrow(/ends before|carries/);
    expect(() => readStoredMap(make().sc.bytes)).toThrow(/no floating-point pixels/);
  });

  it('refuses a map that is none', () => {
    const broken = (values: Float32Array) => () =>
      makeResults(context(), { ...explanation, map: values }, { kinds: ['pm'], percentiles: [90] });
    expect(broken(new Float32Array(3))).toThrow(/3 pixels/);
    expect(broken(map.map((value, i) => (i === 5 ? NaN : value)))).toThrow(/Pixel 5 .* not a finite number/);
  });
});

describe('secondary capture', () => {
  it('shows the film in its polarity, the map where it is high, and the label below', () => {
    const calm = new Float32Array(rows * columns);
    calm[10 * columns + 20] = 1;
    const [result] = makeResults(
      context(),
      { ...found, map: calm, top: 1 },
      { kinds: ['sc'], percentiles: [] },
    );
    const sc = parse(result);
    expect([sc.uint16('x00280011'), sc.uint16('x00280002')]).toEqual([columns, 3]);
    expect(sc.uint16('x00280010')).toBeGreaterThan(rows);
    const { dataOffset } = sc.elements.x7fe00010;
    const pixel = (column: number, row: number): number[] => [
      ...sc.byteArray.subarray(dataOffset + 3 * (row * columns + column)).subarray(0, 3),
    ];
    // MONOCHROME1: low values are bright
    expect(pixel(0, 0)).toEqual([255, 255, 255]);
    expect(pixel(columns - 1, 0)).toEqual([0, 0, 0]);
    const [red, green, blue] = pixel(20, 10);
    expect(red).toBeGreaterThan(blue + 30);
    expect(green).toBeGreaterThan(blue);
    const band = sc.byteArray.subarray(dataOffset + 3 * rows * columns);
    const amber = band.findIndex((value, i) => value === 255 && band[i + 1] === 179 && band[i + 2] === 0);
    expect(amber).toBeGreaterThan(0);
  });
});

describe('the way to x_a', () => {
  const point = 0.4;
  const curve = {
    from: 'film' as const,
    steps: [0, 0.5, 1].map(fraction => ({ fraction, decision: decideBy(0.1 + 0.8 * fraction, point) })),
    changes: [0.375],
  };
  /** Each step brightens one pixel by as much as the image has. */
  const image = (fraction: number): Float32Array =>
    film.values.map((value, i) => (i === 30 * columns + 20 ? columns * (1 - fraction) : value));
  const withWay = { ...explanation, way: { curve, image } };
  const made = (source: Attributes = radiograph, frame?: number): ResultObject =>
    makeResults(context(source, { frame }), withWay, { kinds: ['way'], percentiles: [] })[0];

  it('is one frame a step, of the same size, each in amber and with a label of its own', () => {
    const way = parse(made());
    expect(way.string('x00280008')).toBe('3');
    const [width, height] = [way.uint16('x00280011')!, way.uint16('x00280010')!];
    expect(width).toBe(columns);
    expect(height).toBeGreaterThan(rows);
    const { dataOffset } = way.elements.x7fe00010;
    const pixel = (frame: number, column: number, row: number): number[] => {
      const at = dataOffset + 3 * ((frame * height + row) * width + column);
      return [...way.byteArray.subarray(at, at + 3)];
    };
    const amber = [255, 179, 0];
    for (const frame of [0, 1, 2]) {
      for (let row = 0; row < rows; row++)
        expect([pixel(frame, 0, row), pixel(frame, columns - 1, row)]).toEqual([amber, amber]);
      for (let column = 0; column < columns; column++)
        expect([pixel(frame, column, 0), pixel(frame, column, rows - 1)]).toEqual([amber, amber]);
    }
    // MONOCHROME1: the pixel that falls from the highest value to the lowest grows bright.
    // Shown are values of 0 to 46; half of the way lies 23.5, (46 − 23.5) / 46 of 255.
    expect([0, 1, 2].map(frame => pixel(frame, 20, 30)[0])).toEqual([0, 125, 255]);
    const band = (frame: number): string =>
      way.byteArray
        .subarray(
          dataOffset + 3 * (frame * height + rows) * width,
          dataOffset + 3 * (frame + 1) * height * width,
        )
        .join();
    expect(new Set([0, 1, 2].map(band)).size).toBe(3);
  });

  it('is refused of a method that makes no x_a, and not made unless it is named', () => {
    expect(() => makeResults(context(), explanation, { kinds: ['way'], percentiles: [] })).toThrow(/no x_a/);
    expect(usualKinds).not.toContain('way');
    const named = resultReferences(context(), { kinds: ['way'], percentiles: [] }).way!;
    expect(made()).toMatchObject(named);
  });

  it.skipIf(!hasDciodvfy).each(Object.keys(sources))('has no error by dciodvfy: %s', name => {
    const file = path.join(folder, `${name}.way.dcm`);
    const frame = name === 'multiFrame' ? 2 : undefined;
    writeFileSync(file, made(sources[name as keyof typeof sources], frame).bytes);
    const { errors, output } = validate(file);
    expect(errors).toEqual([]);
    expect(output).toContain('MultiframeTrueColorSCImage');
  });

  it.skipIf(!hasPydicom)('pydicom reads as many frames, at 400 ms each, forth and back', () => {
    const file = path.join(folder, 'read.way.dcm');
    writeFileSync(file, made().bytes);
    const read = runPydicom(
      `
import sys, json, pydicom
d = pydicom.dcmread(sys.argv[1])
p = d.pixel_array
print(json.dumps({'shape': p.shape, 'time': float(d[d.FrameIncrementPointer].value), 'sweep': d.PreferredPlaybackSequencing,
  'amber': [p[k, 0, :].tolist() == [[255, 179, 0]] * p.shape[2] for k in range(p.shape[0])]}))`,
      file,
    ) as { shape: number[]; time: number; sweep: number; amber: boolean[] };
    expect(read).toMatchObject({ time: 400, sweep: 1, amber: [true, true, true] });
    expect([read.shape[0], read.shape[2], read.shape[3]]).toEqual([3, columns, 3]);
  });
});

describe('colours of marked regions', () => {
  /** CIELab of a region that a viewer is recommended: L*, a*, b*. */
  const labOf = (of: NativeExplanation, kind: 'seg' | 'gsps' | 'fseg'): number[] => {
    const [object] = makeResults(context(), of, { kinds: [kind], percentiles: [90] });
    const [sequence, tag] = kind === 'gsps' ? ['x00700060', 'x00700401'] : ['x00620002', 'x0062000d'];
    const item = firstItem(parse(object), sequence)!;
    return [0, 1, 2].map(i => item.uint16(tag, i)! / 257 - (i === 0 ? 0 : 128));
  };

  it('are warm of a finding and blue where nothing was found', () => {
    for (const kind of ['seg', 'gsps', 'fseg'] as const) {
      expect(labOf(found, kind)[2], kind).toBeGreaterThan(50);
      expect(labOf(explanation, kind)[2], kind).toBeLessThan(-15);
    }
  });
});

describe('colours of the picture', () => {
  const picture = (colours?: 'inferno' | 'viridis', of = found, kind: 'sc' | 'sbs' = 'sc'): ResultObject =>
    makeResults(context(), of, { kinds: [kind], percentiles: [], colours })[0];
  const named = (object: ResultObject): string => parse(object).string('x00082111') ?? '';
  /** Pixels of a picture that are warm, those that are cool. */
  const warmAndCool = (object: ResultObject): [number, number] => {
    const { dataOffset, length } = parse(object).elements.x7fe00010;
    const pixels = object.bytes.subarray(dataOffset, dataOffset + length);
    let [warm, cool] = [0, 0];
    for (let i = 0; i + 2 < 3 * columns * rows; i += 3) {
      if (pixels[i] > pixels[i + 2] + 20) warm++;
      if (pixels[i + 2] > pixels[i] + 20) cool++;
    }
    return [warm, cool];
  };

  it('are named in it, and chosen ones are another object', () => {
    const [usual, chosen, other] = [picture(), picture('inferno'), picture('viridis')];
    expect(new Set([usual, chosen, other].map(({ sopInstanceUid }) => sopInstanceUid)).size).toBe(3);
    expect(named(usual)).toContain('colour map inferno');
    expect(named(chosen)).toContain('colour map inferno');
    expect(named(other)).toContain('colour map viridis');
  });

  it('are none where the map marks nothing, and the label says so', () => {
    const empty = { ...found, top: 0, figures: { ...found.figures, flip: false } };
    for (const kind of ['sc', 'sbs'] as const)
      expect(warmAndCool(picture(undefined, empty, kind))).toEqual([0, 0]);
    const { lines, cautions } = explanationLabel(context(), empty, 'inferno');
    const words = [...lines, ...cautions].join('\n');
    expect(words).toContain('The map marks nothing, so nothing is coloured');
    expect(words).not.toMatch(/Colour map|the colours do not show|Coloured:/);
  });

  it('are cool where nothing was found, unless others were chosen', () => {
    for (const kind of ['sc', 'sbs'] as const) {
      const [warm, cool] = warmAndCool(picture(undefined, explanation, kind));
      expect(warm).toBe(0);
      expect(cool).toBeGreaterThan(50);
      const [hot] = warmAndCool(picture(undefined, found, kind));
      expect(hot).toBeGreaterThan(50);
    }
    expect(named(picture(undefined, explanation))).toContain('colour map azure');
    expect(explanationLabel(context(), explanation, 'azure').lines).toContain(
      'Colour map azure (cool: none found by this AI)',
    );
    expect(named(picture('inferno', explanation))).toContain('colour map inferno');
    expect(warmAndCool(picture('inferno', explanation))[0]).toBeGreaterThan(50);
  });
});

describe('on request alone', () => {
  it('are all but segmentation, map, picture and report', () => {
    expect(usualKinds).toEqual(['seg', 'pm', 'sc', 'sr']);
  });

  it('the report is the same whether or not an outline and x_a are made beside', () => {
    const given = make({ kinds: [...usualKinds, 'gsps', 'xa'] });
    expect(given.sr.bytes).toEqual(make().sr.bytes);
  });

  it('the presentation state draws the outlines of the masks over the image, in its window and polarity', () => {
    const windowed = {
      ...radiograph,
      WindowCenter: [20, 30],
      WindowWidth: [10, 40],
      RescaleSlope: 2,
      RescaleIntercept: -5,
    };
    const gsps = parse(make(every, context(windowed)).gsps);
    const voi = firstItem(gsps, 'x00283110');
    expect([voi?.string('x00281050'), voi?.string('x00281051')]).toEqual(['20', '10']);
    expect([gsps.string('x00281053'), gsps.string('x00281052')]).toEqual(['2', '-5']);
    expect(gsps.string('x20500020')).toBe('INVERSE');
    const image = firstItem(firstItem(gsps, 'x00081115'), 'x00081140');
    expect(image?.string('x00081155')).toBe('1.2.3.4.5');
    const annotation = firstItem(gsps, 'x00700001');
    expect(decoded(firstItem(annotation, 'x00700008')?.string('x00700006'))?.split('\r\n')).toEqual([
      'AI - research use only. Not for diagnosis.',
      'Model test-model 1.2.3   2026-02-03 04:05:06',
      'No pneumonia; lung opacity found by this classifier, score 0.123 (operating point 0.400)',
      'Similar–Adversarial (single2)   backend wasm',
      'The region is cut by AI at percentile 90 of the map of Similar–Adversarial; places below a tenth of its maximum are left out.',
      'It is where the method places what counts for the answer.',
      'No pneumonia; lung opacity found by this classifier: the region is no lesion, and nothing in it was found or measured.',
      ...explanation.cautions.map(caution => `Caution: ${caution}`),
    ]);
    const drawn = annotation!.elements.x00700009.items!.map(({ dataSet }) => {
      const count = dataSet!.uint16('x00700021')!;
      return Array.from({ length: 2 * count }, (_, i) => dataSet!.float('x00700022', i));
    });
    const outlines = markedRegions(percentileMask(map, 90), map, columns).regions.map(
      ({ outline }) => outline,
    );
    expect(drawn).toEqual(outlines);
    // Without a window of its own: from the 0.5th to the 99.5th percentile, 0 and 46 of these columns.
    const plain = firstItem(parse(make(every).gsps), 'x00283110');
    expect([plain?.string('x00281050'), plain?.string('x00281051')]).toEqual(['23.5', '47']);
    const table = context({ ...radiograph, ModalityLUTSequence: [{}] });
    expect(() => make(every, table)).toThrow(/modality look-up table/);
    expect(() => make(every, context(pickSource(table.source)))).toThrow(/modality look-up table/);
  });

  it('the film stands untouched beside the picture', () => {
    const { sbs, sc } = make(every);
    const [both, one] = [parse(sbs), parse(sc)];
    expect(both.uint16('x00280011')).toBe(2 * columns);
    const pixels = both.elements.x7fe00010.dataOffset;
    const right = one.elements.x7fe00010.dataOffset;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const at = pixels + 3 * (row * 2 * columns + column);
        // MONOCHROME1: low values are bright.
        const grey = Math.round(255 * (1 - column / (columns - 1)));
        expect([...both.byteArray.subarray(at, at + 3)]).toEqual([grey, grey, grey]);
        const beside = both.byteArray.subarray(at + 3 * columns, at + 3 * columns + 3);
        const alone = right + 3 * (row * columns + column);
        expect(beside).toEqual(one.byteArray.subarray(alone, alone + 3));
      }
  });

  it('x_a is marked in its pixels and in its header, and shows what was generated', () => {
    const xa = parse(make(every).xa);
    expect(xa.string('x00080008')).toBe('DERIVED\\SECONDARY');
    expect(xa.string('x0008001c')).toBe('YES');
    for (const tag of ['x0008103e', 'x00082111', 'x00204000'])
      expect(xa.text(tag)).toContain('AI-GENERATED, NOT A RADIOGRAPH');
    const { dataOffset } = xa.elements.x7fe00010;
    const pixel = (column: number, row: number): number[] => [
      ...xa.byteArray.subarray(dataOffset + 3 * (row * columns + column)).subarray(0, 3),
    ];
    // Every pixel of the border is of a stripe.
    const border = Array.from({ length: columns }, (_, column) => [
      pixel(column, 0),
      pixel(column, rows - 1),
    ]).flat();
    expect(border.every(([red, green, blue]) => blue === 0 && (green === 179 || red === 0))).toBe(true);
    expect(pixel(20, 30)).toEqual(Array(3).fill(Math.round((255 * 20) / (columns - 1))));
    expect(pixel(20, 31)).toEqual(Array(3).fill(Math.round(255 * (1 - 20 / (columns - 1)))));
    const none = { ...explanation, adversarial: undefined };
    expect(() => makeResults(context(), none, { kinds: ['xa'], percentiles: [] })).toThrow(
      /makes no adversarial image/,
    );
  });
});

describe('a missing flip', () => {
  it('is burned into the picture, as lines of its own below the film', () => {
    const height = (flip: boolean): number => {
      const [result] = makeResults(
        context(),
        { ...explanation, figures: { ...figures, flip } },
        { kinds: ['sc'], percentiles: [] },
      );
      return parse(result).uint16('x00280010')!;
    };
    expect(height(false)).toBeGreaterThan(height(true));
  });
});

/** The report of an explanation. */
function reportOf(made: NativeExplanation, selection: ResultSelection = all): DataSet {
  return parse(makeResults(context(), made, selection).find(({ kind }) => kind === 'sr')!);
}

/** UTF-8, which dicom-parser gives byte by byte. */
function decoded(text: string | undefined): string | undefined {
  return text === undefined
    ? undefined
    : new TextDecoder().decode(Uint8Array.from(text, c => c.charCodeAt(0)));
}

/** Every content item as `concept: value`, by their meanings, in the order of the tree. */
function spokenTree(dataSet: DataSet, whole = true): string[] {
  const meaning = (sequence: DataSet | undefined): string => sequence?.text('x00080104') ?? '';
  return (dataSet.elements.x0040a730?.items ?? []).flatMap(({ dataSet: item }) => {
    const concept = meaning(firstItem(item, 'x0040a043'));
    const value =
      decoded(item?.text('x0040a160')) ??
      firstItem(item, 'x0040a300')?.string('x0040a30a') ??
      meaning(firstItem(item, 'x0040a168'));
    return [`${concept}: ${value}`, ...(whole ? spokenTree(item!) : [])];
  });
}

describe('a report of what was not found', () => {
  const tree = spokenTree(reportOf(explanation));

  it('names no class as present: neither the other one, nor the finding without the answer to it', () => {
    expect(tree).toContain('Finding: Not found by this AI: pneumonia; lung opacity');
    expect(tree).toContain('pneumonia; lung opacity: Negative');
    expect(tree).toContain('Decision of the classifier: Negative');
    expect(tree.filter(text => text.includes('no opacity'))).toEqual([]);
    const value = firstItem(contentItem(reportOf(explanation), 'class-1'), 'x0040a168');
    // CID 250.
    expect([value?.string('x00080100'), value?.string('x00080102')]).toEqual(['260385009', 'SCT']);
  });

  it('says what the region is and is not, and has neither outline nor area nor a place in the film', () => {
    expect(tree).toContain(
      'Comment: The region is cut by AI at percentile 90 of the map of Similar–Adversarial; places below a tenth of its maximum are left out. ' +
        'It is where the method places what counts for the answer. ' +
        'No pneumonia; lung opacity found by this classifier: the region is no lesion, and nothing in it was found or measured.',
    );
    expect(tree).toContain('Comment: Its outline and area are left out of this report.');
    const sr = reportOf(explanation);
    for (const concept of ['mask-area', '42798000', '130404', '111030'])
      expect(contentItem(sr, concept), concept).toBeUndefined();
    const place = contentItem(sr, 'text-place')!;
    expect([place.string('x00700023'), place.float('x00700022', 0), place.float('x00700022', 1)]).toEqual([
      'POINT',
      0.5,
      0.5,
    ]);
  });

  it('says so again in what OHIF writes over the film: the names of its first five figures', () => {
    const figuresOf = (made: NativeExplanation): string[] =>
      // OHIF takes the figures of a group itself, not those that an answer is inferred from.
      spokenTree(contentItem(reportOf(made), '125007')!, false).filter(text => /^AI.*: [\d.]+$/.test(text));
    expect(figuresOf(explanation)).toEqual([
      'AI score, research use only: 0.123',
      'AI: negative, below the operating point by: 0.277',
      'AI operating point of the score: 0.4',
      'AI score of the similar image: 0.2',
      'AI score of the adversarial image: 0.9',
    ]);
    expect(figuresOf(found).slice(0, 2)).toEqual([
      'AI score, research use only: 0.9',
      'AI: positive, above the operating point by: 0.5',
    ]);
  });

  it('and a positive one says what its region is not', () => {
    const said = spokenTree(reportOf(found));
    expect(said).toContain('Finding: AI score above its threshold: pneumonia; lung opacity');
    // The answer of a test at its operating point, not that the finding is there.
    const answer = said.indexOf('pneumonia; lung opacity: Positive');
    expect(said.slice(answer + 1, answer + 3)).toEqual([
      'AI score, research use only: 0.9',
      'AI operating point of the score: 0.4',
    ]);
    const item = contentItem(reportOf(found), 'class-1')!;
    expect(item.elements.x0040a730.items!.map(({ dataSet }) => dataSet!.string('x0040a010'))).toEqual([
      'INFERRED FROM',
      'INFERRED FROM',
    ]);
    expect(said.filter(text => /: (Present|Absent|pneumonia; lung opacity)$/.test(text))).toEqual([
      'Finding: AI score above its threshold: pneumonia; lung opacity',
    ]);
    expect(said).toContain(
      'Comment: The region is cut by AI at percentile 90 of the map of Similar–Adversarial; places below a tenth of its maximum are left out. ' +
        'It is where the opposite image (x_a) differs; x_a is the film, changed by AI until this classifier answers negative. ' +
        'Its border and area are those of the cut, not of a lesion.',
    );
    const unflipped = { ...found, figures: { ...found.figures, flip: false } };
    expect(spokenTree(reportOf(unflipped)).join()).toContain('x_a did NOT change the answer');
  });

  it('is of the explained label alone where a model has several', () => {
    const labels: ExplanationFigures = {
      decision: { kind: 'labels', label: 2, score: 0.1, operatingPoint: 0.4, decided: 0 },
    };
    const several = { ...model, classes: ['nodule', 'opacity', 'Effusion'], operatingPoint: undefined };
    const of = (figures: ExplanationFigures): string[] =>
      spokenTree(
        parse(
          makeResults(
            context(undefined, { model: several }),
            { ...explanation, figures },
            {
              kinds: ['sr'],
              percentiles: [],
            },
          )[0],
        ),
      );
    expect(of(labels)).toContain('Finding: Not found by this AI: Effusion');
    expect(of(labels)).toContain('Pleural effusion: Negative');
    const exclusive = of({ decision: { kind: 'classes', score: 0.6, decided: 1 } });
    expect(exclusive).toContain('Finding: Likeliest of 3 classes: opacity');
    expect(exclusive.filter(text => /Positive|Negative/.test(text))).toEqual([]);
  });

  it('of classes that exclude each other, names the likeliest as no more than that', () => {
    const three = { ...model, classes: ['healthy', 'a', 'b'], operatingPoint: undefined };
    const [object] = makeResults(
      context(undefined, { model: three }),
      { ...explanation, figures: { decision: { kind: 'classes', score: 0.6, decided: 0 } } },
      { kinds: ['sr'], percentiles: [] },
    );
    expect(spokenTree(parse(object))).toContain('Finding: Likeliest of 3 classes: healthy');
  });
});

describe('structured report', () => {
  it('says score, operating point, decision, hold and flip, and names image, SEG and map', () => {
    const made = make();
    const sr = parse(made.sr);
    const value = (code: string): number =>
      Number(firstItem(contentItem(sr, code), 'x0040a300')?.string('x0040a30a'));
    const code = (concept: string): string | undefined =>
      firstItem(contentItem(sr, concept), 'x0040a168')?.string('x00080104');
    const inFull = (code: string): number | undefined =>
      firstItem(contentItem(sr, code), 'x0040a300')?.double('x0040a161');
    expect(value('score')).toBe(0.123);
    expect(inFull('score')).toBe(figures.decision.score);
    expect(value('operating-point')).toBe(0.4);
    expect(value('adversar-score')).toBe(0.9);
    expect([code('decision'), code('similar-holds'), code('adversar-flips'), code('121071')]).toEqual([
      'Negative',
      'Yes',
      'Yes',
      'Not found by this AI: pneumonia; lung opacity',
    ]);
    const referenced = (concept: string): string | undefined =>
      firstItem(contentItem(sr, concept), 'x00081199')?.string('x00081155');
    expect(referenced('121191')).toBe(made.seg.sopInstanceUid);
    expect(referenced('130401')).toBe(made.pm.sopInstanceUid);
    expect(referenced('121112')).toBe('1.2.3.4.5');
    const evidence = firstItem(sr, 'x0040a375')?.elements.x00081115.items ?? [];
    expect(evidence).toHaveLength(4);
  });

  it('shows a figure with three decimals, as panel and picture do, and keeps it in full beside', () => {
    const score = 0.9977903962135315;
    const [result] = makeResults(
      context(),
      { ...explanation, figures: { ...figures, decision: decideBy(score, 0.4) } },
      { kinds: ['sr'], percentiles: [] },
    );
    const measured = firstItem(contentItem(parse(result), 'score'), 'x0040a300');
    expect(measured?.string('x0040a30a')).toBe('0.998');
    expect(measured?.double('x0040a161')).toBe(score);
  });

  it('gives every reason for caution, and so do map and picture', () => {
    const made = make();
    const sr = parse(made.sr);
    const said = sr.elements.x0040a730
      .items!.map(item => item.dataSet!)
      .filter(item => firstItem(item, 'x0040a043')?.string('x00080100') === 'caution')
      .map(item => item.string('x0040a160'));
    expect(said).toEqual(explanation.cautions);
    for (const kind of ['pm', 'sc'] as const)
      for (const caution of explanation.cautions)
        expect(parse(made[kind]).text('x00204000')).toContain(`Caution: ${caution}`);
    expect(describeStored(sourceAttributes(made.pm.bytes))?.cautions).toEqual(explanation.cautions);
    const [plain] = makeResults(
      context(),
      { ...explanation, cautions: [] },
      { kinds: ['sc'], percentiles: [] },
    );
    expect(parse(made.sc).uint16('x00280010')).toBeGreaterThan(parse(plain).uint16('x00280010')!);
    expect(plain.sopInstanceUid).toBe(made.sc.sopInstanceUid);
  });

  it('names every segment', () => {
    const made = make({ percentiles: [90, 95, 98] });
    const groups = contentItem(parse(made.sr), '126010')!.elements.x0040a730.items!;
    const numbers = groups.map(({ dataSet }) =>
      firstItem(contentItem(dataSet!, '121191'), 'x00081199')?.uint16('x0062000b'),
    );
    expect(numbers.filter(Boolean)).toEqual([1, 2, 3]);
  });

  it('outlines the regions of each mask, with area and mean of the map, each tracked by itself', () => {
    // Two blocks above the percentile, 20 and 6 pixels.
    const blocks = new Float32Array(rows * columns);
    for (let row = 10; row < 14; row++) blocks.fill(0.5, row * columns + 5, row * columns + 10);
    for (let row = 40; row < 42; row++) blocks.fill(0.25, row * columns + 30, row * columns + 33);
    const ofSource = (source: Attributes): DataSet => {
      const masked = { ...found, map: blocks, mask: () => Uint8Array.from(blocks, Math.ceil) };
      return parse(makeResults(context(source), masked, { kinds: ['sr'], percentiles: [99] })[0]);
    };
    const groups = (sr: DataSet): DataSet[] =>
      contentItem(sr, '126010')!.elements.x0040a730.items!.map(({ dataSet }) => dataSet!);
    const [score, first, second, ...others] = groups(ofSource(radiograph));
    expect(others).toEqual([]);
    const numbers = (group: DataSet, code: string): (number | string | undefined)[] => {
      const measured = firstItem(contentItem(group, code), 'x0040a300');
      return [measured?.double('x0040a161'), firstItem(measured, 'x004008ea')?.string('x00080100')];
    };
    const outline = (group: DataSet): number[] => {
      const item = contentItem(group, '111030')!;
      expect(item.string('x00700023')).toBe('POLYLINE');
      const { length } = item.elements.x00700022;
      return Array.from({ length: length / 4 }, (_, i) => item.float('x00700022', i)!);
    };
    expect(outline(first)).toEqual([5, 10, 10, 10, 10, 14, 5, 14, 5, 10]);
    expect(outline(second)).toEqual([30, 40, 33, 40, 33, 42, 30, 42, 30, 40]);
    expect(numbers(first, 'mask-area')).toEqual([20, '{pixels}']);
    expect(numbers(second, 'mask-area')).toEqual([6, '{pixels}']);
    // 130404 Saliency, modified by 121401 Derivation = Mean.
    expect(numbers(first, '130404')).toEqual([0.5, '1']);
    expect(firstItem(contentItem(first, '121401'), 'x0040a168')?.string('x00080100')).toBe('373098007');
    const tracking = [score, first, second].map(group => contentItem(group, '112040')?.string('x0040a124'));
    expect(new Set(tracking).size).toBe(3);
    // Pixel Spacing 0.7 × 0.8 mm.
    const [, placed] = groups(ofSource(slice));
    expect(numbers(placed, 'mask-area')[0]).toBeCloseTo(20 * 0.56, 12);
    expect(numbers(placed, 'mask-area')[1]).toBe('mm2');
  });

  it('has no tracking identifier without a place: OHIF opens no report that has one', () => {
    const tracked = (group: DataSet): string | undefined => contentItem(group, '112040')?.string('x0040a124');
    for (const [made, place] of [
      [found, '111030'],
      [explanation, 'text-place'],
    ] as const) {
      const sr = reportOf(made, { kinds: usualKinds, percentiles: [90, 95] });
      const groups = contentItem(sr, '126010')!.elements.x0040a730.items!;
      const placed = new Set(
        groups.filter(({ dataSet }) => contentItem(dataSet!, place)).map(({ dataSet }) => tracked(dataSet!)),
      );
      expect(groups.every(({ dataSet }) => placed.has(tracked(dataSet!)))).toBe(true);
      expect(groups.filter(({ dataSet }) => contentItem(dataSet!, '121191'))).toHaveLength(2);
    }
  });

  it('is a Comprehensive 3D SR where the image has a Frame of Reference, else a Comprehensive SR', () => {
    const sopClass = (source: Attributes): string | undefined =>
      parse(make({}, context(source)).sr).string('x00080016');
    expect(sopClass(slice)).toBe('1.2.840.10008.5.1.4.1.1.88.34');
    expect(sopClass(radiograph)).toBe('1.2.840.10008.5.1.4.1.1.88.33');
  });

  it('names a finding of the standard by its code, and any other by its own name', () => {
    const code = (name: string): (string | undefined)[] => {
      const named = { ...model, classes: ['none', name] };
      const positive = { ...explanation, figures: { ...figures, decision: decideBy(0.9, 0.4) } };
      const [object] = makeResults(context(undefined, { model: named }), positive, {
        kinds: ['sr'],
        percentiles: [],
      });
      const report = parse(object);
      const concepts = ['60046008', '112001', 'class-1'].map(one => contentItem(report, one));
      const item = firstItem(
        concepts.find(one => one !== undefined),
        'x0040a043',
      );
      return [item?.string('x00080100'), item?.string('x00080102')];
    };
    expect(code('Pleural_Effusion')).toEqual(['60046008', 'SCT']);
    expect(code('opacity')).toEqual(['112001', 'DCM']);
    expect(code('pneumonia / lung opacity')).toEqual(['class-1', '99OHIFEXPLAIN']);
  });

  it('has a UID of its own for other percentiles, also without a segmentation', () => {
    const uid = (percentile: number): string | undefined =>
      resultReferences(context(), { kinds: ['sr'], percentiles: [percentile] }).sr?.sopInstanceUid;
    expect(uid(90)).not.toBe(uid(95));
  });

  it('points at the largest value of the map', () => {
    const point = contentItem(reportOf(found), '111030');
    const peak = map.indexOf(Math.max(...map));
    expect(point?.float('x00700022', 0)).toBe((peak % columns) + 0.5);
    expect(point?.float('x00700022', 1)).toBe(Math.floor(peak / columns) + 0.5);
  });

  it('leaves out what was not made', () => {
    const [{ bytes }] = makeResults(
      context(),
      { ...explanation, map: new Float32Array(rows * columns), figures: { decision: decideBy(0.5, 0.4) } },
      { kinds: ['sr'], percentiles: [] },
    );
    const sr = parseDicom(bytes);
    for (const concept of ['similar-score', 'similar-holds', 'adversar-flips', '130401', '121191', '111030'])
      expect(contentItem(sr, concept), concept).toBeUndefined();
  });
});

describe('sources', () => {
  it('a viewer’s copy of the attributes gives the same objects as the file’s', () => {
    for (const source of Object.values(sources)) {
      const [whole, picked] = [make(every, context(source)), make(every, context(pickSource(source)))];
      for (const kind of every.kinds) expect(picked[kind].bytes).toEqual(whole[kind].bytes);
    }
  });
});

describe('the bytes of every object', () => {
  /** SHA-256 over the files of all sources, in all forms: they must not change unnoticed. */
  const written: Readonly<Record<string, string>> = {
    seg: '5683ad4f27b8c72543a233664645011370d298967fe466afb230db4ef614a32c',
    pm: 'eb7da54b90c4a4973868ce1e5ae5db0e42826f8819baf55d7420bc2854c04ff9',
    sc: '540a26ebd0082d76643957b15d5394910fc5d4b73a73a773c5e64bd51d948787',
    sr: 'c66326c75644d6fa09a1e7e7a1e073ae6a994bf8b7382c9097ebded968b2ad49',
  };

  it.each(usualKinds)('are as they were: %s', kind => {
    const several: ExplanationFigures = {
      decision: { kind: 'classes', score: 0.5, decided: 2, probabilities: [0.2, 0.3, 0.5] },
      decisionAdversarial: { kind: 'classes', score: 0.75, decided: 0 },
      flip: true,
    };
    const three = { ...model, classes: ['normal', 'effusion', 'pneumonia'], operatingPoint: undefined };
    const nothing = { ...explanation, mask: () => new Uint8Array(rows * columns) };
    const ofThree = {
      ...explanation,
      figures: several,
      mapKind: { unit: 'single', shows: 'difference' } as const,
    };
    const sets = Object.values(sources).flatMap(source => {
      const given = context(source, { frame: source === multiFrame ? 2 : undefined });
      return [
        makeResults(given, explanation, all),
        makeResults(given, found, all),
        makeResults(given, explanation, { ...all, percentiles: [95, 90], encoding: 'labelmap' }),
        makeResults({ ...given, model: three }, ofThree, { ...all, percentiles: [80, 99.5] }),
        makeResults(given, nothing, all),
        makeResults(given, explanation, { ...all, kinds: [kind] }),
      ];
    });
    const files = sets.flat().filter(object => object.kind === kind);
    const total = files.map(
      ({ bytes, ...reference }) => `${sha256Hex(bytes)} ${JSON.stringify(Object.entries(reference).sort())}`,
    );
    expect(sha256Hex(new TextEncoder().encode(total.join('\n')))).toBe(written[kind]);
  });
});

describe.skipIf(!hasDciodvfy)('dciodvfy (Debian dicom3tools)', () => {
  const iods: Record<Exclude<ResultKind, 'way'>, string> = {
    seg: 'Segmentation',
    pm: 'ParametricMap',
    sc: 'SCImage',
    fseg: 'Segmentation',
    gsps: 'GrayscaleSoftcopyPresentationState',
    sbs: 'SCImage',
    xa: 'SCImage',
    sr: 'Comprehensive',
  };
  const cases = Object.keys(sources).flatMap(name =>
    every.kinds.filter(kind => kind !== 'way').map(kind => [name, kind] as const),
  );
  it.each(cases)('finds no error: %s, %s', (name, kind) => {
    const file = path.join(folder, `${name}.${kind}.dcm`);
    const frame = name === 'multiFrame' ? 2 : undefined;
    const given = context(sources[name as keyof typeof sources], { frame });
    writeFileSync(file, make({ ...every, percentiles: [90, 95] }, given)[kind].bytes);
    const { errors, output } = validate(file);
    expect(errors).toEqual([]);
    expect(output).toContain(iods[kind]);
  });
});

describe.skipIf(!hasDsrdump)('dsrdump (Debian dcmtk)', () => {
  it.each(Object.keys(sources))('reads the report’s content tree and has nothing against it: %s', name => {
    const file = path.join(folder, `tree.${name}.dcm`);
    const given = context(sources[name as keyof typeof sources]);
    writeFileSync(file, make({ percentiles: [90, 95] }, given).sr.bytes);
    expect(validateReport(file)).toEqual([]);
  });
});

describe.skipIf(!hasDsrdump)('dcmpschk (Debian dcmtk)', () => {
  it.each(Object.keys(sources))('passes the presentation state: %s', name => {
    const file = path.join(folder, `state.${name}.dcm`);
    // It knows neither names nor texts in UTF-8, and no names that are empty.
    const named = { PatientName: 'Doe^Jane', PatientID: 'P-1' };
    const { settings, ...given } = context({ ...sources[name as keyof typeof sources], ...named });
    const plain = { ...given, settings: { ...settings, methodTitle: 'Similar-Adversarial' } };
    writeFileSync(file, make({ ...every, percentiles: [90, 95] }, plain).gsps.bytes);
    expect(validatePresentation(file)).toEqual([]);
  });
});

describe.skipIf(!hasPydicom)('pydicom (Debian python3-pydicom)', () => {
  const script = `
import sys, json, pydicom
d = pydicom.dcmread(sys.argv[1])
print(json.dumps({'name': str(d.PatientName), 'pixels': d.pixel_array.ravel().tolist(), 'shape': d.pixel_array.shape}))`;

  it('reads the fractional segmentation as the map in steps of its largest value', () => {
    const file = path.join(folder, 'read.fseg.dcm');
    writeFileSync(file, make(every).fseg.bytes);
    const { pixels, shape } = runPydicom(script, file) as { pixels: number[]; shape: number[] };
    expect(shape).toEqual([rows, columns]);
    const largest = Math.max(...map);
    expect(Math.max(...pixels)).toBe(255);
    expect(pixels.every((value, i) => Math.abs(value / 255 - map[i] / largest) <= 0.5 / 255 + 1e-6)).toBe(
      true,
    );
  });

  it.each(['seg', 'pm'] as const)('reads the same %s', kind => {
    const file = path.join(folder, `read.${kind}.dcm`);
    writeFileSync(file, make()[kind].bytes);
    const read = runPydicom(script, file) as { name: string; pixels: number[]; shape: number[] };
    expect(read.name).toBe('Müller^Änne=山田^花子');
    expect(read.shape).toEqual([rows, columns]);
    const expected = kind === 'seg' ? percentileMask(map, 90) : map;
    const worst = read.pixels.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
    expect(worst).toBe(0);
  });
});

describe('values of the image that break their form', () => {
  const objects = (source: Attributes): Record<'seg' | 'pm' | 'sc' | 'sr', DataSet> => {
    const made = make({}, context(source));
    return { seg: parse(made.seg), pm: parse(made.pm), sc: parse(made.sc), sr: parse(made.sr) };
  };

  it('are cut, cleaned or left out, and integers stay integers', () => {
    const { seg, sr, sc } = objects(careless);
    expect(seg.string('x00200011')).toMatch(/^9\d{3}03$/);
    expect(sr.string('x00200011')).toBe(seg.string('x00200011')?.replace(/03$/, '06'));
    const description = new TextDecoder().decode(seg.byteArray).match(/Chest PA [a-z ]*\.\.\./)?.[0];
    expect(description).toHaveLength(64);
    expect(sc.string('x00280301')).toBeUndefined();
  });

  it('but names and numbers of patient and study stay as they are, whatever their length', () => {
    const PatientName = `${'A'.repeat(41)}^${'B'.repeat(23)}`;
    const PatientID = '7'.repeat(70);
    for (const object of Object.values(objects({ ...radiograph, PatientName, PatientID }))) {
      expect(object.string('x00100010')).toBe(PatientName);
      expect(object.string('x00100020')).toBe(PatientID);
    }
  });

  const jpeg = '1.2.840.10008.1.2.4.';
  it.each([
    // Transfer syntax, stated flag, then what SEG and map say, and the picture.
    [`${jpeg}50`, undefined, '01', '01'],
    [`${jpeg}51`, undefined, '01', '01'],
    [`${jpeg}50`, '00', '01', '01'],
    [`${jpeg}81`, undefined, '01', undefined],
    [`${jpeg}91`, undefined, '01', undefined],
    [`${jpeg}203`, undefined, '01', undefined],
    [`${jpeg}91`, '00', '00', '00'],
    [`${jpeg}91`, '01', '01', '01'],
    [`${jpeg}70`, undefined, '00', '00'],
    [`${jpeg}90`, '01', '01', '01'],
    ['1.2.840.10008.1.2.1', undefined, '00', '00'],
    ['1.2.840.10008.1.2.5', undefined, '00', '00'],
  ])('compression with loss: %s, stated %s', (syntax, stated, required, optional) => {
    for (const keyword of ['TransferSyntaxUID', 'AvailableTransferSyntaxUID']) {
      const source = { ...radiograph, [keyword]: syntax, LossyImageCompression: stated };
      const { seg, pm, sc } = objects(pickSource(source));
      const said = [seg, pm, sc].map(object => object.string('x00282110'));
      expect(said).toEqual([required, required, optional]);
    }
  });
});
