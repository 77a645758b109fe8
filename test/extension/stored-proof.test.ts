import { expect, test } from 'vitest';
import about from '../../package.json';
import type { StoredMap } from '../../src/dicom/results/types';
import { instanceUid } from '../../src/dicom/results/identifiers';
import { cautionsOfProof, installedCard, requireSound } from '../../src/extension/worker/stored-proof';
import { decideBy, decideLabels } from '../../src/models/decision';
import type { ModelCard } from '../../src/models/card';
import { modelIdentity } from '../../src/models/explanation';
import { spoken } from '../../src/extension/i18n/spoken';
import { addTranslations, takeHostI18n } from '../../src/extension/i18n';
import { translations } from '../../src/extension/i18n/translations';
import { card, FakeI18n } from './fakes';

const installed = { ...card('cxr'), files: { 'classifier/weights.bin': 'a'.repeat(64) } } as ModelCard;

/** A map as this software stores it, under the identifier that follows. */
function stored(change: Partial<StoredMap> = {}, label?: string): StoredMap {
  const { title: _, ...model } = modelIdentity(installed);
  const map: StoredMap = {
    sopInstanceUid: '',
    sourceInstanceUid: '1.2.3',
    model,
    settings: { methodId: 'naive', augment: 0, seed: 0, backend: 'wasm', label },
    figures: { decision: decideBy(0.998, 0.4) },
    stated: [],
    cautions: [],
    created: { date: '20260101', time: '120000' },
    software: about.version,
    ...change,
  };
  const key = {
    ...map,
    source: { SOPInstanceUID: '1.2.3' },
    model: { ...map.model, title: '' },
    settings: { ...map.settings, methodTitle: '' },
    software: map.software!,
  };
  return { ...map, sopInstanceUid: instanceUid('pm', key) };
}

test('a score that the same files give again, by another backend, is taken', () => {
  expect(installedCard(stored(), [card('other'), installed])).toBe(installed);
  expect(cautionsOfProof(stored(), decideBy(0.9975, 0.4))).toEqual([]);
});

test('a forged score is refused by name, with what the model gives', () => {
  const forged = stored({ figures: { decision: decideBy(0.0001, 0.4) } });
  expect(() => cautionsOfProof(forged, decideBy(0.998, 0.4))).toThrow(
    expect.objectContaining({
      code: 'not-ours',
      message: expect.stringContaining(
        'The stored score 0.0001 is not what this model gives for this image, 0.998.',
      ),
    }),
  );
  // Also where both decide alike.
  const near = stored({ figures: { decision: decideBy(0.5, 0.4) } });
  expect(() => cautionsOfProof(near, decideBy(0.998, 0.4))).toThrow(/0\.5 is not what this model gives/);
});

test('a forged operating point, and classes that are swapped, are refused', () => {
  const point = stored({ figures: { decision: decideBy(0.998, 0.999) } });
  expect(() => cautionsOfProof(point, decideBy(0.998, 0.4))).toThrow(
    /operating point 0\.999 is not that of this model, 0\.4/,
  );
  const swapped = stored();
  swapped.model = { ...swapped.model, classes: ['yes', 'no'] };
  expect(() => installedCard(swapped, [installed])).toThrow(
    /other classes \(yes, no\) than this model has \(no, yes\)/,
  );
});

test('of a model that is not installed with the same files it is said that nothing was verified', () => {
  const others = { ...installed, files: { 'classifier/weights.bin': 'b'.repeat(64) } } as ModelCard;
  expect(installedCard(stored(), [others])).toBeUndefined();
  expect(cautionsOfProof(stored(), undefined)).toEqual([
    expect.stringMatching(/could not be verified: cxr 1\.0\.0/),
  ]);
});

test('an honest score of another version is shown, with what this one gives; a decision that turned is not', () => {
  const old = stored({ software: '0.2.2', figures: { decision: decideBy(0.7, 0.4) } });
  expect(installedCard(old, [installed])).toBe(installed);
  expect(cautionsOfProof(old, decideBy(0.75, 0.4))).toEqual([
    'Version 0.2.2 stored the score 0.7; this version gives 0.75 for this image.',
  ]);
  expect(() => cautionsOfProof(old, decideBy(0.1, 0.4))).toThrow(/0\.7 is not what this model gives/);
});

test('an identifier that does not follow is refused, but for a name of a label that was shortened', () => {
  expect(() => installedCard({ ...stored(), sopInstanceUid: '1.2.3.76' }, [])).toThrow(/does not follow/);
  const long = 'a label; with what may not stand in a list';
  const labelled = stored({}, long);
  // As it comes back from the archive.
  labelled.settings = { ...labelled.settings, label: long.replace(';', ',') };
  expect(installedCard(labelled, [])).toBeUndefined();
});

test('the explained label of several is compared, not the first', () => {
  const decision = decideLabels([0.9, 0.2], [0.5, 0.3], 1);
  const one = stored({ figures: { decision } });
  expect(cautionsOfProof(one, decideLabels([0.9, 0.2], [0.5, 0.3], 1))).toEqual([]);
  expect(() => cautionsOfProof(one, decideLabels([0.2, 0.9], [0.5, 0.3], 1))).toThrow(/0\.2 is not .* 0\.9/);
});

test('what does not hold together is refused and said in German', () => {
  const fault = 'The stored result says a score of 7.5; scores lie between 0 and 1.';
  let said = '';
  try {
    requireSound(stored({ figures: { decision: decideBy(7.5, 0.4) } }));
  } catch (error) {
    said = (error as Error).message;
  }
  expect(said).toBe(`${fault} It was changed, or this software did not make it; it is not shown.`);
  addTranslations(translations);
  takeHostI18n(new FakeI18n('de'));
  expect(spoken(said)).toBe(
    'Das gespeicherte Ergebnis nennt einen Score von 7,5; Scores liegen zwischen 0 und 1. Es wurde verändert oder stammt nicht von dieser Software; es wird nicht gezeigt.',
  );
  takeHostI18n(undefined);
});
