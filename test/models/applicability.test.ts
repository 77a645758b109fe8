import { describe, expect, it } from 'vitest';
import {
  checkApplicability,
  labelRefusal,
  nearestModel,
  refusalOfUnknownKind,
  type ImageAttributes,
} from '../../src/models/applicability';
import type { ModelCard } from '../../src/models/card';
import { exampleCard } from './card-fixture';

const card = exampleCard();
const phantoms = exampleCard({
  id: 'phantom',
  title: 'Example phantom',
  applicability: { ...card.applicability, phantomOnly: true },
});
const fitting: ImageAttributes = {
  modality: 'DX',
  bodyPart: 'CHEST',
  viewPosition: 'PA',
  photometric: 'MONOCHROME2',
  samplesPerPixel: 1,
  rows: 224,
  columns: 200,
  patientAgeYears: 16,
};

describe('checkApplicability', () => {
  it('cautions of each label whose score is not calibrated, with the reason', () => {
    const classes = [
      { name: 'opacity', operatingPoint: 0.4 },
      { name: 'effusion', operatingPoint: 0.5, uncalibrated: 'ranked-below' as const },
      { name: 'hernia', operatingPoint: 0.5, uncalibrated: 'one-class' as const },
    ];
    const { refusals, warnings } = checkApplicability({ ...card, classes, independent: true }, fitting);
    expect(refusals).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^The model says nothing of effusion: .* below those without\.$/),
      expect.stringMatching(/^The score of hernia is not calibrated and its operating point not measured/),
    ]);
    expect(classes.map(label => labelRefusal(label, fitting) !== undefined)).toEqual([false, true, false]);
  });

  it('has nothing to say of an image at the edge of what the model is made for', () => {
    expect(checkApplicability(card, fitting)).toEqual({ refusals: [], warnings: [] });
    expect(checkApplicability(card, { ...fitting, patientAgeYears: 120 }).refusals).toEqual([]);
  });

  it.each<[Partial<ImageAttributes>, RegExp]>([
    [{ modality: 'CT' }, /Modality is CT.*made for CR, DX/],
    [{ bodyPart: 'HAND' }, /Body Part Examined is HAND/],
    [{ viewPosition: 'LL' }, /View Position is LL/],
    [{ photometric: 'PALETTE COLOR' }, /Photometric Interpretation is PALETTE COLOR/],
    [{ samplesPerPixel: 3 }, /in colour \(3 samples/],
    [{ rows: 223 }, /200 × 223 pixels.*at least 200 × 224/],
    [{ columns: 199 }, /199 × 224 pixels/],
    [{ patientAgeYears: 15.9 }, /age, in years, is 15; "\S.*" is made for 16 to 120\.$/],
    [{ patientAgeYears: 121 }, /age, in years, is 121; /],
    [{ patientAgeYears: 8 / 12 }, /age, in years, is 0\.6; /],
  ])('refuses %j', (change, reason) => {
    const { refusals, warnings } = checkApplicability(card, { ...fitting, ...change });
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatch(reason);
    expect(warnings).toEqual([]);
  });

  it('refuses a picture that this software made as such, whatever else is wrong with it', () => {
    const own = { modality: 'OT', samplesPerPixel: 3, photometric: 'RGB', isOwnPicture: true };
    expect(checkApplicability(card, own)).toEqual({
      refusals: [expect.stringMatching(/^This picture was made by this extension out of a film/)],
      warnings: [],
    });
  });

  it.each<[Partial<ImageAttributes>, RegExp]>([
    [{ presentationIntent: 'FOR PROCESSING' }, /raw detector data.*Choose the processed image/],
    [{ sopClassUid: '1.2.840.10008.5.1.4.1.1.1.1.1' }, /raw detector data/],
    [{ presentationLutShape: 'INVERSE' }, /contradicts itself.*MONOCHROME2 with Presentation LUT Shape INVERSE/],
    [{ photometric: 'MONOCHROME1', presentationLutShape: 'IDENTITY' }, /it must be INVERSE/],
    [{ presentationLutShape: 'LIN OD' }, /LIN OD/],
  ])('refuses %j: the polarity or the values are not what the model knows', (change, reason) => {
    const { refusals } = checkApplicability(card, { ...fitting, ...change });
    expect(refusals).toEqual([expect.stringMatching(reason)]);
  });

  it('accepts a Presentation LUT Shape that agrees, and images for presentation', () => {
    for (const change of [
      { presentationLutShape: 'IDENTITY' },
      { photometric: 'MONOCHROME1', presentationLutShape: 'INVERSE' },
      { presentationIntent: 'FOR PRESENTATION', sopClassUid: '1.2.840.10008.5.1.4.1.1.1.1' },
    ]) {
      expect(checkApplicability(card, { ...fitting, ...change })).toEqual({ refusals: [], warnings: [] });
    }
  });

  it('never repeats the age of a patient', () => {
    const { refusals } = checkApplicability(card, { ...fitting, patientAgeYears: 7.25 });
    expect(refusals.join()).not.toContain('7.25');
  });

  it.each<[keyof ImageAttributes, RegExp]>([
    ['modality', /Modality is not stated/],
    ['bodyPart', /Body Part Examined is not stated/],
    ['viewPosition', /View Position is not stated/],
    ['patientAgeYears', /age is not stated/],
  ])('warns, but does not refuse, without %s', (key, warning) => {
    const { refusals, warnings } = checkApplicability(card, { ...fitting, [key]: undefined });
    expect(refusals).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(warning);
  });

  it('reads code strings with spaces or in lower case', () => {
    expect(checkApplicability(card, { ...fitting, bodyPart: ' Chest ', viewPosition: 'pa' }).refusals).toEqual(
      [],
    );
  });

  it('asks nothing of attributes that the card does not limit', () => {
    const open = { ...card, applicability: { ...card.applicability, bodyParts: [], views: [], minAgeYears: 0 } };
    const attributes = { ...fitting, bodyPart: 'KNEE', viewPosition: undefined, patientAgeYears: undefined };
    expect(checkApplicability(open, attributes)).toEqual({ refusals: [], warnings: [] });
  });

  it('warns of several frames', () => {
    const { refusals, warnings } = checkApplicability(card, { ...fitting, numberOfFrames: 3 });
    expect(refusals).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('3 frames')]);
  });

  it('serves marked phantoms alone with a phantom model, and names a phantom to a patients’ model', () => {
    expect(checkApplicability(phantoms, { ...fitting, isPhantom: true })).toEqual({ refusals: [], warnings: [] });
    for (const attributes of [fitting, { ...fitting, isPhantom: false }, {}]) {
      expect(checkApplicability(phantoms, attributes).refusals).toEqual([
        expect.stringMatching(/^"Example phantom" is made for synthetic phantoms alone.*\(0008,001C\)/),
      ]);
    }
    const { refusals, warnings } = checkApplicability(card, { ...fitting, isPhantom: true });
    expect(refusals).toEqual([]);
    expect(warnings).toEqual(['This image is a synthetic phantom; "Example model" is made for patients.']);
  });

  it('does not say that a model is made for patients of which nobody said for which images it is made', () => {
    const open = exampleCard({ notStated: ['where it applies'] });
    expect(checkApplicability(open, { ...fitting, isPhantom: true }).warnings).toEqual([
      expect.stringContaining('It is not stated for which images'),
      'This image is a synthetic phantom.',
    ]);
  });

  it('quotes the model’s name in every refusal that hangs on the model', () => {
    const wrong = { modality: 'CT', bodyPart: 'HAND', viewPosition: 'LL', samplesPerPixel: 3, rows: 1, columns: 1 };
    const { refusals } = checkApplicability(card, { ...wrong, patientAgeYears: 3, presentationIntent: 'FOR PROCESSING' });
    expect(refusals).toHaveLength(7);
    for (const refusal of refusals) expect(refusal).toContain(`"${card.title}"`);
  });
});

