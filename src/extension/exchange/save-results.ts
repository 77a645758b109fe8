import about from '../../../package.json';
import { pickSource } from '../../dicom/results/pick-source';
import { leftOut, type ResultObject } from '../../dicom/results/name-results';
import { resultObject, type ResultKind } from '../../dicom/results/objects';
import { judgeStore, readStoreAnswer, StoreAnswerError, type StoreAnswer } from '../../dicom/store-answer';
import { plural, t } from '../i18n';
import type { Reference } from '../../dicom/results/types';
import type { ChosenColours } from '../draw/colour-map';
import type { HeatColours } from '../draw/direction';
import type { ExplainService } from '../store/explain-service';
import type { Target } from '../host/host-image';
import type { DataSource, ExtensionManager } from '../host/ohif-types';
import type { Result, StoredListing } from '../store/state';

/**
 * Makes DICOM objects of the explanation on display, as `explain run --dicom` does.
 *
 * @throws Error when the explanation was read from the archive, which holds these objects
 */
export async function makeObjects(
  service: ExplainService,
  { instance, frame, attributes }: Target,
  result: Result,
  kinds: readonly ResultKind[],
): Promise<ResultObject[]> {
  if (result.restored) {
    throw new Error(
      'This explanation comes from the archive. Press Explain again to make and save a new one.',
    );
  }
  if ((attributes.numberOfFrames ?? 1) > 1 && frame === undefined)
    throw new Error('The viewer does not say which frame it shows, so no object could refer to it.');
  const { percentile, colours } = service.getState().settings;
  const graded = kinds.some(kind => resultObject(kind).needsWay)
    ? await service.graded.curveOf(result, true)
    : undefined;
  return service.results(result, {
    graded,
    source: pickSource(instance),
    frame,
    created: result.created,
    saved: new Date(),
    software: about.version,
    selection: { kinds, percentiles: [percentile], colours: archivedColours(colours) },
  });
}

/** A picture in the archive shows how much, whatever way it goes: by direction the panel alone colours. */
function archivedColours(chosen: HeatColours): ChosenColours | undefined {
  return chosen === 'direction' || chosen === 'usual' ? undefined : chosen;
}

/** What to add to a success: of a map that marks nothing some objects cannot be made. */
export function leftOutNote(kinds: readonly ResultKind[], objects: readonly ResultObject[]): string {
  const nouns = leftOut(kinds, objects);
  return nouns.length === 0 ? '' : t('leftOut', { names: nouns.join(', ') });
}

/**
 * What to say of earlier explanations of the image by the same model, of other versions or settings, that the study holds:
 * they stay beside the new one, and none is marked as outdated.
 *
 * @param stored explanations that the study held when it was loaded, newest first
 */
export function earlierNote(
  stored: readonly StoredListing[],
  { card }: Pick<Result, 'card'>,
  objects: readonly ResultObject[],
): string {
  const saved = new Set(objects.map(({ sopInstanceUid }) => sopInstanceUid));
  const earlier = stored.filter(({ uid, modelId }) => modelId === card.id && !saved.has(uid));
  if (earlier.length === 0) return '';
  const named = earlier.map(({ version, methodId, created }) =>
    [t('earlierVersion', { version }), methodId, created].filter(Boolean).join(', '),
  );
  return plural('earlier', earlier.length, { named: named.join('; ') });
}

/** What a press led to: `brief` for the toast, the details for the panel, where there is time to read them. */
export interface Told {
  brief: string;
  detail?: string;
  /** Of what was stored: the archive did not say what it did with some of it. */
  unconfirmed?: true;
}

/**
 * Stores objects through the active data source.
 *
 * @returns what to tell the user
 * @throws Error saying what failed; what is in the viewer is left as it is
 */
export function storeObjects(
  objects: readonly ResultObject[],
  studyUid: string,
  extensionManager: ExtensionManager,
  newRequest?: () => XMLHttpRequest,
): Promise<Told> {
  return storeNamed(objects.map(namedObject), studyUid, extensionManager, newRequest);
}

/** An object to be stored, with what to call it. */
export interface NamedObject extends Reference {
  bytes: Uint8Array;
  title: string;
  /** Of its series. */
  description: string;
}

export function namedObject({ kind, ...object }: ResultObject): NamedObject {
  const { title, series } = resultObject(kind);
  return { ...object, title, description: series.description };
}

