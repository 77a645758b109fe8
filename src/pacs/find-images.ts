import type { Attributes } from '../dicom/results';
import { isUid } from '../dicom/uid';
import { DicomWebError, type DicomWebClient, type InstanceAddress } from './dicomweb-client';
import { HarmlessError, said, type HarmlessText } from '../io/harmless';
import { nameFor, type SearchLevel } from './log';

/** Which images to look for. */
export interface ImageQuery {
  /** Modalities, e.g. CR and DX. */
  modalities: readonly string[];
  /** Study Date: one day, or a range as in DICOM (`20260101-20260131`, `20260101-`). */
  date?: string;
  /** Study Description, with `*` and `?`. */
  description?: string;
}

/** A part of the archive in which images may be that are not found. */
export interface SearchFailure {
  /** What was searched for. */
  searched: SearchLevel;
  /** Name of the study or series in the log, see `nameFor`. */
  within?: HarmlessText;
  reason: HarmlessText;
}

/** Told of each part that could not be searched; the search goes on with the others. */
export type OnSearchFailure = (failure: SearchFailure) => void;

const pageSize = 100;

/**
 * Finds the images of all matching studies, in the server's order, each once. A study or series that the server fails on is
 * told, and left out.
 *
 * @param signal ends the search before its next request, whatever has been found: a server may list what holds no image for ever
 * @throws HarmlessError when nothing was ever found out from this server, or every further request would fail too
 */
export async function* findImages(
  client: DicomWebClient,
  { modalities, date, description }: ImageQuery,
  onFailure: OnSearchFailure,
  signal?: AbortSignal,
): AsyncGenerator<InstanceAddress> {
  const studies = new Set<string>();
  const search = new Search(client, onFailure, signal);
  for (const modality of modalities) {
    const wanted = {
      ModalitiesInStudy: modality,
      ...(date && { StudyDate: date }),
      ...(description && { StudyDescription: description }),
    };
    for await (const { uid: studyUid } of search.all('studies', [], wanted)) {
      if (studies.has(studyUid)) continue;
      studies.add(studyUid);
      yield* imagesOfStudy(search, studyUid, modalities);
    }
  }
}

/**
 * Finds the images of one study, each once.
 *
 * @throws HarmlessError when its series cannot be listed
 */
export function findStudyImages(
  client: DicomWebClient,
  studyUid: string,
  modalities: readonly string[],
  onFailure: OnSearchFailure,
  /** One series of it alone; what ends the search before its next request. */
  { series, signal }: { series?: string; signal?: AbortSignal } = {},
): AsyncGenerator<InstanceAddress> {
  return imagesOfStudy(new Search(client, onFailure, signal), studyUid, modalities, series);
}

async function* imagesOfStudy(
  search: Search,
  studyUid: string,
  modalities: readonly string[],
  only?: string,
): AsyncGenerator<InstanceAddress> {
  const images = new Set<string>();
  // Asked for all series: not every server takes a list of modalities, and a study has few series.
  for await (const { uid: seriesUid, attributes } of search.all('series', [studyUid])) {
    if (!modalities.includes(textOf(attributes, 'Modality'))) continue;
    if (only !== undefined && seriesUid !== only) continue;
    for await (const { uid: instanceUid } of search.all('instances', [studyUid, seriesUid])) {
      // Listed twice, also under two series, an image is explained once.
      if (images.has(instanceUid)) continue;
      images.add(instanceUid);
      yield { studyUid, seriesUid, instanceUid };
    }
  }
}

const keys: Readonly<Record<SearchLevel, string>> = {
  studies: 'StudyInstanceUID',
  series: 'SeriesInstanceUID',
  instances: 'SOPInstanceUID',
};

interface Match {
  uid: string;
  attributes: Attributes;
}

class Search {
  private hasAnswered = false;

  constructor(
    private readonly client: DicomWebClient,
    private readonly onFailure: OnSearchFailure,
    private readonly signal?: AbortSignal,
  ) {}

  /** All pages of a search, each match once. */
  async *all(
    level: SearchLevel,
    within: readonly string[],
    parameters: Readonly<Record<string, string>> = {},
  ): AsyncGenerator<Match> {
    const path = [...within.flatMap((uid, i) => [i === 0 ? 'studies' : 'series', uid]), level].join('/');
    const tell = (reason: HarmlessText): void =>
      this.onFailure({
        searched: level,
        within: within.length > 0 ? nameFor(within.at(-1)!) : undefined,
        reason,
      });
    const seen = new Set<string>();
    for (let offset = 0; !this.signal?.aborted;) {
      const page = await this.page(
        path,
        { ...parameters, limit: String(pageSize), offset: String(offset) },
        tell,
      );
      if (!page) return;
      const before = seen.size;
      let isUnusable = false;
      for (const attributes of page) {
        const uid = textOf(attributes, keys[level]);
        if (!isUid(uid)) {
          isUnusable = true;
        } else if (!seen.has(uid)) {
          seen.add(uid);
          yield { uid, attributes };
          if (this.signal?.aborted) return;
        }
      }
      if (isUnusable) tell(said`The server lists what has no UID, or one that is none.`);
      if (seen.size === before) {
        // A server that takes no offset gives the first page again, whole where it takes no limit either.
        if (page.length === pageSize && offset === pageSize && !isUnusable)
          tell(
            said`The server gives the first ${pageSize} matches again for the next ones: there may be more. Narrow the search by --date.`,
          );
        return;
      }
      offset += page.length;
    }
  }

  /** A page, or undefined where the server failed on it. */
  private async page(
    path: string,
    parameters: Readonly<Record<string, string>>,
    tell: (reason: HarmlessText) => void,
  ): Promise<Attributes[] | undefined> {
    try {
      const page = await this.client.search(path, parameters);
      this.hasAnswered = true;
      return page;
    } catch (error) {
      const endsRun = error instanceof DicomWebError && error.endsRun;
      if (!(error instanceof HarmlessError) || endsRun || !this.hasAnswered) throw error;
      tell(error.said);
      return undefined;
    }
  }
}

function textOf(attributes: Attributes, keyword: string): string {
  const value = attributes[keyword];
  return typeof value === 'string' ? value.trim() : '';
}