it('a lateral view is refused for its view, and not for being oriented as laterals are', () => {
  const lateral = { ...fitting, viewPosition: 'LL', orientation: 'A\\F' };
  expect(checkApplicability(card, lateral).refusals).toEqual([expect.stringMatching(/^View Position is LL/)]);
});

describe('refusalOfUnknownKind', () => {
  const far = { distance: 3.14, threshold: 2 };
  const { bodyPart: _, ...unstated } = fitting;

  it('gives no answer where neither the header nor the pixels show the model’s kind of film', () => {
    expect(refusalOfUnknownKind(card, unstated, far)).toMatch(/^Body Part Examined is not stated, .*1\.57 times/);
  });

  it('gives none either beyond the card’s limit, whatever the header says, or where there is none', () => {
    for (const attributes of [fitting, unstated, {}])
      expect(refusalOfUnknownKind(card, attributes, { ...far, limit: 3.1 })).toMatch(
        /^The image is unlike .*1\.57 times .*more than any of those was/,
      );
    expect(refusalOfUnknownKind(card, fitting, { ...far, limit: 3.14 })).toBeUndefined();
  });

  it('lets pass what one of them shows, and a picture, which has no header', () => {
    expect(refusalOfUnknownKind(card, fitting, far)).toBeUndefined();
    expect(refusalOfUnknownKind(card, { ...unstated, codedRegion: 'chest' }, far)).toBeUndefined();
    expect(refusalOfUnknownKind(card, unstated, { distance: 2, threshold: 2 })).toBeUndefined();
    expect(refusalOfUnknownKind(card, unstated, undefined)).toBeUndefined();
    expect(refusalOfUnknownKind(card, { rows: 224, columns: 224 }, far)).toBeUndefined();
    const anywhere = { ...card, applicability: { ...card.applicability, bodyParts: [] } };
    expect(refusalOfUnknownKind(anywhere, unstated, far)).toBeUndefined();
  });
});

