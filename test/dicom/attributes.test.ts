import { describe, expect, it } from 'vitest';
import { attributesOfInstance, readDicomAttributes } from '../../src/dicom';
import { readAge, yearsBetween } from '../../src/dicom/attributes';
import { dicomFile, sequence, text, us } from './bytes';

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

  it.each([
    ['Chest lateral', 'lateral'],
    ['THORAX LAT.', 'lateral'],
    ['Thorax seitlich', 'lateral'],
    ['CHEST PA/LAT', 'frontal and lateral'],
    ['lateral decubitus', 'frontal and lateral'],
    ['Bilateral ribs', undefined],
    ['Chest PA', undefined],
    ['Platinum', undefined],
  ])('read a lateral view out of a description: %s', (description, view) => {
    const described = readDicomAttributes(file([text(0x0008103e, 'LO', description)]));
    expect(described.describedView).toBe(view);
    expect(attributesOfInstance({ SeriesDescription: description }).describedView).toBe(view);
    expect(attributesOfInstance({ ProtocolName: description }).describedView).toBe(view);
  });

  it.each([
    // Rows to the patient's left, columns to the feet (PS3.3 C.7.6.1.1.1): an upright frontal film.
    ['L\\F', 'L\\F'],
    ['R\\F', 'R\\F'],
    ['L\\H', 'L\\H'],
    ['F\\L', 'F\\L'],
    // By the main direction: to the front, a little to the left.
    ['P\\FL', 'P\\F'],
    ['l \\ f', 'L\\F'],
    // Of animals (PS3.3 C.7.6.1.1.1), one value alone, and none.
    ['LE\\CD', undefined],
    ['L', undefined],
    ['', undefined],
  ])('read Patient Orientation %s', (stated, orientation) => {
    expect(readDicomAttributes(file([text(0x00200020, 'CS', stated)])).orientation).toBe(orientation);
    expect(attributesOfInstance({ PatientOrientation: stated }).orientation).toBe(orientation);
    expect(attributesOfInstance({ PatientOrientation: stated.split('\\') }).orientation).toBe(orientation);
  });

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
    expect(attributesOfInstance({ Modality: '  ', Rows: 'many', PatientAge: 'old' })).toEqual({
      ageDoubt: 'unreadable',
    });
  });
});

describe('codes', () => {
  const codes = (view: string[], region: string[] = []): Record<string, unknown> => {
    const item = ([CodeValue, CodingSchemeDesignator, CodeMeaning]: string[]) => [
      { CodeValue, CodingSchemeDesignator, CodeMeaning },
    ];
    return { ViewCodeSequence: item(view), AnatomicRegionSequence: item(region) };
  };

  it.each([
    [['272479007', 'SCT'], 'postero-anterior'],
    [['R-10214', 'SNM3'], 'postero-anterior'],
    [['R-10206', 'SRT'], 'antero-posterior'],
    [['399067008', 'SCT', 'anything'], 'lateral'],
    [['LAT', '99HOSPITAL', 'Lateral'], 'lateral'],
    [['X', '99HOSPITAL', 'lateral projection'], 'lateral'],
    [['1', 'SCT', 'Lateral'], undefined],
    [['X', '99HOSPITAL', 'Doe^Jane'], undefined],
  ])('of a view: %s', (code, name) => {
    expect(attributesOfInstance(codes(code)).codedView).toBe(name);
  });

  it('of a region come from a file as from a viewer', () => {
    expect(attributesOfInstance(codes([], ['72696002', 'SCT', 'Knee'])).codedRegion).toBe('knee');
    const item = [text(0x00080100, 'SH', 'T-D3000'), text(0x00080102, 'SH', 'SRT')];
    const file = dicomFile([sequence(0x00082218, item), text(0x00200020, 'CS', 'A\\F')]);
    expect(readDicomAttributes(file)).toMatchObject({ codedRegion: 'chest', isSagittal: true });
  });
});

describe('ages', () => {
  it('are read in days, weeks, months and years', () => {
    expect(readAge('018Y')).toEqual({ years: 18, hasUnit: true });
    expect(readAge('018M')?.years).toBe(1.5);
    expect(readAge('052W')?.years).toBeCloseTo(1, 1);
    expect(readAge('730D')?.years).toBeCloseTo(2, 1);
    expect(readAge(undefined)).toBeUndefined();
  });

  it.each([
    ['5Y', 5],
    ['05Y', 5],
    ['0005Y', 5],
    ['5y', 5],
    ['5 Y', 5],
    ['18 months', 1.5],
    ['6mo', 0.5],
    ['42 yrs', 42],
  ])('%s, which the standard does not know, is read', (age, years) => {
    expect(readAge(age)).toEqual({ years, hasUnit: true });
  });

  it('without a unit are years, and the dates go before them', () => {
    expect(attributesOfInstance({ PatientAge: '45' })).toEqual({ patientAgeYears: 45, ageDoubt: 'no-unit' });
    const dates = { PatientBirthDate: '20200101', StudyDate: '20240101' };
    expect(attributesOfInstance({ PatientAge: '48', ...dates })).toEqual({
      patientAgeYears: expect.closeTo(4, 1),
    });
  });

  it.each(['Y', 'old', '5X', '-5', '1234567', '5Y\\6Y'])('%s is none', age => {
    expect(readAge(age)).toBeUndefined();
  });

  it('are no guess where a date is impossible', () => {
    expect(yearsBetween('19000101', '20000101')).toBeCloseTo(100, 1);
    expect(yearsBetween('20000231', '20200101')).toBeUndefined();
    expect(yearsBetween('20200101', '20000101')).toBeUndefined();
    expect(yearsBetween('', '20000101')).toBeUndefined();
  });
});

describe('pictures that this software made', () => {
  const own = { Manufacturer: 'ohif-extension-explain', SyntheticData: 'YES' };
  const capture = '1.2.840.10008.5.1.4.1.1.7';

  it('are known by maker and class, and are no phantoms for being generated', () => {
    for (const SOPClassUID of [capture, `${capture}.4`]) {
      const { isOwnPicture, isPhantom } = attributesOfInstance({ ...own, SOPClassUID });
      expect([isOwnPicture, isPhantom]).toEqual([true, undefined]);
    }
    // Its phantoms are films.
    const phantom = attributesOfInstance({ ...own, SOPClassUID: '1.2.840.10008.5.1.4.1.1.1' });
    expect([phantom.isOwnPicture, phantom.isPhantom]).toEqual([undefined, true]);
    expect(attributesOfInstance({ Manufacturer: 'X', SOPClassUID: capture }).isOwnPicture).toBeUndefined();
  });
});
