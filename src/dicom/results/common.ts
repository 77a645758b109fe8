import { isNegative, namedClass, pointOf, type Decision } from '../../models/decision';
import type { Stability } from '../../models/stability';
import { codingSchemes, dcm, type Code } from './codes';
import type { ResultDefinition } from './definition';
import { explanationUid, requiredUid } from './identifiers';
import type { Attributes, ExplanationFigures, Reference, ResultContext } from './types';
import { manufacturer } from '../own-objects';
import { lossOf, methodOf } from '../transfer-syntax';
import { cut, dicomDate, dicomTime, textOf } from './values';

/** What the common modules take of an object's definition. */
export type OwnSeries = Pick<ResultDefinition, 'modality' | 'series' | 'needsLaterality'>;

/** Past what a modality gives out, so that results sort after the images. */
const firstSeries = 900_000;

/**
 * 9, three digits that follow from image, model and settings, and the place of the object among those of its explanation: sorted
 * by number, the series of one explanation lie side by side. Two explanations of a study have the same three digits once in a thousand.
 */
function seriesNumber({ series }: OwnSeries, context: ResultContext): number {
  return firstSeries + 100 * Number(explanationUid('series number', context).slice(-3)) + series.place;
}

/** Attributes of the patient and the study that every object of the study repeats, empty where the image lacks them. */
const repeatedAlways = [
  'PatientName',
  'PatientID',
  'PatientBirthDate',
  'PatientSex',
  'StudyDate',
  'StudyTime',
  'ReferringPhysicianName',
  'StudyID',
  'AccessionNumber',
] as const;
const repeatedWherePresent = [
  'IssuerOfPatientID',
  'PatientAge',
  'PatientComments',
  'QualityControlSubject',
  'PatientIdentityRemoved',
  'DeidentificationMethod',
  'StudyDescription',
  'SyntheticData',
  'BodyPartExamined',
  'Laterality',
] as const;
/** Attributes of the explained image that result objects repeat. */
export const repeatedKeywords: readonly string[] = [...repeatedAlways, ...repeatedWherePresent];

/**
 * The modules that all result objects share: Patient, General Study, the series of their own, equipment, SOP Common.
 *
 * @param reference class and UIDs of the object itself
 * @param decision for the film
 */
export function commonAttributes(
  definition: OwnSeries,
  context: ResultContext,
  reference: Reference,
  decision: Decision,
): Record<string, unknown> {
  const { source, created, saved = created } = context;
  const [date, time] = [dicomDate(created), dicomTime(created)];
  return {
    SpecificCharacterSet: 'ISO_IR 192',
    SOPClassUID: reference.sopClassUid,
    SOPInstanceUID: reference.sopInstanceUid,
    InstanceCreationDate: dicomDate(saved),
    InstanceCreationTime: dicomTime(saved),
    ...repeated(source),
    ...unknownLaterality(definition, source),
    StudyInstanceUID: requiredUid(source, 'StudyInstanceUID'),
    SeriesInstanceUID: reference.seriesInstanceUid,
    SeriesNumber: String(seriesNumber(definition, context)),
    SeriesDescription: seriesDescription(definition, context.settings, decision),
    SeriesDate: date,
    SeriesTime: time,
    ContentDate: date,
    ContentTime: time,
    Modality: definition.modality,
    ...equipment(context),
    ContributingEquipmentSequence: contributingEquipment(context),
    CodingSchemeIdentificationSequence: codingSchemes,
  };
}

/** What identifies patient and study, and describes them, as the explained image has it. */
export function repeated(source: Attributes): Record<string, string> {
  const result: Record<string, string> = {};
  for (const keyword of repeatedAlways) result[keyword] = validText(source, keyword);
  for (const keyword of repeatedWherePresent) {
    const text = validText(source, keyword);
    if (text) result[keyword] = text;
  }
  return result;
}

/** Where no body part rules out a paired one, an image must carry Laterality, if empty (PS3.3 C.7.3.1). */
function unknownLaterality({ needsLaterality }: OwnSeries, source: Attributes): Record<string, string> {
  return needsLaterality && !validText(source, 'BodyPartExamined') && !validText(source, 'Laterality')
    ? { Laterality: '' }
    : {};
}

/** Forms of PS3.5 6.2 for values that images often break. */
const forms: Readonly<Record<string, RegExp>> = {
  PatientBirthDate: /^\d{8}$/,
  StudyDate: /^\d{8}$/,
  StudyTime: /^\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?$/,
  PatientAge: /^\d{3}[DWMY]$/,
  PatientSex: /^[MFO]$/,
  BodyPartExamined: /^[A-Z0-9 _]{1,16}$/,
  Laterality: /^[RL]$/,
};

