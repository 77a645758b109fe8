import type { Attributes } from '../dicom/results';
import type { DicomWebClient, InstanceAddress } from './dicomweb-client';

/** Which images to look for. */
export interface ImageQuery {
  /** Modalities, e.g. CR and DX. */
  modalities: readonly string[];
  /** Study Date: one day, or a range as in DICOM (`20260101-20260131`, `20260101-`). */
  date?: string;
  /** Study Description, with `*` and `?`. */
  description?: string;
}

const pageSize = 100;

/** Finds the images of all matching studies, in the server's order. */
export async function* findImages(
  client: DicomWebClient,
  { modalities, date, description }: ImageQuery,
): AsyncGenerator<InstanceAddress> {
  const studies = new Set<string>();
  for (const modality of modalities) {
    const wanted = {
      ModalitiesInStudy: modality,
      ...(date && { StudyDate: date }),
      ...(description && { StudyDescription: description }),
    };
    for await (const study of pages(client, 'studies', wanted, 'StudyInstanceUID')) {
      const studyUid = uidOf(study, 'StudyInstanceUID');
      if (!studyUid || studies.has(studyUid)) continue;
      studies.add(studyUid);
      yield* imagesOfStudy(client, studyUid, modalities);
    }
  }
}

async function* imagesOfStudy(
  client: DicomWebClient,
  studyUid: string,
  modalities: readonly string[],
): AsyncGenerator<InstanceAddress> {
  // Asked for all series: not every server takes a list of modalities, and a study has few series.
  for await (const series of pages(client, `studies/${studyUid}/series`, {}, 'SeriesInstanceUID')) {
    const seriesUid = uidOf(series, 'SeriesInstanceUID');
    if (!seriesUid || !modalities.includes(textOf(series, 'Modality'))) continue;
    const path = `studies/${studyUid}/series/${seriesUid}/instances`;
    for await (const instance of pages(client, path, {}, 'SOPInstanceUID')) {
      const instanceUid = uidOf(instance, 'SOPInstanceUID');
      if (instanceUid) yield { studyUid, seriesUid, instanceUid };
    }
  }
}

/** All pages of a search. A server that takes no offset gives the first page again, which ends it too. */
async function* pages(
  client: DicomWebClient,
  path: string,
  parameters: Readonly<Record<string, string>>,
  key: string,
): AsyncGenerator<Attributes> {
  const seen = new Set<string>();
  for (let offset = 0; ;) {
    const page = await client.search(path, {
      ...parameters,
      limit: String(pageSize),
      offset: String(offset),
    });
    const fresh = page.filter(match => !seen.has(uidOf(match, key)));
    if (fresh.length === 0) return;
    for (const match of fresh) {
      seen.add(uidOf(match, key));
      yield match;
    }
    offset += page.length;
  }
}

/** A UID that is one; anything else would make another address of the path that it is put into. */
function uidOf(attributes: Attributes, keyword: string): string {
  const text = textOf(attributes, keyword);
  return /^[0-9.]{1,64}$/.test(text) ? text : '';
}

function textOf(attributes: Attributes, keyword: string): string {
  const value = attributes[keyword];
  return typeof value === 'string' ? value : '';
}
