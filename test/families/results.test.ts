import { describe, expect, it } from 'vitest';
import { resultKinds, resultObjects, resultReferences } from '../../src/dicom/results';
import { resultObject } from '../../src/dicom/results/objects';
import { storedPercentilesOf } from '../../src/dicom/results/read-back';
import { memberFiles, namedElsewhere } from '../support/family';

describe('DICOM result objects', () => {
  it('are one a file of that name, all of them listed', () => {
    expect([...resultKinds].sort()).toEqual(memberFiles('dicom/results/objects'));
  });

  it('have texts, series and numbers of their own', () => {
    for (const fact of [
      resultObjects.map(({ title }) => title),
      resultObjects.map(({ noun }) => noun),
      resultObjects.map(({ label }) => label),
      resultObjects.map(({ series }) => series.description),
      resultObjects.map(({ series }) => String(series.place)),
    ]) {
      expect(new Set(fact).size).toBe(resultObjects.length);
      expect(fact).not.toContain('');
    }
    for (const { series, modality } of resultObjects) {
      // The method's id and " - " follow within the 64 characters of LO; the place is the last two digits of the number.
      expect(series.description.length).toBeLessThanOrEqual(48);
      expect(series.place).toBeLessThan(100);
      expect(modality).toMatch(/^[A-Z]{2,16}$/);
    }
  });

  it('are read back by what each declares: one holds the explanation, one tells the percentile', () => {
    const of = resultObjects.map(({ id }) => [id, resultObject(id).readBack?.of]);
    expect(of.filter(([, what]) => what === 'explanation').map(([id]) => id)).toEqual(['pm']);
    expect(of.filter(([, what]) => what === 'percentile').map(([id]) => id)).toEqual(['seg']);
    // What tells a percentile has another name for each.
    const key = {
      source: { SOPInstanceUID: '1.2.3', StudyInstanceUID: '1.2', SOPClassUID: '1' },
      model: { id: 'm', version: '1', weightsSha256: 'a', title: '', classes: ['n', 'y'] },
      settings: { methodId: 'gradient', methodTitle: '', augment: 0, seed: 0, backend: 'cpu' },
      software: '1',
    };
    const kept = resultReferences(key, { kinds: ['seg'], percentiles: [95] }).seg!.sopInstanceUid;
    expect(storedPercentilesOf(key, [90, 95, 99], uid => (uid === kept ? {} : undefined))).toEqual([95]);
  });

  it('are named by no other file', () => {
    expect(namedElsewhere('dicom/results/objects', resultKinds)).toEqual([]);
  });
});
