import type { DataSet } from './data-set';
import type { ImageAttributes } from '../models/applicability';
import { decimalOf } from './number-strings';
import { regionName, viewName, type CodedEntry } from './coded-terms';
import { fileCautionsOf } from './file-cautions';
import { manufacturer } from './own-objects';
import { MULTI_FRAME_TRUE_COLOR_SECONDARY_CAPTURE, SECONDARY_CAPTURE } from './results/sop-classes';

/** The attributes that decide whether a model fits, by keyword, with their tags. */
const TAGS = {
  TransferSyntaxUID: 'x00020010',
  SOPClassUID: 'x00080016',
  SyntheticData: 'x0008001c',
  StudyDate: 'x00080020',
  Modality: 'x00080060',
  Manufacturer: 'x00080070',
  SeriesDescription: 'x0008103e',
  ProtocolName: 'x00181030',
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

/** Sequences whose first item is a code. */
const CODE_TAGS = { AnatomicRegionSequence: 'x00082218', ViewCodeSequence: 'x00540220' } as const;

type Keyword = keyof typeof TAGS;
type CodeKeyword = keyof typeof CODE_TAGS;
const BINARY_KEYWORDS: readonly Keyword[] = ['SamplesPerPixel', 'Rows', 'Columns'];

/** Attributes of a parsed DICOM file; what is absent or empty there is absent here. */
export function attributesOf(dataSet: DataSet): ImageAttributes {
  const attributes = attributesFrom({
    valueOf: keyword => {
      const tag = TAGS[keyword];
      const value = BINARY_KEYWORDS.includes(keyword) ? dataSet.uint16(tag) : dataSet.string(tag);
      return value === undefined ? undefined : String(value);
    },
    orientationText: () => dataSet.string('x00200020'),
    codeOf: keyword => {
      const item = dataSet.firstItem(CODE_TAGS[keyword]);
      return (
        item && {
          value: item.string('x00080100'),
          scheme: item.string('x00080102'),
          meaning: item.string('x00080104'),
        }
      );
    },
  });
  return withCautions(attributes, dataSet.cautions);
}

/**
 * Attributes of a naturalised data set, as dcmjs and OHIF's display sets hold them: one property a keyword.
 *
 * @param instance for example `displaySet.instances[0]`
 */
export function attributesOfInstance(instance: Readonly<Record<string, unknown>>): ImageAttributes {
  const attributes = attributesFrom({
    valueOf: keyword => firstText(instance[keyword]),
    orientationText: () => [instance.PatientOrientation].flat().join('\\'),
    codeOf: keyword => {
      const item: unknown = firstOf(instance[keyword]);
      if (typeof item !== 'object' || item === null) return undefined;
      const { CodeValue, CodingSchemeDesignator, CodeMeaning } = item as Record<string, unknown>;
      return {
        value: firstText(CodeValue),
        scheme: firstText(CodingSchemeDesignator),
        meaning: firstText(CodeMeaning),
      };
    },
  });
  return withCautions(attributes, fileCautionsOf(instance));
}

function withCautions(attributes: ImageAttributes, cautions: readonly string[]): ImageAttributes {
  return cautions.length > 0 ? { ...attributes, fileCautions: cautions } : attributes;
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? (value as unknown[])[0] : value;
}

function firstText(value: unknown): string | undefined {
  const first = firstOf(value);
  return typeof first === 'string' || typeof first === 'number' ? String(first) : undefined;
}

/** A header, in whatever form it is held. */
interface Header {
  valueOf(keyword: Keyword): string | undefined;
  /** Both values of Patient Orientation, with a backslash between them. */
  orientationText(): string | undefined;
  codeOf(keyword: CodeKeyword): CodedEntry | undefined;
}

function attributesFrom({ valueOf, orientationText, codeOf }: Header): ImageAttributes {
  const text = (keyword: Keyword): string | undefined => valueOf(keyword)?.trim() || undefined;
  const number = (keyword: Keyword): number | undefined => {
    const value = decimalOf(text(keyword) ?? '');
    return Number.isNaN(value) ? undefined : value;
  };
  const orientation = orientationOf(orientationText());
  const region = codeOf('AnatomicRegionSequence');
  const view = codeOf('ViewCodeSequence');
  const isOwnPicture = ownPicture(text('Manufacturer'), text('SOPClassUID'));
  return withoutUndefined({
    modality: text('Modality'),
    transferSyntaxUid: text('TransferSyntaxUID'),
    sopClassUid: text('SOPClassUID'),
    bodyPart: text('BodyPartExamined'),
    codedRegion: region && regionName(region),
    viewPosition: text('ViewPosition'),
    codedView: view && viewName(view),
    describedView: describedView([text('SeriesDescription'), text('ProtocolName')]),
    isSagittal: orientation?.startsWith('A') || orientation?.startsWith('P') || undefined,
    orientation,
    photometric: text('PhotometricInterpretation'),
    samplesPerPixel: number('SamplesPerPixel'),
    rows: number('Rows'),
    columns: number('Columns'),
    numberOfFrames: number('NumberOfFrames') || undefined,
    ...ageOf(text('PatientAge'), text('PatientBirthDate'), text('StudyDate')),
    // What this software generates states it too.
    isPhantom: text('SyntheticData') === 'YES' && !isOwnPicture ? true : undefined,
    isOwnPicture: isOwnPicture || undefined,
    presentationIntent: text('PresentationIntentType'),
    presentationLutShape: text('PresentationLUTShape'),
  });
}

/** Whether this software made it as a picture; its phantoms are films of their own. */
function ownPicture(maker: string | undefined, sopClassUid: string | undefined): boolean {
  const pictures: readonly (string | undefined)[] = [
    SECONDARY_CAPTURE,
    MULTI_FRAME_TRUE_COLOR_SECONDARY_CAPTURE,
  ];
  return maker === manufacturer && pictures.includes(sopClassUid);
}

/**
 * Where rows and columns run to, by the main direction of each: "L\F" of a frontal film that stands upright (PS3.3
 * C.7.6.1.1.1).
 *
 * @returns undefined where it is not stated, or not in the directions of a person that stands
 */
function orientationOf(text: string | undefined): string | undefined {
  const found = /^\s*([RLAPHF])[RLAPHF]{0,2}\s*\\\s*([RLAPHF])[RLAPHF]{0,2}\s*$/i.exec(text ?? '');
  return found ? `${found[1]}\\${found[2]}`.toUpperCase() : undefined;
}

/** Free texts count where they say lateral: a word that no frontal film is described by alone. */
function describedView(texts: readonly (string | undefined)[]): ImageAttributes['describedView'] {
  const words = texts
    .join(' ')
    .toLowerCase()
    .split(/[^\p{L}]+/u);
  const has = (...wanted: string[]): boolean => wanted.some(word => words.includes(word));
  if (!has('lat', 'lateral', 'seitlich', 'profil', 'latéral', 'laterale')) return undefined;
  // A decubitus film is lateral by the patient's position, and frontal by its beam.
  return has('pa', 'ap', 'frontal', 'decubitus') ? 'frontal and lateral' : 'lateral';
}

/** Patient's Age, or the age from the dates; an age without a unit only where there are none. */
function ageOf(
  stated: string | undefined,
  birth: string | undefined,
  study: string | undefined,
): Pick<ImageAttributes, 'patientAgeYears' | 'ageDoubt'> {
  const age = readAge(stated);
  if (age?.hasUnit) return { patientAgeYears: age.years };
  const between = yearsBetween(birth, study);
  if (between !== undefined) return { patientAgeYears: between };
  if (age) return { patientAgeYears: age.years, ageDoubt: 'no-unit' };
  return stated === undefined ? {} : { ageDoubt: 'unreadable' };
}

function withoutUndefined(attributes: ImageAttributes): ImageAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

const YEARS_PER_UNIT: Readonly<Record<string, number>> = { Y: 1, M: 1 / 12, W: 7 / 365.25, D: 1 / 365.25 };

/**
 * Reads an Age String. The standard has three digits and D, W, M or Y (PS3.5 6.2); files also come with fewer or more digits,
 * small letters, the unit as a word, or none. A number alone is taken for years: no other unit makes the patient older.
 *
 * @returns undefined for what is no age
 */
export function readAge(age: string | undefined): { years: number; hasUnit: boolean } | undefined {
  const match = /^(\d{1,6})\s*(d|days?|w|weeks?|m|mo|months?|y|yrs?|years?)?$/i.exec(age?.trim() ?? '');
  if (!match) return undefined;
  const unit = match[2]?.charAt(0).toUpperCase();
  return { years: Number(match[1]) * YEARS_PER_UNIT[unit ?? 'Y'], hasUnit: unit !== undefined };
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
