import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resultKinds, resultObjects, resultReferences, usualKinds } from '../../src/dicom/results';
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

  it('are as many as the guides say, and each guide names those that show the film', () => {
    const words = 'none one two three four five six seven eight nine ten'.split(' ');
    const [all, usual] = [resultKinds.length, usualKinds.length];
    const own = readFileSync('docs/dicom-results.md', 'utf8');
    expect(own).toContain(`${words[usual]} as a rule, ${words[all - usual]} more on request`);
    const [objects] = own.split('\n## ');
    for (const { id } of resultObjects) expect(objects).toMatch(new RegExp(`\\b${id}\\b`));
    const privacy = readFileSync('docs/install.md', 'utf8');
    expect(privacy).toContain(`stores up to ${words[all]}, as ticked`);
    const showing = resultKinds.filter(kind => resultObject(kind).showsFilm);
    expect(privacy).toContain(`**${words[showing.length]} Secondary Captures that show the film's`);
    expect(objects).toContain(showing.map(kind => `\`${kind}\``).join(', '));
  });

  it('show the film where they are pictures', () => {
    const pictures = resultObjects.filter(({ modality }) => modality === 'OT').map(({ id }) => id);
    expect(resultKinds.filter(kind => resultObject(kind).showsFilm)).toEqual(
      pictures.filter(id => id !== 'pm'),
    );
  });

  it('need x_a where they are generated', () => {
    const generated = resultObjects.filter(({ series }) => 'generated' in series).map(({ id }) => id);
    expect(resultKinds.filter(kind => resultObject(kind).needsAdversarial)).toEqual(generated);
  });

  it('are named by no other file', () => {
    expect(namedElsewhere('dicom/results/objects', resultKinds)).toEqual([]);
  });
});
