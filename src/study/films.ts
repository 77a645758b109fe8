import type { StudyPlan } from './plan';

/** What is known of an image, or of a display set. */
export interface FilmCandidate {
  studyInstanceUid: string | undefined;
  seriesInstanceUid: string | undefined;
  /** Of every image of it. */
  sopInstanceUids: readonly string[];
  modality: string | undefined;
}

/** What is made of images and of readings: no film, whoever stored it. */
const derived = new Set(
  'ANN AU DOC ECG FID HC KO M3D OT PLAN PMAP PR REG RTDOSE RTPLAN RTSTRUCT RWV SEG SR STAIN TEXTUREMAP'.split(
    ' ',
  ),
);

/**
 * Whether something can be the film of a case: the series or image that the plan names, else any image of the study that is not
 * derived.
 */
export function isFilmOf(
  { studyInstanceUid, seriesInstanceUid, sopInstanceUid }: StudyPlan['cases'][number],
  found: FilmCandidate,
): boolean {
  if (found.studyInstanceUid !== studyInstanceUid || found.sopInstanceUids.length === 0) return false;
  if (seriesInstanceUid !== undefined && found.seriesInstanceUid !== seriesInstanceUid) return false;
  if (sopInstanceUid !== undefined) return found.sopInstanceUids.includes(sopInstanceUid);
  return seriesInstanceUid !== undefined || !derived.has(found.modality ?? '');
}
