import { drawFrom } from './draw';
import type { Phantom } from './phantom';

/** How a phantom is stored as a DICOM image. */
export interface PhantomDicomOptions {
  /** Running number, from 1: names the patient. */
  number: number;
  /** Seed of the whole set; with the number it determines every identifier. */
  seed: number | string;
  modality: 'CR' | 'DX';
  photometric: 'MONOCHROME1' | 'MONOCHROME2';
  /** Makes a unique identifier out of a name. */
  uidFrom: (...parts: (string | number)[]) => string;
}

export const PHANTOM_BITS_STORED = 12;
const LARGEST_VALUE = 2 ** PHANTOM_BITS_STORED - 1;

const COMPUTED_RADIOGRAPHY = '1.2.840.10008.5.1.4.1.1.1';
const DIGITAL_XRAY_FOR_PRESENTATION = '1.2.840.10008.5.1.4.1.1.1.1';

/** Stored pixels, 12 bits in 16, little endian; MONOCHROME1 stores bright as 0. */
export function phantomPixels(
  phantom: Pick<Phantom, 'pixels'>,
  photometric: 'MONOCHROME1' | 'MONOCHROME2',
): Uint8Array {
  const bytes = new Uint8Array(2 * phantom.pixels.length);
  const view = new DataView(bytes.buffer);
  phantom.pixels.forEach((value, index) => {
    const level = Math.round(value * LARGEST_VALUE);
    view.setUint16(2 * index, photometric === 'MONOCHROME1' ? LARGEST_VALUE - level : level, true);
  });
  return bytes;
}

/**
 * The naturalised data set (keyword → value, without pixel data) of a phantom: a CR Image (PS3.3 A.2) or a Digital X-Ray
 * Image for presentation (A.26). It is marked as synthetic by Synthetic Data (0008,001C) and as no patient by Quality
 * Control Subject (0010,0200), and says so in words. The truth is not in it.
 */
export function phantomDataset(
  phantom: Pick<Phantom, 'rows' | 'columns'>,
  options: PhantomDicomOptions,
): Record<string, unknown> {
  const { number, seed, modality, uidFrom } = options;
  const draw = drawFrom(seed, `patient ${number}`);
  const id = String(number).padStart(3, '0');
  const uid = (name: string): string => uidFrom('phantom', seed, number, name);
  // 43 cm of film on the longer side, to a hundredth of a micrometre
  const spacing = Number((430 / Math.max(phantom.rows, phantom.columns)).toFixed(5));
  const date = phantomDate(number);
  return {
    SpecificCharacterSet: 'ISO_IR 192',
    ImageType: ['ORIGINAL', 'PRIMARY'],
    SOPClassUID: modality === 'CR' ? COMPUTED_RADIOGRAPHY : DIGITAL_XRAY_FOR_PRESENTATION,
    SOPInstanceUID: uid('instance'),
    SyntheticData: 'YES',
    StudyDate: date,
    SeriesDate: date,
    AcquisitionDate: date,
    ContentDate: date,
    StudyTime: '120000',
    SeriesTime: '120000',
    AcquisitionTime: '120000',
    ContentTime: '120000',
    AccessionNumber: '',
    Modality: modality,
    Manufacturer: 'ohif-extension-explain',
    ReferringPhysicianName: '',
    StudyDescription: 'Synthetic chest phantom',
    SeriesDescription: 'Synthetic chest phantom PA',
    ManufacturerModelName: 'Chest phantom',
    PatientName: `Phantom^Chest ${id}`,
    PatientID: `PHANTOM-${seed}-${id}`,
    PatientBirthDate: '',
    PatientSex: draw.chance(0.5) ? 'F' : 'M',
    QualityControlSubject: 'YES',
    PatientAge: `${String(draw.integer(20, 85)).padStart(3, '0')}Y`,
    PatientComments: 'Computed phantom, not a patient',
    BodyPartExamined: 'CHEST',
    SoftwareVersions: '1',
    ImagerPixelSpacing: [spacing, spacing],
    ViewPosition: 'PA',
    StudyInstanceUID: uid('study'),
    SeriesInstanceUID: uid('series'),
    StudyID: id,
    SeriesNumber: '1',
    InstanceNumber: '1',
    PatientOrientation: ['L', 'F'],
    ...(modality === 'DX' ? digitalXrayAttributes(options.photometric) : {}),
    ImageComments: 'Synthetic image, not for diagnosis',
    SamplesPerPixel: 1,
    PhotometricInterpretation: options.photometric,
    Rows: phantom.rows,
    Columns: phantom.columns,
    BitsAllocated: 16,
    BitsStored: PHANTOM_BITS_STORED,
    HighBit: PHANTOM_BITS_STORED - 1,
    PixelRepresentation: 0,
    BurnedInAnnotation: 'NO',
    WindowCenter: (LARGEST_VALUE + 1) / 2,
    WindowWidth: LARGEST_VALUE + 1,
    LossyImageCompression: '00',
    PresentationLUTShape: options.photometric === 'MONOCHROME1' ? 'INVERSE' : 'IDENTITY',
  };
}

/** A day of its own for each, the first the newest: a study list, newest on top, shows them in the order of their numbers. */
function phantomDate(number: number): string {
  const day = new Date(Date.UTC(2026, 0, 2 - number));
  return day.toISOString().slice(0, 10).replaceAll('-', '');
}

/** What the Digital X-Ray modules ask for beyond CR (PS3.3 C.8.11). */
function digitalXrayAttributes(photometric: 'MONOCHROME1' | 'MONOCHROME2'): Record<string, unknown> {
  return {
    PresentationIntentType: 'FOR PRESENTATION',
    ImageLaterality: 'U',
    AnatomicRegionSequence: [code('51185008', 'SCT', 'Chest')],
    ViewCodeSequence: [code('272479007', 'SCT', 'postero-anterior')],
    PositionerType: '',
    DetectorType: 'DIRECT',
    PixelIntensityRelationship: 'LOG',
    // high values of MONOCHROME2 are dense: little of the beam came through
    PixelIntensityRelationshipSign: photometric === 'MONOCHROME2' ? -1 : 1,
    RescaleIntercept: 0,
    RescaleSlope: 1,
    RescaleType: 'US',
    AcquisitionContextSequence: [],
  };
}

function code(value: string, scheme: string, meaning: string): Record<string, string> {
  return { CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning };
}
