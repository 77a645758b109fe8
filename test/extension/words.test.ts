import { afterEach, expect, test } from 'vitest';
import { addTranslations, takeHostI18n } from '../../src/extension/i18n';
import { translations } from '../../src/extension/i18n/translations';
import {
  coloursText,
  doubtsOf,
  methodHint,
  methodText,
  momentText,
  nearText,
  negativeText,
  objectLabel,
  sideText,
  similarIsOriginalText,
  unitText,
  verdictText,
} from '../../src/extension/i18n/words';
import { gradient } from '../../src/explain/methods/gradient';
import { guidedGradCam as guided } from '../../src/explain/methods/guided-gradcam';
import { resultObjects } from '../../src/extension/store/state';
import { decideBy, type Decision } from '../../src/models/decision';
import * as english from '../../src/models/verdict';
import { FakeI18n, shownResult } from './fakes';

addTranslations(translations);

const pair: english.MapKind = { unit: 'pair', shows: 'difference' };
const single: english.MapKind = { unit: 'single', shows: 'difference' };
const evidenceChange: english.MapKind = { unit: 'other', shows: 'evidence' };
const gradCam: english.MapKind = { unit: 'other', shows: 'importance' };
const [positive, negative] = [decideBy(0.8, 0.5), decideBy(0.2, 0.5)];
const ofClasses: Decision = { kind: 'classes', score: 0.6, decided: 2 };

afterEach(() => takeHostI18n(undefined));

test('verdict and meaning of the colours are those that the DICOM objects state', () => {
  for (const decision of [positive, negative, ofClasses]) {
    const classes = ['no', 'yes', 'perhaps'];
    expect(verdictText(classes, decision)).toBe(english.verdictText(classes, decision));
  }
  const others = [guided, gradient].map(({ map }) => map);
  for (const map of [pair, single, evidenceChange, gradCam, ...others, undefined])
    for (const flip of [true, undefined])
      expect(coloursText({ flip }, map)).toBe(english.coloursText({ flip }, map));
});

test('close to the threshold is said on either side of it, and of an answer that changes early on the way to x_a', () => {
  expect(nearText(decideBy(0.469, 0.5))).toBe('Close to the threshold: 0.031 from it.');
  expect(nearText(decideBy(0.55, 0.5))).toBe('Close to the threshold: 0.050 above it.');
  expect(nearText(decideBy(0.449, 0.5))).toBeUndefined();
  expect(nearText(decideBy(0.449, 0.5), [])).toBeUndefined();
  expect(nearText(decideBy(0.3, 0.5), [0.08, 0.4])).toMatch(/changes at 8 % of the way/);
  expect(nearText(decideBy(0.3, 0.5), [0.11])).toBeUndefined();
  expect(nearText(ofClasses, [0.01])).toBeUndefined();
});

test('what a map cannot tell where nothing was found is said of negative answers alone', () => {
  expect(negativeText({ decision: negative }, pair)).toMatch(
    /marks no finding.*not looked for.*change at the same places/,
  );
  expect(negativeText({ decision: negative }, gradCam)).toBe(
    'The map marks no finding. Findings that this classifier does not know were not looked for.',
  );
  for (const decision of [positive, ofClasses])
    for (const map of [pair, gradCam, undefined]) expect(negativeText({ decision }, map)).toBeUndefined();
});

test('a method is said in plain words: what evidence and the opposite image are, and neither where it has none', () => {
  const said = [single, evidenceChange, guided.map, gradient.map, gradCam].map(methodHint);
  expect(new Set(said).size).toBe(5);
  expect(said.map(words => [words.startsWith('Evidence: '), words.includes('changed by AI until')])).toEqual([
    [false, true],
    [true, true],
    [true, true],
    [false, false],
    [false, false],
  ]);
});

test('the unit is that of the method, and names the film where x_s is the film', () => {
  expect(unitText({}, pair)).toBe('|x_s − x_a|, equalised grey level (0–1)');
  expect(unitText({ similarIsOriginal: true }, pair)).toBe(
    '|x − x_a|, equalised grey level (0–1); the similar image (x_s) is the film itself',
  );
  expect(unitText({}, single)).toBe('|x − x_a|, equalised grey level (0–1)');
  expect(unitText({}, evidenceChange)).toBe(
    'weight of each place between x_s and x_a (attribution), arbitrary unit',
  );
  expect(unitText({ similarIsOriginal: true }, evidenceChange)).toBe(
    'weight of each place between the film (x) and x_a (attribution), arbitrary unit; the similar image (x_s) is the film itself',
  );
  expect(unitText({}, gradCam)).toBe('weight of each place (attribution), arbitrary unit');
  expect(unitText({}, undefined)).toMatch(/not known/);
});

test('only of a difference map is |x − x_a| said where x_s is the film', () => {
  expect(similarIsOriginalText(pair)).toContain('|x − x_a|');
  for (const map of [single, evidenceChange, gradCam, undefined])
    expect(similarIsOriginalText(map)).not.toContain('|x');
});

test('the side of the threshold is said; at the point itself nothing is found', () => {
  expect(sideText(['no', 'yes'], positive)).toBe('Score 0.800, above the threshold 0.500');
  expect(sideText(['no', 'yes'], decideBy(0.5, 0.5))).toBe('Score 0.500, not above the threshold 0.500');
  expect(sideText(['a', 'b', 'c'], ofClasses)).toBe('c, probability 0.600');
});

test('of independent labels the side names the label', () => {
  const found: Decision = { kind: 'labels', label: 1, score: 0.3, operatingPoint: 0.2, decided: 1 };
  expect(sideText(['effusion', 'pneumonia'], found)).toBe(
    'pneumonia, score 0.300, above the threshold 0.200',
  );
});

test('doubts stand where an image does not do what it is for', () => {
  expect(doubtsOf({ hold: true, flip: true })).toEqual([]);
  expect(doubtsOf({ hold: false, flip: false })).toEqual([
    expect.stringMatching(/x_s.*NOT keep/),
    expect.stringMatching(/x_a.*NOT change/),
  ]);
});

test('the same in German: words, decimal comma, plural', () => {
  takeHostI18n(new FakeI18n('de'));
  expect(sideText(['no', 'yes'], positive)).toBe('Score 0,800, über der Schwelle 0,500');
  const shown = shownResult();
  expect(methodText({ ...shown, augment: { count: 1 } })).toMatch(/gemittelt über 1 Transformation$/);
  expect(methodText({ ...shown, augment: { count: 12 } })).toMatch(/gemittelt über 12 Transformationen$/);
  expect(momentText(new Date(NaN))).toBe('Zeit nicht angegeben');
});

test('every DICOM object has its name in the viewer’s language, and English is that of its definition', () => {
  for (const { id, label } of resultObjects) expect(objectLabel(id, 'another')).toBe(label);
});
