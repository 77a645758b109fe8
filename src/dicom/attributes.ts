import type { DataSet } from './data-set';
import type { ImageAttributes } from '../models/applicability';

/** The attributes that decide whether a model fits, by keyword, with their tags. */
const TAGS = {
  TransferSyntaxUID: 'x00020010',
  SOPClassUID: 'x00080016',
  SyntheticData: 'x0008001c',
  StudyDate: 'x00080020',
  Modality: 'x00080060',
  PresentationIntentType: 'x00080068',
  PatientBirthDate: 'x00100030',
  PatientAge: 'x00101010',
  BodyPartExamined: 'x00180015',
  ViewPosition: 'x00185101',
  SamplesPerPixel: 'x00280002',
  PhotometricInterpretation: 'x00280004',
  NumberOfFrames: 'x00280008',
  Rows: 'x00280010',
  Columns: 'x00280011',
  PresentationLUTShape: 'x20500020',
} as const;

type Keyword = keyof typeof TAGS;
const BINARY_KEYWORDS: readonly Keyword[] = ['SamplesPerPixel', 'Rows', 'Columns'];

/** Attributes of a parsed DICOM file; what is absent or empty there is absent here. */
export function attributesOf(dataSet: DataSet): ImageAttributes {
  return attributesFrom(keyword => {
    const tag = TAGS[keyword];
    const value = BINARY_KEYWORDS.includes(keyword) ? dataSet.uint16(tag) : dataSet.string(tag);
    return value === undefined ? undefined : String(value);
  });
}

/**
 * Attributes of a naturalised data set, as dcmjs and OHIF's display sets hold them: one property a keyword.
 *
 * @param instance for example `displaySet.instances[0]`
 */
export function attributesOfInstance(instance: Readonly<Record<string, unknown>>): ImageAttributes {
  return attributesFrom(keyword => {
    const value: unknown = instance[keyword];
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' || typeof first === 'number' ? String(first) : undefined;
  });
}

function attributesFrom(valueOf: (keyword: Keyword) => string | undefined): ImageAttributes {
  const text = (keyword: Keyword): string | undefined => valueOf(keyword)?.trim() || undefined;
  const number = (keyword: Keyword): number | undefined => {
    const value = Number(text(keyword) ?? NaN);
    return Number.isFinite(value) ? value : undefined;
  };
  return withoutUndefined({
    modality: text('Modality'),
    transferSyntaxUid: text('TransferSyntaxUID'),
    sopClassUid: text('SOPClassUID'),
    bodyPart: text('BodyPartExamined'),
    viewPosition: text('ViewPosition'),
    photometric: text('PhotometricInterpretation'),
    samplesPerPixel: number('SamplesPerPixel'),
    rows: number('Rows'),
    columns: number('Columns'),
    numberOfFrames: number('NumberOfFrames'),
    patientAgeYears:
      ageInYears(text('PatientAge')) ?? yearsBetween(text('PatientBirthDate'), text('StudyDate')),
    isPhantom: text('SyntheticData') === 'YES' ? true : undefined,
    presentationIntent: text('PresentationIntentType'),
    presentationLutShape: text('PresentationLUTShape'),
  });
}

function withoutUndefined(attributes: ImageAttributes): ImageAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

const YEARS_PER_UNIT: Readonly<Record<string, number>> = { Y: 1, M: 1 / 12, W: 7 / 365.25, D: 1 / 365.25 };

/** Reads an Age String (PS3.5: three digits and D, W, M or Y). */
export function ageInYears(age: string | undefined): number | undefined {
  const match = /^(\d{3})([DWMY])$/.exec(age ?? '');
  return match ? Number(match[1]) * YEARS_PER_UNIT[match[2]] : undefined;
}

/** Full and part years between two Date values (YYYYMMDD), or undefined where either is no date. */
export function yearsBetween(birth: string | undefined, study: string | undefined): number | undefined {
  const from = timeOf(birth);
  const to = timeOf(study);
  if (from === undefined || to === undefined || to < from) return undefined;
  return (to - from) / (365.25 * 86_400_000);
}

function timeOf(date: string | undefined): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(date ?? '');
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const time = Date.UTC(year, month - 1, day);
  // Date.UTC rolls 31 February over into March; such a date is no date
  return new Date(time).getUTCMonth() === month - 1 ? time : undefined;
}