/** A malformed value would make the new object invalid too, so it counts as absent. */
function validText(source: Attributes, keyword: string): string {
  const text = textOf(source, keyword);
  const form = forms[keyword];
  return !form || form.test(text) ? text : '';
}

/** What a result says of what made it. */
export function equipment({
  model,
  software,
}: Pick<ResultContext, 'model' | 'software'>): Record<string, unknown> {
  return {
    Manufacturer: manufacturer,
    ManufacturerModelName: cut(model.id, 64),
    // Software has no serial number; the hash names the very weights.
    DeviceSerialNumber: model.weightsSha256.slice(0, 16),
    SoftwareVersions: [`explain ${software}`, cut(`${model.id} ${model.version}`, 64)],
  };
}

/** What made the result, and what took the image (PS3.3 C.12.1). */
function contributingEquipment(context: ResultContext): Record<string, unknown>[] {
  const { source, created } = context;
  const processing = {
    PurposeOfReferenceCodeSequence: [dcm('109102', 'Processing Equipment')],
    ...equipment(context),
    ContributionDateTime: dicomDate(created) + dicomTime(created),
    ContributionDescription: 'Explanation of a classifier by generated images; research use only',
  };
  const acquiring = textOf(source, 'Manufacturer');
  if (!acquiring) return [processing];
  const name = textOf(source, 'ManufacturerModelName');
  return [
    {
      PurposeOfReferenceCodeSequence: [dcm('109101', 'Acquisition Equipment')],
      Manufacturer: acquiring,
      ...(name && { ManufacturerModelName: name }),
    },
    processing,
  ];
}

/** One item of Algorithm Identification (PS3.3 table 10-19). */
export function algorithmIdentification(context: ResultContext): Record<string, unknown> {
  return {
    AlgorithmFamilyCodeSequence: [dcm('123110', 'Artificial Intelligence')],
    AlgorithmName: cut(context.model.id, 64),
    AlgorithmVersion: context.model.version,
    AlgorithmParameters: algorithmParameters(context),
    AlgorithmSource: manufacturer,
  };
}

/**
 * What tells the series of several explanations of one film apart for people. Lists show some 20 characters: so what it is and
 * NEG, where the finding was not found, come first, then label and method.
 */
function seriesDescription(
  { series }: OwnSeries,
  { methodId, label }: ResultContext['settings'],
  decision: Decision,
): string {
  const negative = isNegative(decision) && !series.generated ? ' NEG' : '';
  const of = label === undefined ? '' : `: ${label}`;
  const start = `${series.description}${negative}${of} - ${methodId}`;
  const fits = (remark: string): boolean => start.length + 3 + remark.length <= 64;
  const remark = ['research use only', 'research only'].find(fits) ?? 'research';
  return cut(`${start} - ${remark}`, 64);
}

/** A name as it may stand among `name=value`. */
export function plainName(name: string): string {
  return cut(name.replace(/[;=]/g, ','), 64);
}

/** Settings as `name=value`, separated by semicolons; `readParameters` reads them again. */
export function algorithmParameters({ model, settings }: Pick<ResultContext, 'model' | 'settings'>): string {
  const { methodId, label, generator, augment, seed, backend } = settings;
  return parametersText({
    method: methodId,
    finding: label && plainName(label),
    generator,
    augment,
    seed,
    backend,
    weights: model.weightsSha256,
  });
}

/** Most characters of Derivation Description (ST, PS3.5 6.2). */
const longestDescription = 1024;

/** Model, settings and figures in the same form, for objects that have no other place for them. */
export function describeExplanation(
  context: Pick<ResultContext, 'model' | 'settings'>,
  figures: ExplanationFigures,
  stability?: Stability,
): string {
  const { id, version, classes } = context.model;
  const { decision, decisionSimilar, decisionAdversarial, hold, similarIsOriginal, flip } = figures;
  const several = decision.kind !== 'operating-point';
  const values = {
    label: decision.kind === 'labels' ? decision.label : undefined,
    score: decision.score,
    operatingPoint: pointOf(decision),
    decision: decision.decided,
    scoreSimilar: decisionSimilar?.score,
    scoreAdversarial: decisionAdversarial?.score,
    hold,
    similarIsOriginal,
    flip,
    stability: stability?.correlation,
    stabilityThreshold: stability?.threshold,
    stabilityDiffering: stability?.differing,
    ...(several && {
      decisionSimilar: decisionSimilar?.decided,
      decisionAdversarial: decisionAdversarial?.decided,
      classes: classes.length,
    }),
  };
  const text = (named: readonly (readonly [number, string])[]): string => {
    const names = Object.fromEntries(named.map(([index, name]) => [`class${index}`, plainName(name)]));
    return [
      `model=${id}; version=${version}; ${algorithmParameters(context)}`,
      parametersText({ ...values, ...names }),
    ].join('; ');
  };
  const whole = text([...classes.entries()]);
  // Of many classes not all names fit: then those that were decided.
  const decided = [decision, decisionSimilar, decisionAdversarial].flatMap(one =>
    one ? [namedClass(one)] : [],
  );
  return whole.length <= longestDescription
    ? whole
    : text([...new Set<number>(decided)].map(index => [index, classes[index]]));
}

