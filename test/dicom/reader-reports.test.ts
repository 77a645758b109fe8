import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sourceAttributes, type Attributes } from '../../src/dicom/results';
import {
  answerReport,
  type AnswerObject,
  type AnswerRequest,
  type ReaderAnswer,
} from '../../src/dicom/results/answer-report';
import { readingReport, readingText, type StudyReading } from '../../src/dicom/results/reading-report';
import { describeStoredAnswer } from '../../src/dicom/results/stored-answer';
import { itemsOf } from '../../src/dicom/results/values';
import { decideBy } from '../../src/models/decision';
import { hasDciodvfy, hasPydicom, runPydicom, validate } from '../support/debian-programs';

const folder = mkdtempSync(path.join(tmpdir(), 'explain-reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

const film: Attributes = {
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.1',
  SOPInstanceUID: '1.2.3.4.5',
  StudyInstanceUID: '1.2.3',
  SeriesInstanceUID: '1.2.3.4',
  PatientName: [{ Alphabetic: 'Müller^Änne' }],
  PatientID: 'P-1',
  PatientSex: 'F',
  StudyDate: '20260131',
  StudyTime: '120000',
  StudyID: 'S1',
  Modality: 'CR',
  Manufacturer: 'Maker',
};
const bare: Attributes = {
  SOPClassUID: film.SOPClassUID,
  SOPInstanceUID: '1.2.3.4.6',
  StudyInstanceUID: '1.2.3',
  SeriesInstanceUID: '1.2.3.4',
};
const mapUid = '2.25.7';

const twoClasses = { classes: ['no', 'yes'], decision: decideBy(0.7, 0.4) };

/** @param of the classes of the model, and what it decided; by default of two */
function answerTo(
  source: Attributes,
  change: Partial<ReaderAnswer> = {},
  {
    classes,
    decision,
    label,
  }: { classes: string[]; decision: AnswerRequest['figures']['decision']; label?: string } = twoClasses,
): AnswerObject {
  return answerReport({
    context: {
      source,
      model: { id: 'm', version: '1.0.0', title: 'M', weightsSha256: 'a'.repeat(64), classes },
      settings: { methodId: 'naive', methodTitle: 'Naive', label, augment: 0, seed: 0, backend: 'wasm' },
      software: '0.0.0',
    },
    figures: { decision },
    map: {
      sopClassUid: '1.2.840.10008.5.1.4.1.1.30',
      sopInstanceUid: mapUid,
      seriesInstanceUid: '2.25.8',
    },
    answer: {
      verdict: 'agree',
      note: '',
      reader: 'r1',
      at: new Date(2026, 1, 3, 4, 5, 6),
      percentile: 90,
      ...change,
    },
  });
}

const findings = ['opacity', 'pleural effusion', 'nodule', 'rib notching'];

/** To one of several findings that do not exclude each other. */
function answerOn(label: string): AnswerObject {
  const decision = { ...decideBy(0.7, 0.4), kind: 'labels' as const, label: findings.indexOf(label) };
  return answerTo(film, {}, { classes: findings, decision, label });
}

const mark: NonNullable<ReaderAnswer['mark']> = {
  outline: [
    [10, 20],
    [40.5, 20],
    [40.5, 60],
    [10, 60],
  ],
  agreement: { iou: 0.25, hit: false, distancePixels: 12, distanceMm: 2.4 },
};
const answers: Record<string, AnswerObject> = {
  agreed: answerTo(film),
  corrected: answerTo(film, {
    verdict: 'disagree',
    note: 'lower: = "left" \\ größer\nsecond line',
    reader: 'Doe^Jane',
    attestedFor: 'A hospital',
    mark,
  }),
  finding: answerOn('nodule'),
  unsure: answerTo(bare, { verdict: 'unsure', mark: { outline: mark.outline } }),
};

const reading: StudyReading = {
  study: 'maps-2026',
  reader: 'r1',
  key: 'aided/c7',
  case: 'c7',
  arm: 'aided',
  rating: 4,
  confidence: 70,
  seconds: 12.345,
  boxes: [{ x: 1, y: 2, width: 30.5, height: 40, confidence: 5 }],
  at: new Date(2026, 1, 3, 4, 5, 6),
  text: JSON.stringify({ key: 'aided/c7', odd: 'ü "quoted" \\ ' }),
  software: '0.0.0',
};
const readings = {
  reading: readingReport(film, reading),
  plain: readingReport(bare, { ...reading, key: 'unaided/c7', confidence: undefined, boxes: [] }),
};
const all = { ...answers, ...readings };

describe('an answer to an explanation', () => {
  it('is found again by its map, with all that was said', () => {
    expect(describeStoredAnswer(sourceAttributes(answers.corrected.bytes))).toEqual({
      sopInstanceUid: answers.corrected.sopInstanceUid,
      mapUid,
      verdict: 'disagree',
      reader: 'Doe^Jane',
      verified: true,
      note: 'lower: = "left" \\ größer\nsecond line',
      marked: true,
      overlap: 0.25,
      created: { date: '20260203', time: '040506' },
    });
    expect(describeStoredAnswer(sourceAttributes(answers.agreed.bytes))).toMatchObject({
      verdict: 'agree',
      reader: 'r1',
      verified: false,
      note: '',
      marked: false,
    });
    expect(describeStoredAnswer(sourceAttributes(answers.unsure.bytes))).toMatchObject({ verdict: 'unsure' });
  });

  it('names the finding that was judged: by its code, in the series and among the parameters', () => {
    const named = (label: string) => {
      const attributes = sourceAttributes(answerOn(label).bytes);
      const [finding] = itemsIn(attributes).filter(item => conceptOf(item) === '121071');
      const [text] = itemsIn(attributes).filter(item => String(item.TextValue).includes('method='));
      const [{ CodeValue, CodeMeaning }] = itemsOf(finding.ConceptCodeSequence);
      return {
        code: [CodeValue, CodeMeaning],
        series: attributes.SeriesDescription,
        parameters: /finding=([^;]*)/.exec(String(text.TextValue))?.[1],
      };
    };
    expect(named('nodule')).toEqual({
      code: ['above-2', 'AI score above its threshold: nodule'],
      series: 'Answer to AI explanation: nodule - naive - research use only',
      parameters: 'nodule',
    });
    expect(named('rib notching')).toMatchObject({
      code: ['above-3', 'AI score above its threshold: rib notching'],
    });
    const [nodule, effusion] = [answerOn('nodule'), answerOn('pleural effusion')];
    expect(effusion.seriesInstanceUid).not.toBe(nodule.seriesInstanceUid);
    expect(effusion.sopInstanceUid).not.toBe(nodule.sopInstanceUid);
  });

  it('is no other report of this software, nor anybody else’s', () => {
    expect(describeStoredAnswer(sourceAttributes(readings.reading.bytes))).toBeUndefined();
    const foreign = { ...sourceAttributes(answers.agreed.bytes), Manufacturer: 'Maker' };
    expect(describeStoredAnswer(foreign)).toBeUndefined();
  });

  it('is another object at another time, in the same series', () => {
    const later = answerTo(film, { at: new Date(2026, 1, 3, 4, 5, 7) });
    expect(later.sopInstanceUid).not.toBe(answers.agreed.sopInstanceUid);
    expect(later.seriesInstanceUid).toBe(answers.agreed.seriesInstanceUid);
    expect(answerTo(film)).toEqual(answers.agreed);
  });
});

/** Content items of a report, and those in them. */
function itemsIn(item: Attributes): Attributes[] {
  return itemsOf(item.ContentSequence).flatMap(child => [child, ...itemsIn(child)]);
}

function conceptOf(item: Attributes): unknown {
  return itemsOf(item.ConceptNameCodeSequence)[0]?.CodeValue;
}

describe('a reading of a study', () => {
  it('holds the answer word for word', () => {
    const attributes = sourceAttributes(readings.reading.bytes);
    expect(readingText(attributes)).toBe(reading.text);
    expect(readingText(sourceAttributes(answers.agreed.bytes))).toBeUndefined();
  });

  it('is the same object when it is sent again, and one series for each reader', () => {
    expect(readingReport(film, reading)).toEqual(readings.reading);
    const other = readingReport(film, { ...reading, key: 'aided/c8' });
    expect(other.sopInstanceUid).not.toBe(readings.reading.sopInstanceUid);
    expect(other.seriesInstanceUid).toBe(readings.reading.seriesInstanceUid);
  });
});

describe('for other software', () => {
  const file = (name: string): string => {
    const place = path.join(folder, `${name}.dcm`);
    writeFileSync(place, all[name as keyof typeof all].bytes);
    return place;
  };

  it.skipIf(!hasDciodvfy).each(Object.keys(all))('dciodvfy finds no error in %s', name => {
    const { errors, output } = validate(file(name));
    expect(errors).toEqual([]);
    expect(output).toContain('ComprehensiveSR');
  });

  it.skipIf(!hasPydicom)('pydicom reads who said what of which map, and where', () => {
    const found = runPydicom(
      `
import json, sys, pydicom
def walk(item):
    for child in item.get("ContentSequence", []):
        yield child
        yield from walk(child)
d = pydicom.dcmread(sys.argv[1])
items = list(walk(d))
named = lambda code: [i for i in items if "ConceptNameCodeSequence" in i and i.ConceptNameCodeSequence[0].CodeValue == code]
v = d.VerifyingObserverSequence[0]
print(json.dumps({
  "flags": [d.CompletionFlag, d.VerificationFlag],
  "by": [str(v.VerifyingObserverName), v.VerifyingOrganization, v.VerificationDateTime],
  "observer": str(named("121008")[0].PersonName),
  "verdict": [named("reader-answer")[0].ConceptCodeSequence[0].CodeValue, named("reader-answer")[0].ConceptCodeSequence[0].CodingSchemeDesignator],
  "note": named("121106")[0].TextValue,
  "graphic": [named("111030")[0].GraphicType, list(named("111030")[0].GraphicData)],
  "distance": [named("mark-distance")[0].MeasuredValueSequence[0].FloatingPointValue, named("mark-distance")[0].MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue],
  "map": named("130401")[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID,
  "evidence": [i.ReferencedSOPInstanceUID for s in d.CurrentRequestedProcedureEvidenceSequence for r in s.ReferencedSeriesSequence for i in r.ReferencedSOPSequence],
  "patient": str(d.PatientName),
}))`,
      file('corrected'),
    );
    expect(found).toEqual({
      flags: ['COMPLETE', 'VERIFIED'],
      by: ['Doe^Jane', 'A hospital', '20260203040506'],
      observer: 'Doe^Jane',
      // CID 3217 of PS3.16.
      verdict: ['122776', 'DCM'],
      note: 'lower: = "left" \\ größer\nsecond line',
      graphic: ['POLYLINE', [10, 20, 40.5, 20, 40.5, 60, 10, 60, 10, 20]],
      distance: [2.4, 'mm'],
      map: mapUid,
      evidence: ['1.2.3.4.5', mapUid],
      patient: 'Müller^Änne',
    });
  });
});

it('tells a distance at the detector from a calibrated one', () => {
  const { outline, agreement } = mark;
  const said = (atDetector?: true): string =>
    new TextDecoder().decode(
      answerTo(film, { mark: { outline, agreement: { ...agreement!, atDetector } } }).bytes,
    );
  expect(said(true)).toContain('Distance from mark to largest value, at the detector');
  expect(said()).not.toContain('at the detector');
});