describe('nearestModel', () => {
  const chosen = (cards: readonly ModelCard[], attributes: ImageAttributes): [string?, number?] => {
    const nearest = nearestModel(cards, attributes);
    return [nearest?.card.id, nearest?.applicability.refusals.length];
  };
  const eitherOrder = [
    [card, phantoms],
    [phantoms, card],
  ];

  it('takes the phantom model for phantoms and the other for patients, whatever their order', () => {
    for (const cards of eitherOrder) {
      expect(chosen(cards, { ...fitting, isPhantom: true })).toEqual(['phantom', 0]);
      expect(chosen(cards, fitting)).toEqual(['example', 0]);
      // Missing attributes must not outweigh the difference between patient and phantom.
      expect(chosen(cards, { modality: 'DX', isPhantom: true })).toEqual(['phantom', 0]);
      expect(chosen(cards, { modality: 'DX' })).toEqual(['example', 0]);
      // A picture that this software made fits neither, for one reason.
      expect(chosen(cards, { modality: 'OT', samplesPerPixel: 3, isOwnPicture: true })).toEqual(['example', 1]);
    }
  });

  it('names the patients’ model for the refusal of a child’s film, which no model fits', () => {
    const anyAge = { ...phantoms, applicability: { ...phantoms.applicability, minAgeYears: 0 } };
    for (const cards of [
      [card, anyAge],
      [anyAge, card],
    ]) {
      const nearest = nearestModel(cards, { ...fitting, patientAgeYears: 4 });
      expect(nearest?.card.id).toBe('example');
      expect(nearest?.applicability.refusals).toEqual([expect.stringContaining('age, in years, is 4;')]);
    }
  });

  it('is of the phantom’s kind where all refuse a phantom', () => {
    for (const cards of eitherOrder)
      expect(chosen(cards, { ...fitting, modality: 'MR', isPhantom: true })).toEqual(['phantom', 1]);
  });

  it('is none where there is no model', () => {
    expect(nearestModel([], fitting)).toBeUndefined();
  });
});

