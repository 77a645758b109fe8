import { attributesOfInstance, DicomImageError, readDicomImage } from '../dicom';
import {
  isResultOf,
  leftOut,
  makeResults,
  modelIdentity,
  resultReferences,
  sourceAttributes,
  whenUnmarked,
  ResultError,
  type Attributes,
  type ExplanationSettings,
  type Reference,
  type ResultKey,
  type ResultKind,
  type ResultObject,
  type ResultSelection,
} from '../dicom/results';
import { explainFilm, mapOnFilm, nativeExplanation, NotApplicableError, UnknownKindError } from '../explain';
import type { ModelPackage } from '../models/package';
import { PreparationError } from '../models/preparation';
import { DicomWebError, type DicomWebClient, type InstanceAddress } from './dicomweb-client';
import { joined, said, vouchedFor, type HarmlessText } from '../io/harmless';
import { reasonOf } from './reason-of';
import { judgeForLog } from './harmless-attributes';
import { PassingError, withRetries } from './retry';

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
  | { kind: 'explained'; stored: number; present: number; cautions: HarmlessText[] }
  /** All results of this image, model and settings are on the server. */
  | { kind: 'already-done' }
  /** The model is not made for this image, or it cannot be read. */
  | { kind: 'refused'; reason: HarmlessText }
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
  const { refusals } = judgeForLog(model.card, header).forLog;
  if ((header.numberOfFrames ?? 1) > 1) refusals.push(severalFrames);
  if (refusals.length > 0) return refused(refusals);
  let missing: ResultKind[];
  try {
    missing = await missingResults(task, address, attributes);
  } catch (error) {
    if (error instanceof ResultError) return { kind: 'refused', reason: reasonOf(error) };
    throw error;
  }
  if (missing.length === 0) return { kind: 'already-done' };
  if (task.dryRun) return { kind: 'to-do', results: missing };
  try {
    return await explainAndStore(task, address, missing);
  } catch (error) {
    const isImagesFault =
      error instanceof DicomImageError || error instanceof PreparationError || error instanceof ResultError;
    if (isImagesFault) return { kind: 'refused', reason: reasonOf(error) };
    if (error instanceof UnknownKindError) return refused(error.refusals.map(vouchedFor));
    // What it says may quote the header.
    if (error instanceof NotApplicableError) return refused([notMadeForIt]);
    throw error;
  }
}

const notMadeForIt = said`The model is not made for this image, by a header value that is not logged; "explain run" names it.`;

const severalFrames = said`The image has several frames; "explain run --frame" explains one of them.`;

function refused(refusals: readonly HarmlessText[]): Outcome {
  return { kind: 'refused', reason: joined(refusals, said` `) };
}

/** Kinds of results that the server does not hold yet; of a map that marks nothing, its report stands for what shows the marks. */
async function missingResults(
  { client, model, settings, selection, software }: Task,
  { studyUid }: InstanceAddress,
  source: Attributes,
): Promise<ResultKind[]> {
  const key = { source, model: modelIdentity(model.card), settings, software };
  const isThere = (reference: Reference): Promise<boolean> => isHeld(client, studyUid, reference, key);
  const references = resultReferences(key, selection);
  const missing: ResultKind[] = [];
  for (const kind of selection.kinds) if (!(await isThere(references[kind]!))) missing.push(kind);
  const { absent, instead } = whenUnmarked(key, selection);
  if (!missing.some(kind => absent.includes(kind)) || Object.keys(instead).length === 0) return missing;
  for (const reference of Object.values(instead)) if (!(await isThere(reference))) return missing;
  return missing.filter(kind => !absent.includes(kind) && !instead[kind]);
}

/** Results of an image that the server holds. */
export async function heldResults(task: Task, address: InstanceAddress): Promise<Reference[]> {
  const { client, model, settings, selection, software } = task;
  const source = await client.metadata(address);
  const key = { source, model: modelIdentity(model.card), settings, software };
  const { instead } = whenUnmarked(key, selection);
  const references = [...Object.values(resultReferences(key, selection)), ...Object.values(instead)];
  const held: Reference[] = [];
  for (const reference of references)
    if (await isHeld(client, address.studyUid, reference, key)) held.push(reference);
  return held;
}

/** @throws DicomWebError where another object holds the identifier: then the archive would never get this result, nor lack it */
async function isHeld(
  client: DicomWebClient,
  studyUid: string,
  reference: Reference,
  key: ResultKey,
): Promise<boolean> {
  const { seriesInstanceUid: seriesUid, sopInstanceUid: instanceUid } = reference;
  const path = `studies/${studyUid}/series/${seriesUid}/instances`;
  const found = await client.search(path, { SOPInstanceUID: instanceUid }, { mayBeAbsent: true });
  if (!found.some(({ SOPInstanceUID }) => SOPInstanceUID === instanceUid)) return false;
  if (isResultOf(await client.metadata({ studyUid, seriesUid, instanceUid }), reference, key)) return true;
  throw new DicomWebError(
    said`The server holds another object under the identifier of a result: it does not name this image, model and version. Nothing was stored; have that object removed from the archive.`,
  );
}

