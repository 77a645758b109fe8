import { readFile } from 'node:fs/promises';
import { version } from '../../package.json';
import { DicomImageError, readDicomAttributes } from '../dicom';
import {
  makeResults,
  modelIdentity,
  sourceAttributes,
  type ExplanationSettings,
  type ResultSelection,
} from '../dicom/results';
import { explanationMask, type ImageExplanation } from '../explain';
import type { ModelCard } from '../models/card';
import { heatPalette } from '../models/colour-map';
import type { ModalityImage } from '../models/preparation';
import { writeAtomically } from '../training/files';
import { warnLine } from './terminal';

/** One explained DICOM file whose results are to be written. */
export interface DicomResultRequest {
  /** The explained file. */
  file: string;
  frame?: number;
  card: ModelCard;
  settings: ExplanationSettings;
  image: ModalityImage;
  /** rows × columns of the image. */
  map: Float32Array;
  explanation: ImageExplanation;
  /** Reasons for caution with this image. */
  cautions: readonly string[];
  selection: ResultSelection;
}

/**
 * Writes the selected result objects of a DICOM file, see {@link requireDicom}, as `<stem>.<kind>.dcm`.
 */
export async function writeDicomResults(stem: string, request: DicomResultRequest): Promise<void> {
  const { file, frame, card, settings, image, map, explanation, cautions, selection } = request;
  const bytes = await readFile(file);
  const context = {
    source: sourceAttributes(bytes),
    frame,
    model: modelIdentity(card),
    settings,
    created: new Date(),
    software: version,
  };
  const results = makeResults(
    context,
    {
      film: image,
      map,
      figures: explanation,
      mask: percentile => explanationMask(map, percentile, settings.methodId, image.valid),
      palette: heatPalette,
      notice: card.researchUseNotice,
      cautions,
    },
    selection,
  );
  if (selection.kinds.includes('seg') && !results.some(({ kind }) => kind === 'seg'))
    warnLine(
      'The map marks nothing above the percentile and the floor of the method: there is no segmentation; the other objects are written.',
    );
  for (const { kind, bytes: object } of results) await writeAtomically(`${stem}.${kind}.dcm`, object);
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
