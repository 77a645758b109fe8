import { afterEach, expect, test } from 'vitest';
import { addTranslations, takeHostI18n } from '../../src/extension/i18n';
import { translations } from '../../src/extension/i18n/translations';
import {
  directionText,
  doubtsOf,
  methodText,
  momentText,
  objectLabel,
  sideText,
  similarIsOriginalText,
  unitText,
  verdictText,
} from '../../src/extension/i18n/words';
import { resultObjects } from '../../src/extension/store/state';
import { decideBy, type Decision } from '../../src/models/decision';
import * as english from '../../src/models/verdict';
import { FakeI18n, shownResult } from './fakes';

addTranslations(translations);

const pair: english.MapKind = { unit: 'pair', counterfactual: true };
const single: english.MapKind = { unit: 'single', counterfactual: true };
const evidenceChange: english.MapKind = { unit: 'other', counterfactual: true };
const gradCam: english.MapKind = { unit: 'other', counterfactual: false };
const [positive, negative] = [decideBy(0.8, 0.5), decideBy(0.2, 0.5)];
const ofClasses: Decision = { kind: 'classes', score: 0.6, decided: 2 };

afterEach(() => takeHostI18n(undefined));

test('verdict and direction are those that the DICOM objects state', () => {
  for (const decision of [positive, negative, ofClasses]) {
    const classes = ['no', 'yes', 'perhaps'];
    expect(verdictText(classes, decision)).toBe(english.verdictText(classes, decision));
    for (const map of [pair, single, gradCam, undefined])
      for (const flip of [true, undefined])
        expect(directionText({ decision, flip }, map)).toBe(english.directionText({ decision, flip }, map));
  }
});

test('the unit is that of the method, and names the film where x_s is the film', () => {
  expect(unitText({}, pair)).toBe('|x_s − x_a|, equalised grey level (0–1)');
  expect(unitText({ similarIsOriginal: true }, pair)).toBe(
    '|x − x_a|, equalised grey level (0–1); the similar image (x_s) is the film itself',
  );
  expect(unitText({}, single)).toBe('|x − x_a|, equalised grey level (0–1)');
  expect(unitText({}, evidenceChange)).toBe('attribution between x_s and x_a, arbitrary unit');
  expect(unitText({ similarIsOriginal: true }, evidenceChange)).toBe(
    'attribution between x and x_a, arbitrary unit; the similar image (x_s) is the film itself',
  );
  expect(unitText({}, gradCam)).toBe('attribution, arbitrary unit');
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