async function explainAndStore(
  task: Task,
  address: InstanceAddress,
  missing: readonly ResultKind[],
): Promise<Outcome> {
  const { client, model, settings, selection, software } = task;
  const bytes = await client.retrieve(address);
  const { image, attributes } = await readDicomImage(bytes);
  const source = headerOf(bytes, address);
  // The file has the last word: metadata that a server keeps beside it may be less, or other.
  const { forLog } = judgeForLog(model.card, attributes);
  if (forLog.refusals.length > 0) return refused(forLog.refusals);
  const explained = await explainFilm({ image, attributes }, model, settings);
  const made = makeResults(
    {
      source,
      model: explained.model,
      settings: explained.settings,
      created: (task.now ?? (() => new Date()))(),
      software,
    },
    nativeExplanation(mapOnFilm(image, explained), explained, explained.prepared),
    selection,
  );
  const unmarked = leftOut(selection.kinds, made);
  // Of a map that marks nothing the report has another name, by which the image is found as done.
  const { instead } = whenUnmarked(
    { source, model: explained.model, settings: explained.settings, software },
    selection,
  );
  const results = made.filter(({ kind }) => missing.includes(kind) || (unmarked.length > 0 && instead[kind]));
  const counts =
    results.length > 0 ? await storeResults(task, address, source, results) : { stored: 0, present: 0 };
  const ofPixels = explained.pixelCautions.map(vouchedFor);
  const cautions = [...forLog.warnings, ...ofPixels, ...(unmarked.length > 0 ? [unmarkedMap(unmarked)] : [])];
  return { kind: 'explained', ...counts, cautions };
}

/** @param nouns results that such a map leaves nothing to make of */
function unmarkedMap(nouns: readonly string[]): HarmlessText {
  const missing = joined(nouns.map(vouchedFor), said`, a `);
  return said`The map marks nothing above the percentile and the floor of the method: the other results are stored without a ${missing}.`;
}

/**
 * Stores results. What the server does not say to have stored is looked for afterwards: archives refuse an object that they
 * hold, each with another reason, and some say nothing at all.
 *
 * @throws DicomWebError when the server ends up without one of them
 */
async function storeResults(
  task: Task,
  address: InstanceAddress,
  source: Attributes,
  results: readonly ResultObject[],
): Promise<{ stored: number; present: number }> {
  const { client } = task;
  const objects = results.map(({ sopInstanceUid: uid, bytes }) => ({ uid, bytes }));
  const { stored, present, refused: not, unsaid } = await client.store(address.studyUid, objects);
  if (not.length === 0 && unsaid.length === 0) return { stored: stored.length, present: present.length };
  const kindOf = new Map(results.map(({ sopInstanceUid, kind }) => [sopInstanceUid, kind]));
  const unlisted = async (uids: readonly string[]): Promise<ResultKind[]> => {
    const missing = uids.length > 0 ? await missingResults(task, address, source) : [];
    return missing.filter(kind => uids.some(uid => kindOf.get(uid) === kind));
  };
  const lost = await unlisted(not.map(({ uid }) => uid));
  if (lost.length > 0) {
    const reasons = not.filter(({ uid }) => lost.includes(kindOf.get(uid)!)).map(({ reason }) => reason);
    throw new DicomWebError(
      said`The server refused ${lost.length} of ${results.length} objects (failure reason ${reasonCodes(reasons)}).`,
    );
  }
  const silent = unsaid.map(({ uid }) => uid);
  await withRetries(async () => {
    const missing = await unlisted(silent);
    // An index may lag behind what the server has taken.
    if (missing.length > 0) throw new PassingError(withoutAWord(missing));
  }, client.retries);
  return { stored: stored.length + silent.length, present: present.length + not.length };
}

function withoutAWord(missing: readonly ResultKind[]): HarmlessText {
  const kinds = joined(missing.map(vouchedFor), said`, `);
  return said`The server took the results without a word on them, and does not list ${kinds} afterwards.`;
}

/** Failure Reasons (PS3.18 I.2.2), each once. */
function reasonCodes(reasons: readonly number[]): HarmlessText {
  const codes = [...new Set(reasons)].map(reason =>
    reason > 0 && reason <= 0xffff
      ? vouchedFor(`0x${reason.toString(16).padStart(4, '0')}`)
      : said`not stated`,
  );
  return joined(codes, said`, `);
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
    throw new DicomWebError(said`The server sent another image than the one asked for.`);
  return source;
}
