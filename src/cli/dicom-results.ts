import { version } from '../../package.json';
import { DicomImageError, readDicomAttributes } from '../dicom';
import { leftOut, makeResults, type ResultSelection, type sourceAttributes } from '../dicom/results';
import { nativeExplanation, type ExplainedFilm, type FilmMap, type Way } from '../explain';
import type { ResultSet } from './result-set';
import { warnLine } from './terminal';

/** One explained DICOM file whose results are to be written. */
export interface DicomResultRequest {
  /** Attributes of the explained file. */
  source: ReturnType<typeof sourceAttributes>;
  frame?: number;
  explained: ExplainedFilm;
  /** Its map on the film. */
  onFilm: FilmMap;
  selection: ResultSelection;
  /** Where an object is selected that shows it. */
  way?: Way;
}

/**
 * Adds the selected result objects of a DICOM file, see {@link requireDicom}, as `<kind>.dcm`.
 */
export function addDicomResults(files: ResultSet, request: DicomResultRequest): void {
  const { source, frame, explained, onFilm, selection, way } = request;
  const { model, settings } = explained;
  const results = makeResults(
    { source, frame, model, settings, created: new Date(), software: version },
    nativeExplanation(onFilm, explained, explained.prepared, way),
    selection,
  );
  const nouns = leftOut(selection.kinds, results);
  if (nouns.length > 0)
    warnLine(
      `The map marks nothing above the percentile and the floor of the method: there is no ${nouns.join(', no ')}; the other objects are written.`,
    );
  for (const { kind, bytes: object } of results) files.add(`${kind}.dcm`, object);
}

/**
 * Makes sure that results can refer to the image.
 *
 * @throws DicomImageError `not-dicom` for a picture file
 */
export function requireDicom(bytes: Uint8Array): void {
  try {
    readDicomAttributes(bytes);
  } catch (error) {
    if (!(error instanceof DicomImageError) || error.code !== 'not-dicom') throw error;
    throw new DicomImageError(
      'not-dicom',
      'DICOM results refer to the study of their image, and this is a picture file. Leave --dicom out, or take the DICOM file.',
    );
  }
}