/** As `storeObjects`, of objects that are no result of an explanation too. */
export async function storeNamed(
  objects: readonly NamedObject[],
  studyUid: string,
  extensionManager: ExtensionManager,
  newRequest: () => XMLHttpRequest = () => new XMLHttpRequest(),
): Promise<Told> {
  const dataSource = extensionManager.getActiveDataSource()?.[0];
  const store = dataSource?.store?.dicom;
  if (!dataSource || !store) {
    throw new Error(
      'The active data source cannot store objects. Nothing was saved; download the objects instead.',
    );
  }
  const outcomes: Outcome[] = [];
  for (const [index, object] of objects.entries()) {
    const { bytes, title, sopInstanceUid } = object;
    const request = newRequest();
    try {
      await store.call(dataSource.store, bytes.slice().buffer, request);
      outcomes.push(outcomeOf(request, sopInstanceUid));
    } catch (error) {
      // The same object again, from another press of the button or another workstation.
      if (await isDuplicate(error, studyUid, object, dataSource)) outcomes.push('present');
      else throw new Error(failure(title, index, error));
    }
  }
  const names = objects.map(({ title }) => title).join(', ');
  const series = objects.map(({ description }) => `"${description}"`).join(', ');
  const present = outcomes.filter(outcome => outcome === 'present').length;
  const brief = [
    t('savedAs', { names }),
    present > 0 && t('alreadyHeld', { present, count: objects.length }),
    outcomes.includes('silent') && t('archiveSilent'),
  ];
  const unconfirmed = outcomes.includes('silent') && { unconfirmed: true as const };
  const detail = [t('savedSeries', { names: series }), present > 0 && t('leftAsItWas'), t('listedLater')];
  return { brief: sentences(brief), detail: sentences(detail), ...unconfirmed };
}

function sentences(parts: readonly (string | false)[]): string {
  return parts.filter(Boolean).join(' ');
}

/** `silent`: the archive has not said what it did, or the data source keeps its answer to itself. */
type Outcome = 'stored' | 'present' | 'silent';

/**
 * Reads what the archive says: the viewer takes every HTTP 200 for success, also that of a page to log in, and that of an
 * archive which names the object among the refused ones.
 *
 * @throws Error with the reason
 */
function outcomeOf(request: XMLHttpRequest, uid: string): Outcome {
  // A data source of another kind than DICOMweb sends in its own way.
  if (request.readyState !== XML_HTTP_REQUEST_DONE) return 'stored';
  const answer = answerIn(request);
  const { stored, present, refused } = judgeStore([uid], answer);
  if (refused.length > 0) throw new Error(`failure reason 0x${refused[0].reason.toString(16)}`);
  if (present.length > 0) return 'present';
  // What is said of another object says nothing of this one.
  return stored.length > 0 ? 'stored' : 'silent';
}

const XML_HTTP_REQUEST_DONE = 4;

function answerIn({ response }: { response?: unknown }): StoreAnswer | undefined {
  return typeof response === 'string' ? readStoreAnswer(response) : undefined;
}

/**
 * HTTP 409 says that nothing was stored. What the archive holds already it names with that reason; some name nothing, and
 * these are asked whether they hold the object.
 */
async function isDuplicate(
  error: unknown,
  studyUid: string,
  object: NamedObject,
  dataSource: DataSource,
): Promise<boolean> {
  if (statusOf(error) !== 409) return false;
  const named = failuresIn(error).filter(({ uid }) => uid !== '');
  const { present, unsaid } = judgeStore([object.sopInstanceUid], { stored: [], failed: named });
  if (present.length > 0) return true;
  return unsaid.length > 0 && (await isListed(studyUid, object, dataSource));
}

/**
 * Looks for one object by QIDO-RS. By the client itself: the data source's own `query.instances.search` asks for studies.
 *
 * @returns false where the data source cannot look, or the search fails: then it is not known to be there
 */
async function isListed(
  studyUid: string,
  { seriesInstanceUid, sopInstanceUid }: NamedObject,
  { retrieve }: DataSource,
): Promise<boolean> {
  try {
    const client = retrieve?.getWadoDicomWebClient?.();
    const found = await client?.searchForInstances?.({
      studyInstanceUID: studyUid,
      seriesInstanceUID: seriesInstanceUid,
      queryParams: { SOPInstanceUID: sopInstanceUid },
    });
    return (found ?? []).some(instance => instance['00080018']?.Value?.[0] === sopInstanceUid);
  } catch {
    return false;
  }
}

/** Failures that came with a status; none where the answer is no archive's. */
function failuresIn(error: unknown): StoreAnswer['failed'] {
  try {
    return answerIn(error as { response?: unknown })?.failed ?? [];
  } catch {
    return [];
  }
}

function failure(title: string, before: number, error: unknown): string {
  const saved = before > 0 ? `${before} object(s) before it were saved. ` : '';
  return (
    `The archive did not take the ${title} (${reasonOf(error)}). ${saved}` +
    `Nothing in the viewer was lost: ${isRefusal(error) ? 'log in again, then try again.' : 'try again.'}`
  );
}

function statusOf(error: unknown): number | undefined {
  return (error as { status?: number } | undefined)?.status;
}

function isRefusal(error: unknown): boolean {
  return error instanceof StoreAnswerError || [401, 403].includes(statusOf(error) ?? 0);
}

/** The status before the message: OHIF's client says "request failed" whatever the answer was. */
function reasonOf(error: unknown): string {
  const status = statusOf(error);
  if (status === 0) return 'no answer: the connection failed, or led to another host';
  if (status) {
    const reasons = failuresIn(error).map(({ reason }) => `, failure reason 0x${reason.toString(16)}`);
    return `HTTP ${status}${reasons.join('')}`;
  }
  return error instanceof Error && error.message ? error.message : 'no reason given';
}
