import { describe, expect, it } from 'vitest';
import { localisationMetrics } from '../../src/metrics';
import type { CaseRecord, MapFigures, MapRecord, MapTitle } from '../../src/evaluation/records';
import { mapsCsv } from '../../src/report/csv';
import { readerGroupsApart, summariseMaps } from '../../src/evaluation/statistics/map-summary';
import { summariseClassifier, summariseGenerators } from '../../src/evaluation/statistics/summary';
import { compareWithAverageTruth, compareWithReference } from '../../src/evaluation/statistics/comparisons';
import {
  averageTruthTable,
  faithfulnessTable,
  groupTable,
  testTable,
} from '../../src/report/secondary-tables';
import { intervalNotes } from '../../src/evaluation/interval-notes';
import { formatTable, generatorTable } from '../../src/report/tables';

const decidedBy = { kind: 'operating-point', operatingPoint: 0.5 } as const;
const options = { decidedBy, resamples: 200, seed: 1 };

function record(id: string, overrides: Partial<CaseRecord>): CaseRecord {
  return {
    id,
    patient: id,
    label: 1,
    view: 'PA',
    collection: 'c',
    sex: 'F',
    reader: '',
    ageYears: 61,
    logit: 0,
    score: 0.9,
    classifierSeconds: 0.1,
    generators: {},
    maps: {},
    ...overrides,
  };
}

function figures(value: number): MapFigures {
  return {
    values: Object.fromEntries(localisationMetrics.map(({ id }) => [id, value])),
    precision: Array.from({ length: 100 }, () => value),
    sensitivity: Array.from({ length: 100 }, (_, p) => 1 - p / 99),
  };
}

function map(right: number, control: number, thumbnail: number[] = [1, 2, 3]): MapRecord {
  return {
    constantShare: 0,
    right: figures(right),
    control: figures(control),
    thumbnail: btoa(String.fromCharCode(...thumbnail)),
  };
}

function title(key: string): MapTitle {
  return { key, title: key.toUpperCase(), family: 'baseline', averaged: false, slow: false };
}