function parametersText(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
}

/** Reasons for caution as Image Comments, a line each; `readCautions` reads them again. */
export function cautionLines(cautions: readonly string[]): string {
  return cut(cautions.map(caution => `Caution: ${caution}`).join('\r\n'), 10240);
}

/** Reads what `cautionLines` wrote. */
export function readCautions(text: string): string[] {
  return text
    .split(/\r?\n/)
    .filter(line => line.startsWith('Caution: '))
    .map(line => line.slice('Caution: '.length).trim());
}

/** Reads what `algorithmParameters` or `describeExplanation` wrote. */
export function readParameters(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split(';')
      .map(part => part.trim().split('=', 2))
      .filter((pair): pair is [string, string] => pair.length === 2),
  );
}

/** Reference to the explained image, for Source Image Sequences. */
export function sourceImageItem({ source, frame }: ResultContext): Record<string, unknown> {
  return {
    ReferencedSOPClassUID: requiredUid(source, 'SOPClassUID'),
    ReferencedSOPInstanceUID: requiredUid(source, 'SOPInstanceUID'),
    ...(isMultiFrame(source) && { ReferencedFrameNumber: String(frame ?? 1) }),
    SpatialLocationsPreserved: 'YES',
    PurposeOfReferenceCodeSequence: [dcm('121322', 'Source image for image processing operation')],
  };
}

export function isMultiFrame(source: Attributes): boolean {
  return Number(textOf(source, 'NumberOfFrames')) > 1;
}

/** Common Instance Reference: the explained image within its series (PS3.3 C.12.2). */
export function commonInstanceReference({ source }: ResultContext): Record<string, unknown> {
  return {
    ReferencedSeriesSequence: [
      {
        SeriesInstanceUID: requiredUid(source, 'SeriesInstanceUID'),
        ReferencedInstanceSequence: [
          {
            ReferencedSOPClassUID: requiredUid(source, 'SOPClassUID'),
            ReferencedSOPInstanceUID: requiredUid(source, 'SOPInstanceUID'),
          },
        ],
      },
    ],
  };
}

/** Derivation Image functional group: a new object's frame comes from the explained image. */
export function derivation(context: ResultContext, code: Code): Record<string, unknown>[] {
  return [{ DerivationCodeSequence: [code], SourceImageSequence: [sourceImageItem(context)] }];
}

/**
 * Lossy compression of the explained image stays with what is derived from it (PS3.3 C.7.6.1.1.5): where the image states
 * it, and where its transfer syntax leaves no doubt. Of one that may be either, an image that states nothing may be either.
 *
 * @param isRequired whether the object must say one or the other; if so, "with loss" is said of an image that may be either
 */
export function lossyCompression(
  source: Attributes,
  { isRequired }: { isRequired: boolean },
): Record<string, unknown> {
  const stated = textOf(source, 'LossyImageCompression');
  const syntax = textOf(source, 'TransferSyntaxUID') || textOf(source, 'AvailableTransferSyntaxUID');
  const loss = lossOf(syntax);
  const isLossy = stated === '01' || loss === 'always';
  if (!isLossy && (stated === '00' || loss === 'never')) return { LossyImageCompression: '00' };
  if (!isLossy && !isRequired) return {};
  const ratio = textOf(source, 'LossyImageCompressionRatio');
  const method = textOf(source, 'LossyImageCompressionMethod') || (isLossy ? methodOf(syntax) : undefined);
  return {
    LossyImageCompression: '01',
    ...(ratio && { LossyImageCompressionRatio: ratio }),
    ...(method && { LossyImageCompressionMethod: method }),
  };
}

/**
 * Burned In Annotation says whether the pixels identify the patient (PS3.3 C.7.6.1): what this software writes below a film does
 * not, so that a picture of a film says what the film says.
 *
 * @param isRequired whether the object must say one or the other; if so, YES is said of a film that says neither
 */
export function burnedInAnnotation(
  source: Attributes,
  { isRequired }: { isRequired: boolean },
): { BurnedInAnnotation?: 'YES' | 'NO' } {
  const stated = textOf(source, 'BurnedInAnnotation');
  if (stated === 'YES' || stated === 'NO') return { BurnedInAnnotation: stated };
  return isRequired ? { BurnedInAnnotation: 'YES' } : {};
}
