import { describe, expect, it } from 'vitest';
import { resultKinds, resultObjects } from '../../src/dicom/results';
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
      resultObjects.map(({ series }) => String(series.number)),
    ]) {
      expect(new Set(fact).size).toBe(resultObjects.length);
      expect(fact).not.toContain('');
    }
    for (const { series, modality } of resultObjects) {
      // The method's id and " - " follow within the 64 characters of LO; three digits are added to the number.
      expect(series.description.length).toBeLessThanOrEqual(48);
      expect(series.number % 1000).toBe(0);
      expect(modality).toMatch(/^[A-Z]{2,16}$/);
    }
  });

  it('are named by no other file', () => {
    expect(namedElsewhere('dicom/results/objects', resultKinds)).toEqual([]);
  });
});
