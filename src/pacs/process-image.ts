import { attributesOfInstance, readDicomImage, DicomImageError } from '../dicom';
import {
  makeResults,
  modelIdentity,
  resultReferences,
  sourceAttributes,
  ResultError,
  type Attributes,
  type ExplanationSettings,
  type ResultKind,
  type ResultSelection,
} from '../dicom/results';
import { cautionsOf, explainImage } from '../explain';
import { percentileMask } from '../metrics/percentile-mask';
import { checkApplicability } from '../models/applicability';
import { heatPalette } from '../models/colour-map';
import type { ModelPackage } from '../models/package';
import { mapToImage, PreparationError, prepareImage } from '../models/preparation';
import { DicomWebError, type DicomWebClient, type InstanceAddress } from './dicomweb-client';

/** How every image is explained and what is stored of it. */
export interface Task {
  client: DicomWebClient;
  model: ModelPackage;
  settings: ExplanationSettings;
  selection: ResultSelection;
  software: string;
  /** Stores nothing and explains nothing. */
  dryRun?: boolean;
  now?: () => Date;
}

/** What became of one image. */
export type Outcome =
  | { kind: 'explained'; stored: number; present: number; cautions: string[] }
  /** All results of this image, model and settings are on the server. */
  | { kind: 'already-done' }
  /** The model is not made for this image, or it cannot be read. */
  | { kind: 'refused'; reason: string }
  /** Dry run: what would be made. */
  | { kind: 'to-do'; results: ResultKind[] };

/**
 * Explains one image of the server and stores what is not there yet. May be done again, or twice at once: identifiers
 * follow from image, model and settings, so the server ends up with one copy.
 *
 * @throws DicomWebError, PassingError when the server fails
 */
export async function processImage(task: Task, address: InstanceAddress): Promise<Outcome> {
  const { client, model } = task;
  const attributes = await client.metadata(address);
  const header = attributesOfInstance(attributes);
  const { refusals } = checkApplicability(model.card, header);
  if ((header.numberOfFrames ?? 1) > 1) refusals.push(severalFrames);
  if (refusals.length > 0) return { kind: 'refused', reason: refusals.join(' ') };
  let missing: ResultKind[];
  try {
    missing = await missingResults(task, address, attributes);
  } catch (error) {
    if (error instanceof ResultError) return { kind: 'refused', reason: error.message };
    throw error;
  }
  if (missing.length === 0) return { kind: 'already-done' };
  if (task.dryRun) return { kind: 'to-do', results: missing };
  try {
    return await explainAndStore(task, address, missing);
  } catch (error) {
    const isImagesFault =
      error instanceof DicomImageError || error instanceof PreparationError || error instanceof ResultError;
    if (isImagesFault) return { kind: 'refused', reason: error.message };
    throw error;
  }
}

const severalFrames = 'The image has several frames; "explain run --frame" explains one of them.';

/** Kinds of results that the server does not hold yet. */
async function missingResults(
  { client, model, settings, selection }: Task,
  { studyUid }: InstanceAddress,
  source: Attributes,
): Promise<ResultKind[]> {
  const references = resultReferences({ source, model: modelIdentity(model.card), settings }, selection);
  const missing: ResultKind[] = [];
  for (const kind of selection.kinds) {
    const { seriesInstanceUid, sopInstanceUid } = references[kind]!;
    const path = `studies/${studyUid}/series/${seriesInstanceUid}/instances`;
    const found = await client.search(path, { SOPInstanceUID: sopInstanceUid });
    if (!found.some(({ SOPInstanceUID }) => SOPInstanceUID === sopInstanceUid)) missing.push(kind);
  }
  return missing;
}

async function explainAndStore(
  task: Task,
  address: InstanceAddress,
  missing: readonly ResultKind[],
): Promise<Outcome> {
  const { client, model, settings, selection, software } = task;
  const { card } = model;
  const bytes = await client.retrieve(address);
  const { image, attributes } = await readDicomImage(bytes);
  const source = headerOf(bytes, address);
  // The file has the last word: metadata that a server keeps beside it may be less, or other.
  const { refusals, warnings } = checkApplicability(card, attributes);
  if (refusals.length > 0) return { kind: 'refused', reason: refusals.join(' ') };
  const prepared = prepareImage(image, card.input);
  const { methodId, generator, augment, seed } = settings;
  const explanation = await explainImage(model, prepared, {
    methodId,
    augment: augment > 0 ? { count: augment, seed } : undefined,
    method: { generator, seed },
  });
  const map = mapToImage(explanation.map, prepared.geometry);
  const cautions = [...warnings, ...cautionsOf(card, image, prepared, explanation, methodId)];
  const results = makeResults(
    {
      source,
      model: modelIdentity(card),
      settings,
      created: (task.now ?? (() => new Date()))(),
      software,
    },
    {
      film: { ...image, valid: prepared.area },
      map,
      figures: explanation,
      mask: percentile => percentileMask(map, percentile, prepared.area),
      palette: heatPalette,
      notice: card.researchUseNotice,
      cautions,
    },
    selection,
  ).filter(({ kind }) => missing.includes(kind));
  const { stored, present, silent } = await client.store(
    address.studyUid,
    results.map(result => result.bytes),
  );
  if (!silent) return { kind: 'explained', stored: stored.length, present: present.length, cautions };
  const unlisted = await missingResults(task, address, source);
  if (unlisted.length > 0) {
    throw new DicomWebError(
      `The server took the results without a word on them, and does not list ${unlisted.join(', ')} afterwards.`,
    );
  }
  return { kind: 'explained', stored: results.length - present.length, present: present.length, cautions };
}

/**
 * Header of the file that the server sent.
 *
 * @throws DicomImageError `damaged` when it cannot be read, DicomWebError when it is another image's
 */
function headerOf(bytes: Uint8Array, { studyUid, seriesUid, instanceUid }: InstanceAddress): Attributes {
  let source: Attributes;
  try {
    source = sourceAttributes(bytes);
  } catch (cause) {
    // The cause may name values of the header, which do not belong in a log.
    throw new DicomImageError('damaged', 'The header of the file cannot be read.', { cause });
  }
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = source;
  if (SOPInstanceUID !== instanceUid || StudyInstanceUID !== studyUid || SeriesInstanceUID !== seriesUid)
    throw new DicomWebError('The server sent another image than the one asked for.');
  return source;
}
