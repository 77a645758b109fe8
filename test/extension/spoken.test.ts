import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rescaleFault } from '../../src/dicom/modality-lut';
import { cautionsOf } from '../../src/explain/cautions';
import { findTarget } from '../../src/extension/host/host-image';
import type { Cornerstone, Services } from '../../src/extension/host/ohif-types';
import { addTranslations, takeHostI18n } from '../../src/extension/i18n';
import { translations } from '../../src/extension/i18n/translations';
import { said } from '../../src/extension/i18n/said';
import { spoken } from '../../src/extension/i18n/spoken';
import {
  checkApplicability,
  refusalOfUnknownKind,
  type ImageAttributes,
} from '../../src/models/applicability';
import { openFacts } from '../../src/models/card';
import { FakeI18n, card } from './fakes';

addTranslations(translations);

beforeEach(() => takeHostI18n(new FakeI18n('de')));
afterEach(() => takeHostI18n(undefined));

const src = path.resolve(__dirname, '../../src');
const shippedCards = ['cxr-pneumonia', 'phantom'].map(id =>
  readFileSync(path.resolve(src, '../models', id, 'model-card.json'), 'utf8'),
);

test('every sentence is one that the code, or a shipped model, says: its words stand there', () => {
  const code = readdirSync(src, { recursive: true })
    .map(String)
    .filter(name => name.endsWith('.ts') && !name.startsWith('extension/i18n'))
    .map(name => readFileSync(path.join(src, name), 'utf8'))
    .concat(shippedCards)
    .join('\n')
    // A text that is broken over lines.
    .replaceAll(/['"`] \+\s*['"`]/g, '')
    .replaceAll("\\'", "'");
  const sentences = Object.entries(said);
  expect(sentences.length).toBeGreaterThan(50);
  for (const [key, text] of sentences)
    for (const piece of text.split(/\{\{\w+\}\}|(?<=[:;.]) /))
      if (piece.trim().length > 3)
        expect(code.includes(piece.trim().replace(/[.:;]$/, '')), `${key}: ${piece}`).toBe(true);
});

/** Attributes that bring out everything that is said of an image and a model. */
const odd: ImageAttributes[] = [
  { samplesPerPixel: 3, modality: 'US', rows: 0, columns: 0 },
  { isOwnPicture: true },
  { modality: 'DX', bodyPart: 'HAND', numberOfFrames: 3, isPhantom: true, patientAgeYears: 250 },
  { modality: 'DX', bodyPart: 'CHEST', presentationIntent: 'FOR PROCESSING', ageDoubt: 'unreadable' },
  { photometric: 'MONOCHROME1', presentationLutShape: 'IDENTITY', patientAgeYears: 40, ageDoubt: 'no-unit' },
  { codedRegion: 'hand', describedView: 'lateral' },
  { describedView: 'frontal and lateral', isSagittal: true },
];

test('how a film lies, and a rescale that cannot be applied, are said in German', () => {
  const frontal = { ...card('m').applicability, views: ['PA'] };
  const said = (orientation: string): string => {
    const { refusals, warnings } = checkApplicability(
      { ...card('m'), applicability: frontal },
      { modality: 'DX', bodyPart: 'CHEST', viewPosition: 'PA', photometric: 'MONOCHROME2', orientation },
    );
    return spoken([...refusals, ...warnings].join(' '));
  };
  expect(said('F\\L')).toMatch(/ist F\\L: die Aufnahme ist gedreht; "m" .* \(L\\F\) gemacht/);
  expect(said('R\\F')).toMatch(/ist R\\F: die Aufnahme ist gespiegelt/);
  expect(spoken(rescaleFault({ slope: 1, intercept: 1e9 })!)).toMatch(
    /^Mit Rescale Slope 1 und Rescale Intercept 1000000000 /,
  );
});

test('whatever is said of an image and a model is said in German, alone and one after the other', () => {
  for (const phantomOnly of [false, true])
    for (const attributes of odd) {
      const plain = card('m', phantomOnly);
      const limits = { ...plain.applicability, views: ['PA', 'AP'], minAgeYears: 16 };
      const strict = {
        ...plain,
        applicability: limits as typeof plain.applicability,
        notStated: [...openFacts],
      };
      const { refusals, warnings } = checkApplicability(strict, attributes);
      const all = [...refusals, ...warnings];
      expect(all.length).toBeGreaterThan(0);
      for (const message of all) expect(spoken(message)).not.toBe(message);
      expect(spoken(all.join(' '))).toBe(all.map(spoken).join(' '));
    }
});

test('cautions of pixels and features are said in German, with its decimal comma', () => {
  const input = new Float32Array(100).fill(0.5);
  const prepared = { input, valid: new Uint8Array(100).fill(1) } as unknown as Parameters<
    typeof cautionsOf
  >[2];
  const image = { values: input, rows: 10, columns: 10 } as unknown as Parameters<typeof cautionsOf>[1];
  const explained = {
    map: new Float32Array(100),
    outlier: { distance: 3.06, threshold: 2 },
    adversarial: new Float32Array(100).fill(1),
    stability: { correlation: 0.4561, threshold: 0.9 },
  } as unknown as Parameters<typeof cautionsOf>[3];
  const cautions = cautionsOf({ title: 'Lunge' }, image, prepared, explained, 'similar-adversarial');
  expect(cautions.map(spoken)).toEqual([
    expect.stringContaining('"Lunge" trainiert wurde (das 1,53-fache'),
    expect.stringContaining('auf 100,0 % des Bildes schwarz oder weiß'),
    expect.stringContaining('sie markiert nichts'),
    expect.stringContaining('Rangkorrelation von 0,456 überein, unter 0,900'),
  ]);
});

test('why an image of an unknown kind gets no answer is said in German', () => {
  const limited = card('m');
  const { applicability } = limited;
  const ofChests = { ...limited, applicability: { ...applicability, bodyParts: ['CHEST'] } };
  const refusal = refusalOfUnknownKind(
    ofChests as typeof limited,
    { modality: 'CR' },
    { distance: 3.14, threshold: 2 },
  );
  expect(spoken(refusal!)).toMatch(/das 1,57-fache .* keine Antwort\.$/);
  const beyond = refusalOfUnknownKind(
    ofChests as typeof limited,
    {},
    { distance: 3.14, threshold: 2, limit: 3 },
  );
  expect(spoken(beyond!)).toMatch(/das 1,57-fache .* als jedes von ihnen: es bekommt keine Antwort\.$/);
});

const ownPicture = { Manufacturer: 'ohif-extension-explain', SOPClassUID: '1.2.840.10008.5.1.4.1.1.7' };

test('why a viewport has nothing to explain is said in German', () => {
  const services = (displaySet?: object): Services =>
    ({
      viewportGridService: {
        getActiveViewportId: () => (displaySet === undefined ? null : 'v1'),
        getDisplaySetsUIDsForViewport: () => ['1'],
      },
      displaySetService: { getDisplaySetByUID: () => displaySet },
      cornerstoneViewportService: { getCornerstoneViewport: () => undefined },
    }) as unknown as Services;
  const set = (instance: object) => ({ displaySetInstanceUID: '1', instances: [instance], ...instance });
  const shown = [
    undefined,
    set({ Modality: 'SR' }),
    set({ Modality: 'DX', SamplesPerPixel: 3 }),
    set({ Modality: 'OT', SamplesPerPixel: 3, ...ownPicture }),
    set({ Modality: 'DX', Rows: 10, Columns: 10 }),
  ];
  for (const displaySet of shown) {
    const outcome = findTarget(services(displaySet), {} as Cornerstone);
    if (!('refusal' in outcome)) return expect.unreachable();
    expect(spoken(outcome.refusal.message)).not.toBe(outcome.refusal.message);
    if (displaySet && 'Manufacturer' in displaySet)
      expect(spoken(outcome.refusal.message)).toMatch(/^Dieses Bild hat diese Erweiterung .* gemacht/);
    if (displaySet && 'Modality' in displaySet && displaySet.Modality === 'SR')
      expect(spoken(outcome.refusal.message)).toContain('der Modalität SR');
  }
});

test('the notices and findings of the shipped models are said in German', () => {
  for (const text of shippedCards) {
    const { researchUseNotice, classes } = JSON.parse(text) as {
      researchUseNotice: string;
      classes: { name: string }[];
    };
    expect(spoken(researchUseNotice)).toMatch(/^Nur für Forschung\. (?!Made|Not)/);
    expect(spoken(classes[1].name)).toMatch(/erschattung/);
  }
});

test('an archive that refuses: the whole notice in German; what nobody knows stays as it is', () => {
  expect(
    spoken(
      'The archive did not take the DICOM SEG (HTTP 401). 2 object(s) before it were saved. ' +
        'Nothing in the viewer was lost: log in again, then try again.',
    ),
  ).toBe(
    'Das Archiv hat dieses Objekt nicht angenommen: DICOM SEG (HTTP 401). Vor ihm gespeicherte Objekte: 2. ' +
      'Im Viewer ging nichts verloren: bitte neu anmelden, dann erneut versuchen.',
  );
  expect(spoken('Something else. It happened.')).toBe('Something else. It happened.');
  takeHostI18n(new FakeI18n('en'));
  expect(spoken('chosen by the user')).toBe('chosen by the user');
});
