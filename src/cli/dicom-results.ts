import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { version } from '../../package.json';
import { DicomImageError, readDicomAttributes } from '../dicom';
import {
  makeResults,
  modelIdentity,
  resultKinds,
  sourceAttributes,
  type ExplanationSettings,
  type ResultKind,
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

/** Reads `seg,pm,sc,sr`. */
export function parseKinds(text: string): ResultKind[] {
  const kinds = text.split(',').map(part => part.trim().toLowerCase());
  const unknown = kinds.find(kind => !resultKinds.includes(kind as ResultKind));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no result "${unknown}"; choose of ${resultKinds.join(', ')}.`);
  return resultKinds.filter(kind => kinds.includes(kind));
}

/** Reads `90` or `90,95,97.5`. */
export function parsePercentiles(text: string): number[] {
  const percentiles = text.split(',').map(part => (part.trim() === '' ? NaN : Number(part)));
  const good = percentiles.every(percentile => percentile > 0 && percentile < 100);
  if (!good || new Set(percentiles).size !== percentiles.length)
    throw new InvalidArgumentError('Percentiles are different numbers between 0 and 100, e.g. 90,95,97.5.');
  return percentiles.sort((a, b) => a - b);
}
