import { describe, expect, it } from 'vitest';
import { attributesOfInstance, readDicomAttributes } from '../../src/dicom';
import { ageInYears, yearsBetween } from '../../src/dicom/attributes';
import { dicomFile, text, us } from './bytes';

describe('attributes', () => {
  const file = (extra = [text(0x00101010, 'AS', '045Y')]): Uint8Array =>
    dicomFile([
      text(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.1'),
      text(0x0008001c, 'CS', 'YES'),
      text(0x00080020, 'DA', '20200701'),
      text(0x00080060, 'CS', 'CR'),
      text(0x00180015, 'CS', 'CHEST'),
      text(0x00185101, 'CS', 'PA'),
      us(0x00280010, 440),
      us(0x00280011, 441),
      ...extra,
    ]);

  it('come from a file, also one without an image', () => {
    expect(readDicomAttributes(file())).toEqual({
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      sopClassUid: '1.2.840.10008.5.1.4.1.1.1',
      isPhantom: true,
      modality: 'CR',
      bodyPart: 'CHEST',
      viewPosition: 'PA',
      rows: 440,
      columns: 441,
      patientAgeYears: 45,
    });
  });

  it('take the age from the dates where it is not stated', () => {
    const age = readDicomAttributes(file([text(0x00100030, 'DA', '19600701')])).patientAgeYears;
    expect(age).toBeCloseTo(60, 1);
  });

  it('come from a naturalised data set as viewers hold it', () => {
    const instance = {
      Modality: 'DX',
      Rows: 10,
      NumberOfFrames: '2',
      PatientAge: ['006M'],
      ViewPosition: '',
    };
    expect(attributesOfInstance(instance)).toEqual({
      modality: 'DX',
      rows: 10,
      numberOfFrames: 2,
      patientAgeYears: 0.5,
    });
  });

  it('leave out what is not there', () => {
    expect(attributesOfInstance({})).toEqual({});
    expect(attributesOfInstance({ Modality: '  ', Rows: 'many', PatientAge: 'old' })).toEqual({});
  });
});

describe('ages', () => {
  it('are read in days, weeks, months and years', () => {
    expect(ageInYears('018Y')).toBe(18);
    expect(ageInYears('018M')).toBe(1.5);
    expect(ageInYears('052W')).toBeCloseTo(1, 1);
    expect(ageInYears('730D')).toBeCloseTo(2, 1);
    expect(ageInYears('18Y')).toBeUndefined();
    expect(ageInYears(undefined)).toBeUndefined();
  });

  it('are no guess where a date is impossible', () => {
    expect(yearsBetween('19000101', '20000101')).toBeCloseTo(100, 1);
    expect(yearsBetween('20000231', '20200101')).toBeUndefined();
    expect(yearsBetween('20200101', '20000101')).toBeUndefined();
    expect(yearsBetween('', '20000101')).toBeUndefined();
  });
});