describe('summaries', () => {
  it('classifier: AUC overall and by view; no AUC where a class is missing', () => {
    const records = [
      record('1', { label: 1, score: 0.9, view: 'AP' }),
      record('2', { label: 1, score: 0.4, view: 'AP' }),
      record('3', { label: 0, score: 0.6, view: 'AP' }),
      record('4', { label: 0, score: 0.1, view: 'PA' }),
    ];
    const groups = summariseClassifier(records, options);
    const by = (name: string) => groups.find(({ group }) => group === name);
    expect(by('all')?.auc?.value).toBe(0.75);
    expect(by('all')).toMatchObject({ sensitivity: 0.5, specificity: 0.5 });
    expect(by('view AP')?.auc?.value).toBe(0.5);
    expect(by('view PA')).toMatchObject({ auc: undefined, sensitivity: undefined, specificity: 1 });
  });

  it('rates on which all patients agree have Wilson’s interval on the patients; an AUC that no resample changes has none', () => {
    // Four positive images of two patients, all called; three negative patients, none called.
    const positive = ['a', 'a', 'b', 'b'].map((patient, i) => record(`p${i}`, { patient, score: 0.9 }));
    const negative = ['c', 'd', 'e'].map(patient => record(patient, { label: 0, score: 0.1 }));
    const [{ auc, intervals }] = summariseClassifier([...positive, ...negative], options);
    expect(auc).toMatchObject({ value: 1, interval: undefined });
    const z2 = 1.959963984540054 ** 2;
    expect(intervals?.sensitivity?.low).toBeCloseTo(2 / (2 + z2), 12); // n / (n + z²) at n of n
    expect(intervals?.specificity?.low).toBeCloseTo(3 / (3 + z2), 12);
    expect(intervals?.specificity?.high).toBe(1);
  });

  it('maps: of one patient the pointing game has an interval, a mean of IoU none, and a note says so', () => {
    const [summary] = summariseMaps([record('1', { maps: { m: map(1, 0) } })], [title('m')], options);
    expect(summary.right.iou90).toEqual({ value: 1, interval: undefined, images: 1 });
    expect(summary.gain.iou90?.interval).toBeUndefined();
    expect(summary.right.pointing.interval?.low).toBeCloseTo(1 / (1 + 1.959963984540054 ** 2), 12);
    expect(intervalNotes([], [], [summary])).toEqual([
      'No interval can be given of: IoU@90 of M. Most resamples of the patients give no value, or all give one and the same ' +
        '(few patients, or all alike): that shows no certainty.',
    ]);
    const two = [record('1', { maps: { m: map(1, 0) } }), record('2', { maps: { m: map(0, 0) } })];
    expect(intervalNotes([], [], summariseMaps(two, [title('m')], options))).toEqual([]);
  });

  it('a score at the operating point itself is called negative, of x, x_s and x_a alike', () => {
    const nothing = { originalAdversarial: 30 };
    const single2 = { scoreSimilar: 0.51, scoreAdversarial: 0.5, psnr: nothing, ssim: nothing };
    const records = [record('1', { score: 0.5, label: 0, generators: { single2 } })];
    expect(summariseClassifier(records, options)[0].specificity).toBe(1);
    expect(summariseGenerators(records, options)[0]).toMatchObject({ hold: 0, flip: 0 });
  });

  it('classifier: radiologists’ readings and text labels apart, and no such rows where nobody knows', () => {
    const records = [
      record('1', { label: 1, score: 0.9, reader: 'radiologist' }),
      record('2', { label: 0, score: 0.1, reader: 'radiologist' }),
      record('3', { label: 1, score: 0.2, reader: 'text' }),
      record('4', { label: 0, score: 0.8, reader: 'text' }),
      record('5', { label: 0, score: 0.3, reader: '' }),
    ];
    const groups = summariseClassifier(records, options);
    expect(groups.slice(0, 4).map(({ group, auc, sensitivity }) => [group, auc?.value, sensitivity])).toEqual(
      [
        ['all', 4 / 6, 0.5], // 0.9 over three negatives, 0.2 over 0.1 alone
        ['read by radiologists', 1, 1],
        ['text labels', 0, 0],
        ['reader unknown', undefined, undefined],
      ],
    );
    const unknown = summariseClassifier(
      records.map(each => ({ ...each, reader: '' as const })),
      options,
    );
    expect(unknown.map(({ group }) => group)).not.toContain('reader unknown');
  });

  it('generators: an x_s that is x is told, and rates are given by reader', () => {
    const generated = (psnr: number | null, adversarial: number) => ({
      single2: {
        scoreSimilar: 0.9,
        scoreAdversarial: adversarial,
        psnr: { originalSimilar: psnr, originalAdversarial: 30, similarAdversarial: 30 },
        ssim: { originalSimilar: 1, originalAdversarial: 0.9, similarAdversarial: 0.9 },
      },
    });
    const summarise = (first: number | null, second: number | null) =>
      summariseGenerators(
        [
          record('1', { score: 0.9, generators: generated(first, 0.2), reader: 'radiologist' }),
          record('2', { score: 0.9, generators: generated(second, 0.8), reader: 'text' }),
        ],
        options,
      )[0];
    // 60 dB is a root mean square difference of a thousandth: the mean of both decides, an exact copy counts as one.
    expect(summarise(59, 60.9).similarIsOriginal).toBeUndefined();
    expect(summarise(59, 61.1).similarIsOriginal).toBe(true);
    expect(summarise(null, null).similarIsOriginal).toBe(true);
    expect(summarise(null, 40).similarIsOriginal).toBeUndefined();
    expect(summarise(70, 70).readers).toMatchObject({
      'read by radiologists': { images: 1, hold: 1, flip: 1 },
      'text labels': { images: 1, hold: 1, flip: 0 },
    });
    expect(generatorTable([summarise(70, 70)])).toMatch(/single2\s+x_s is x\s+x_s is x\s+0\.500/);
    expect(generatorTable([summarise(44, 43)])).toMatch(/single2\s+1\.000\s+1\.000\s+0\.500/);
  });

  it('generators: changes are compared with those of films of the same decision', () => {
    const changed = (...bytes: number[]): CaseRecord['generators'] => ({
      single2: {
        scoreAdversarial: 0.5,
        psnr: {},
        ssim: {},
        ...(bytes.length > 0 && { changeThumbnail: btoa(String.fromCharCode(...bytes)) }),
      },
    });
    const summarise = (...negatives: CaseRecord['generators'][]) =>
      summariseGenerators(
        [
          record('1', { score: 0.9, generators: changed(1, 2, 3) }),
          record('2', { score: 0.8, generators: changed(2, 4, 6) }),
          ...negatives.map((generators, n) => record(`n${n}`, { score: 0.2, generators })),
        ],
        options,
      );
    const all = summarise(changed(9, 0, 0), changed(0, 9, 0));
    expect(all[0].universal?.['called positive']?.value).toBeCloseTo(1, 12);
    // Of three values each with one that is not 0, elsewhere.
    expect(all[0].universal?.['called negative']?.value).toBeCloseTo(-0.5, 12);
    expect(generatorTable(all)).toMatch(
      /universal, called positive\s+universal, called negative\n[^]*1\.000\s+-0\.500$/,
    );
    // One film that is alone, one without a change.
    expect(summarise(changed(9, 0, 0), changed())[0].universal).not.toHaveProperty('called negative');
  });

  it('generators: rates by class, AUC against the decision, equal images counted apart', () => {
    const generated = (similar: number, adversarial: number, psnr: number | null) => ({
      single2: {
        scoreSimilar: similar,
        scoreAdversarial: adversarial,
        psnr: { originalSimilar: psnr, originalAdversarial: 30, similarAdversarial: 31 },
        ssim: { originalSimilar: 1, originalAdversarial: 0.9, similarAdversarial: 0.9 },
      },
    });
    const [summary] = summariseGenerators(
      [
        record('1', { label: 1, score: 0.9, generators: generated(0.8, 0.2, null) }),
        record('2', { label: 1, score: 0.8, generators: generated(0.7, 0.6, 60) }),
        record('3', { label: 0, score: 0.2, generators: generated(0.3, 0.8, 62) }),
      ],
      options,
    );
    expect(summary).toMatchObject({
      id: 'single2',
      images: 3,
      hold: 1,
      flipPositives: 0.5,
      flipNegatives: 1,
    });
    expect(summary.aucSimilar?.value).toBe(1);
    expect(summary.aucAdversarial?.value).toBe(1);
    expect(summary.flip).toBeCloseTo(2 / 3, 12);
    expect(summary.psnr.originalSimilar).toMatchObject({ mean: 61, equal: 1 });
  });

  it('several classes: hold and flip are of the decided class; what is of two sides has no value', () => {
    const nothing = { originalAdversarial: 30 };
    const generated = (similar: number, adversarial: number) => ({
      single2: {
        scoreSimilar: 0.5,
        scoreAdversarial: 0.5,
        answers: {
          similar: { score: 0.5, decided: similar },
          adversarial: { score: 0.5, decided: adversarial },
        },
        psnr: nothing,
        ssim: nothing,
      },
    });
    const records = [
      record('1', { label: 0, decided: 0, generators: generated(0, 2) }), // held, flipped
      record('2', { label: 1, decided: 2, generators: generated(2, 2) }), // held, not flipped
      record('3', { label: 2, decided: 2, generators: generated(1, 0) }), // not held, flipped
      record('4', { label: 2, decided: 1, generators: generated(1, 0) }), // held, flipped
      record('5', { label: 2, decided: 1, generators: generated(0, 2) }), // not held, flipped
    ];
    const several = { ...options, decidedBy: { kind: 'classes', names: ['a', 'b', 'c'] } } as const;
    const [summary] = summariseGenerators(records, several);
    expect(summary).toMatchObject({ hold: 3 / 5, flip: 4 / 5 });
    for (const key of ['holdPositives', 'flipPositives', 'flipNegatives', 'aucSimilar', 'aucAdversarial']) {
      expect(summary, key).not.toHaveProperty(key);
    }
    const [all] = summariseClassifier(records, several);
    expect(all).toMatchObject({ group: 'all', accuracy: 2 / 5 });
    const ofClass = all.ofClass!.map(({ name, images, sensitivity }) => [name, images, sensitivity?.value]);
    expect(ofClass).toEqual([
      ['a', 1, 1],
      ['b', 1, 0],
      ['c', 3, 1 / 3],
    ]);
    for (const key of ['auc', 'sensitivity', 'specificity', 'positives', 'negatives']) {
      expect(all, key).not.toHaveProperty(key);
    }
    expect(() => summariseGenerators([record('6', { generators: generated(0, 1) })], several)).toThrow(
      'The record does not say which class was decided.',
    );
  });

  it('one of several labels: decided at its operating point, like two classes', () => {
    const single2 = {
      scoreSimilar: 0.35,
      scoreAdversarial: 0.25,
      psnr: { originalAdversarial: 30 },
      ssim: { originalAdversarial: 1 },
    };
    const records = [record('1', { score: 0.4, scores: [0.9, 0.4], label: 1, generators: { single2 } })];
    const label = {
      ...options,
      decidedBy: { kind: 'labels', label: 1, operatingPoint: 0.3 },
    } as const;
    expect(summariseClassifier(records, label)[0]).toMatchObject({ positives: 1, sensitivity: 1 });
    expect(summariseGenerators(records, label)[0]).toMatchObject({ hold: 1, flip: 1, flipPositives: 1 });
  });

  it('maps: means, control, area of the mean curve, and maps that are all alike', () => {
    const records = [
      record('1', { maps: { a: map(0.2, 0.1), b: map(0.2, 0.1, [9, 0, 0]) } }),
      record('2', { maps: { a: map(0.4, 0.1, [2, 4, 6]), b: map(0.2, 0.1, [0, 9, 0]) } }),
      record('3', {}),
    ];
    const titles = ['a', 'b', 'c'].map(title);
    const [a, b, ...rest] = summariseMaps(records, titles, options);
    expect(rest).toEqual([]);
    expect(a.images).toBe(2);
    expect(a.right.iou90.value).toBeCloseTo(0.3, 12);
    expect(a.control.iou90).toBeCloseTo(0.1, 12);
    expect(a.area.total.value).toBeCloseTo(0.3, 12); // precision 0.3 over sensitivity 1 to 0
    expect(a.area.partial.value).toBeCloseTo((0.3 * 39) / 99, 12);
    expect(a.right.iou90.interval).toEqual({ low: 0.2, high: 0.4 });
    expect(a.gain.iou90?.value).toBeCloseTo(0.2, 12);
    expect(a.gain.iou90?.interval?.low).toBeCloseTo(0.1, 12);
    expect(a.area.total).toMatchObject({ control: expect.closeTo(0.1, 12) });
    expect(a.area.total.interval).toEqual({ low: expect.closeTo(0.2, 12), high: expect.closeTo(0.4, 12) });
    expect(a.curve.iou[0]).toBeCloseTo((0.2 + 0.4) / 2, 12); // sensitivity 1: IoU = precision
    expect(a.groups['sex F']).toMatchObject({ images: 2, patients: 2 });
    expect(a.groups['age 60 and over'].iou90.value).toBeCloseTo(0.3, 12);
    expect(a.universal).toBeCloseTo(1, 12);
    expect(b.universal).toBeLessThan(0);
  });

  it('CSV: a row a map, absent figures empty, text quoted where it must be', () => {
    const maps = { gradient: { ...map(0.25, 0.125), seconds: undefined } };
    const csv = mapsCsv([record('a,"b"', { patient: 'p', maps })]);
    const [header, row] = csv.trim().split('\n');
    const columns = header.split(',');
    expect(columns.length).toBe(17 + 2 * (localisationMetrics.length + 3));
    expect(columns).toContain('control_partial_auc');
    expect(row).toMatch(/^"a,""b""",p,1,PA,c,F,61,,0\.9,,0,gradient,,,0,0\.25,/);
  });

  it('tables align', () => {
    expect(formatTable(['m', 'x'], [['long name', '1']])).toBe('m          x\n---------  -\nlong name  1');
  });

  it('every map but the trivial ones is tested against the average training truth', () => {
    const records = [0.4, 0.6, 0.5, 0.3].map((value, i) =>
      record(String(i), {
        reader: i < 3 ? 'radiologist' : 'text',
        maps: { a: map(value, 0.2), b: map(0.3, 0.2), 'average-truth': map(value - 0.1, 0.2) },
      }),
    );
    const titles = [title('a'), title('b'), { ...title('average-truth'), family: 'trivial' as const }];
    const tests = compareWithAverageTruth(records, titles, options).filter(
      ({ metric }) => metric === 'iou90',
    );
    // a: four differences of +0.1, 2 of 16 sign patterns as extreme; b: 0, −0.2, −0.1, +0.1, sum −0.2: 12 of 16 are.
    expect(tests).toMatchObject([
      { a: 'a', b: 'average-truth', difference: expect.closeTo(0.1, 12), p: 2 / 16, adjusted: 4 / 16 },
      { a: 'b', b: 'average-truth', difference: expect.closeTo(-0.05, 12), p: 12 / 16 },
    ]);
    const maps = summariseMaps(records, titles, options);
    const lines = averageTruthTable(maps, compareWithAverageTruth(records, titles, options)).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[2]).toMatch(/^A +0\.100 +no interval +0\.250 /);
    expect(lines[3]).toMatch(/^B +−0\.050 /);
    // Both kinds of labels are among the images with truth, so the maps are shown on each.
    expect(groupTable(maps)).toMatch(/read by radiologists: 3 +text labels: 1/);
    expect(readerGroupsApart(maps)).toEqual(['read by radiologists', 'text labels']);
    expect(maps[0].groups['read by radiologists'].iou90.value).toBeCloseTo(0.5, 12);
  });

  it('tables of groups, tests and curves say what was measured, and stay away where nothing was', () => {
    const records = [0.4, 0.6, 0.5, 0.3].map((value, i) =>
      record(String(i), {
        view: i < 3 ? 'PA' : 'AP',
        score: i < 2 ? 0.9 : 0.1,
        maps: { a: map(value, 0.2), b: map(value - 0.1, 0.2) },
      }),
    );
    const titles = [title('a'), title('b')];
    const maps = summariseMaps(records, titles, options);
    const rows = (text: string): string[][] => text.split('\n').map(line => line.trim().split(/ {2,}/));
    expect(rows(groupTable(maps))).toEqual([
      [
        'IoU@90 (control)',
        'called positive: 2',
        'called negative: 2',
        'view AP: 1',
        'view PA: 3',
        'collection c: 4',
      ],
      expect.anything(),
      ['A', '0.500 (0.200)', '0.400 (0.200)', '0.300 (0.200)', '0.500 (0.200)', '0.450 (0.200)'],
      ['B', '0.400 (0.200)', '0.300 (0.200)', '0.200 (0.200)', '0.400 (0.200)', '0.350 (0.200)'],
    ]);
    // Four patients, all differences of one sign: 2 of 16 sign patterns are as extreme.
    const tests = rows(testTable(maps, compareWithReference(records, titles, 'a', options)));
    expect(tests[0].slice(0, 3)).toEqual(['A minus', 'IoU@90', 'p (Holm)']);
    expect(tests.slice(2)).toEqual([
      ['B', '0.100', '0.125', '0.100', '0.125', '0.100', '0.125', '0.100', '0.125', '0.100', '0.125'],
    ]);
    expect(testTable(maps, [])).toBe('');
    expect(averageTruthTable(maps, [])).toBe('');
    expect(faithfulnessTable(maps)).toBe('');
    const estimate = { value: 0.25, interval: { low: 0.2, high: 0.3 }, images: 4 };
    const measured = maps.map(each => ({
      ...each,
      faithfulness: { deletion: estimate, insertion: estimate },
    }));
    expect(rows(faithfulnessTable(measured))[2]).toEqual([
      'A',
      '0.250',
      '0.200–0.300',
      '0.250',
      '0.200–0.300',
    ]);
  });
});