describe('how a film lies', () => {
  const judged = (orientation: string, change: Partial<ImageAttributes> = {}) =>
    checkApplicability(card, { ...fitting, orientation, ...change });

  it('is no reason for anything where it is upright', () => {
    expect(judged('L\\F')).toEqual({ refusals: [], warnings: [] });
  });

  it.each(['F\\L', 'H\\R', 'L\\H', 'R\\H', 'F\\R', 'A\\F', 'L\\P'])('%s is refused by name', orientation => {
    const { refusals } = judged(orientation);
    expect(refusals).toEqual([
      expect.stringContaining(`Patient Orientation (0020,0020) is ${orientation}: the film is turned`),
    ]);
  });

  it('that is mirrored is a reason for caution', () => {
    const { refusals, warnings } = judged('R\\F');
    expect(refusals).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('R\\F: the film is mirrored')]);
  });

  it('is told once of a lateral film, and not held against a model of other views', () => {
    const lateral = { viewPosition: undefined, isSagittal: true };
    expect(judged('P\\F', lateral).refusals).toHaveLength(1);
    const ofHands = { ...card, applicability: { ...card.applicability, views: [] } };
    expect(checkApplicability(ofHands, { ...fitting, orientation: 'F\\L' }).refusals).toEqual([]);
  });
});

describe('codes of view and region', () => {
  const refusalsOf = (attributes: ImageAttributes): string => {
    return checkApplicability(card, { ...fitting, ...attributes }).refusals.join(' ');
  };
  const [none, warned] = [{ viewPosition: undefined }, { bodyPart: undefined }];

  it('refuse like the attributes in words, whose absence they make up for', () => {
    expect(refusalsOf({ ...none, codedView: 'lateral' })).toMatch(/View Code \(0054,0220\) is lateral/);
    expect(refusalsOf({ ...none, isSagittal: true })).toMatch(/Patient Orientation .* lateral film/);
    expect(refusalsOf({ ...none, describedView: 'lateral' })).toMatch(/Series Description .* is lateral/);
    expect(refusalsOf({ ...none, describedView: 'frontal and lateral' })).toBe('');
    // What the attributes of the view state goes before a free text.
    expect(refusalsOf({ ...none, viewPosition: 'PA', describedView: 'lateral' })).toBe('');
    expect(refusalsOf({ ...warned, codedRegion: 'knee' })).toMatch(/Anatomic Region \(0008,2218\) is knee/);
    const known = { ...none, ...warned, codedView: 'postero-anterior', codedRegion: 'chest' };
    expect(checkApplicability(card, { ...fitting, ...known })).toEqual({ refusals: [], warnings: [] });
  });

  it('refuse where they contradict what is stated, not where they only differ', () => {
    expect(refusalsOf({ codedView: 'lateral' })).toMatch(/lateral/);
    expect(refusalsOf({ codedRegion: 'knee' })).toMatch(/knee/);
    expect(refusalsOf({ codedView: 'antero-posterior', codedRegion: 'rib' })).toBe('');
    expect(refusalsOf({ codedView: 'frontal' })).toBe('');
  });
});

it('says what is odd about the age and the file', () => {
  const { warnings } = checkApplicability(card, {
    ...fitting,
    patientAgeYears: 45,
    ageDoubt: 'no-unit',
    fileCautions: ['3 bytes too many.'],
  });
  expect(warnings).toEqual(['3 bytes too many.', expect.stringMatching(/has no unit and is taken for years/)]);
  const unreadable = { ...fitting, patientAgeYears: undefined, ageDoubt: 'unreadable' as const };
  expect(checkApplicability(card, unreadable).warnings[0]).toMatch(/holds something that is no age/);
});
