import type { ImageAttributes } from '../models/applicability';
import type { Instance } from './ohif-types';

/** The attributes that applicability asks for, from the naturalised instance that the viewer holds. */
export function imageAttributes(instance: Instance): ImageAttributes {
  const frames = numberOf(instance.NumberOfFrames);
  return {
    modality: textOf(instance.Modality),
    sopClassUid: textOf(instance.SOPClassUID),
    bodyPart: textOf(instance.BodyPartExamined),
    viewPosition: textOf(instance.ViewPosition),
    photometric: textOf(instance.PhotometricInterpretation),
    samplesPerPixel: numberOf(instance.SamplesPerPixel),
    rows: numberOf(instance.Rows),
    columns: numberOf(instance.Columns),
    numberOfFrames: frames,
    patientAgeYears: ageYears(instance),
    isPhantom: textOf(instance.SyntheticData)?.toUpperCase() === 'YES' || undefined,
    presentationIntent: textOf(instance.PresentationIntentType),
    presentationLutShape: textOf(instance.PresentationLUTShape),
  };
}

/** Patient's Age (AS: 3 digits and D, W, M or Y), or from birth and study dates. */
export function ageYears(instance: Instance): number | undefined {
  const match = /^(\d{1,3})([DWMY])$/i.exec(textOf(instance.PatientAge) ?? '');
  if (match) {
    const perYear = { D: 365.25, W: 52.18, M: 12, Y: 1 }[match[2].toUpperCase() as 'D' | 'W' | 'M' | 'Y'];
    return Number(match[1]) / perYear;
  }
  const birth = dateOf(instance.PatientBirthDate);
  const study = dateOf(instance.StudyDate ?? instance.AcquisitionDate ?? instance.ContentDate);
  if (birth === undefined || study === undefined || study < birth) return undefined;
  return Math.floor((study - birth) / (365.25 * 24 * 3600 * 1000));
}

function dateOf(value: unknown): number | undefined {
  const match = /^(\d{4})[-.]?(\d{2})[-.]?(\d{2})$/.exec(textOf(value) ?? '');
  if (!match) return undefined;
  const time = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return Number.isFinite(time) ? time : undefined;
}

/** First value of an attribute as trimmed text; undefined when empty. */
export function textOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first !== 'string' && typeof first !== 'number') return undefined;
  return String(first).trim() || undefined;
}

/** First value of an attribute as a number; undefined when absent or not one. */
export function numberOf(value: unknown): number | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}
