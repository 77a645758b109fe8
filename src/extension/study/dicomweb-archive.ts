import dcmjs from 'dcmjs';
import { textOf } from '../../dicom/attribute-values';
import { pickSource } from '../../dicom/results/pick-source';
import { readingReference, readingReport, readingText } from '../../dicom/results/reading-report';
import type { Attributes } from '../../dicom/results/types';
import { judgeStore, readStoreAnswer } from '../../dicom/store-answer';
import { answerSchema, problemsByPlan, type Answer } from '../../study/answers';
import { digestOf, type KeptAnswer, type Receipt } from '../../study/delivery';
import type { Given } from '../../study/next-step';
import type { StudyPlan } from '../../study/plan';
import { request } from './server';
import type { StudyDestination } from './study-service';

export interface ArchiveParts {
  /** Root of its DICOMweb services, without a slash at its end. */
  root: string;
  plan: StudyPlan;
  /** Attributes of the film that was read. */
  filmOf(studyInstanceUid: string, sopInstanceUid: string): Promise<Attributes>;
  /**
   * What a reader's reports are named by, which other readers do not know; undefined where the study has no such secrets.
   *
   * @throws Error where the reader has not entered yet
   */
  secretOf(reader: string): string | undefined;
  /** Log-in of the viewer, for each request. */
  headers(): Record<string, string>;
  fetch?: typeof fetch;
}

/** Readers' earlier answers are asked for in so many requests at once. */
const atOnce = 6;

/**
 * A DICOMweb archive that keeps each answer as a structured report in the film's study (STOW-RS, PS3.18 10.5). An answer counts
 * as delivered when the archive gives its text back (WADO-RS metadata): the first that it was given stays, another one to the
 * same reading is a conflict.
 */
export class DicomWebArchive implements StudyDestination {
  constructor(private readonly parts: ArchiveParts) {}

  /** Readings that the archive has answers to: a reader may have begun at another machine. */
  async given(reader: string): Promise<Given[]> {
    // Cases may be films of one study.
    const studies = [...new Set(this.parts.plan.cases.map(({ studyInstanceUid }) => studyInstanceUid))];
    const found: Given[] = [];
    const next = async (): Promise<void> => {
      for (let study = studies.pop(); study !== undefined; study = studies.pop())
        found.push(...(await this.givenIn(study, reader)));
    };
    await Promise.all(Array.from({ length: atOnce }, next));
    return found;
  }

  async send(answers: readonly KeptAnswer[]): Promise<Receipt[]> {
    const receipts: Receipt[] = [];
    for (const { answer, text } of answers) {
      try {
        receipts.push(await this.sendOne(answer, text));
      } catch (error) {
        // What is stored by now is acknowledged; the rest is sent again.
        if (receipts.length === 0) throw error;
        break;
      }
    }
    return receipts;
  }

  private async sendOne(answer: Answer, text: string): Promise<Receipt> {
    const { study, reader, key, case: id, arm, rating, confidence, boxes, seconds, software } = answer;
    const { studyInstanceUid } = this.parts.plan.cases.find(each => each.id === id)!;
    const film = await this.parts.filmOf(studyInstanceUid, answer.sopInstanceUid);
    const at = new Date(answer.answeredAt);
    const reading = {
      ...{ study, reader, key, case: id, arm, rating, confidence, boxes, seconds, software },
      ...{ at, text },
    };
    const object = readingReport(film, reading, this.parts.secretOf(reader));
    await this.store(studyInstanceUid, object.sopInstanceUid, object.bytes);
    const held = await this.heldText(studyInstanceUid, object);
    if (held === undefined) throw new Error('The archive took an answer, but does not give it back.');
    const sha256 = digestOf(held);
    return { reader, key, state: sha256 === digestOf(text) ? 'kept' : 'conflict', sha256 };
  }

  /** @throws Error with the reason where the archive does not hold the object after it */
  private async store(study: string, uid: string, bytes: Uint8Array): Promise<void> {
    const boundary = `explain-${uid}`;
    const head = `--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`;
    const response = await this.request(`/studies/${study}`, {
      method: 'POST',
      headers: {
        'Content-Type': `multipart/related; type="application/dicom"; boundary=${boundary}`,
        Accept: 'application/dicom+json',
      },
      body: new Blob([head, bytes.slice(), `\r\n--${boundary}--\r\n`]),
    });
    const said = readStoreAnswer(await response.text());
    const { refused } = judgeStore([uid], said);
    if (refused.length > 0)
      throw new Error(`The archive refused it, failure reason 0x${refused[0].reason.toString(16)}.`);
    // 409: it is there already, or the archive does not say; what it holds is asked for next.
    if (!response.ok && response.status !== 409) throw new Error(`HTTP ${response.status}`);
  }

  private async heldText(
    study: string,
    { seriesInstanceUid, sopInstanceUid }: { seriesInstanceUid: string; sopInstanceUid: string },
  ): Promise<string | undefined> {
    const path = `/studies/${study}/series/${seriesInstanceUid}/instances/${sopInstanceUid}/metadata`;
    const [instance] = await this.json(path);
    return instance && readingText(naturalized(instance));
  }

  private async givenIn(study: string, reader: string): Promise<Given[]> {
    const { plan, secretOf } = this.parts;
    const { seriesInstanceUid } = readingReference(
      { study: plan.id, reader, key: '' },
      study,
      secretOf(reader),
    );
    const series = await this.json(`/studies/${study}/series?SeriesInstanceUID=${seriesInstanceUid}`);
    if (series.length === 0) return [];
    const instances = await this.json(`/studies/${study}/series/${seriesInstanceUid}/metadata`);
    return instances.flatMap(instance => {
      const answer = answerOf(readingText(naturalized(instance)));
      if (!answer || answer.reader !== reader || problemsByPlan(plan, answer).length > 0) return [];
      const { key, session, answeredAt } = answer;
      return [{ key, session, answeredAt }];
    });
  }

  private async json(path: string): Promise<Record<string, unknown>[]> {
    const response = await this.request(path, { headers: { Accept: 'application/dicom+json' } });
    if (response.status === 204) return [];
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return (await response.json()) as Record<string, unknown>[];
  }

  private request(path: string, { headers, ...rest }: RequestInit): Promise<Response> {
    const { root, headers: login, fetch: ask } = this.parts;
    const own = { ...login(), ...(headers as Record<string, string>) };
    return request(root + path, { ...rest, headers: own }, ask);
  }
}

/** Whoever may write into an archive may have written it: what is no answer counts for nothing. */
function answerOf(text: string | undefined): Answer | undefined {
  try {
    return text === undefined ? undefined : answerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * Attributes of a film: as the viewer holds them, else from the archive that it shows films of, since the reader may have closed
 * the tab in between. Nothing of them is kept in the browser.
 */
export async function filmAttributes(
  listed: readonly Attributes[],
  metadata: (studyInstanceUid: string) => Promise<Record<string, unknown>[]>,
  studyInstanceUid: string,
  sopInstanceUid: string,
): Promise<Attributes> {
  const isIt = (instance: Attributes): boolean => textOf(instance.SOPInstanceUID) === sopInstanceUid;
  const film = listed.find(isIt) ?? (await metadata(studyInstanceUid)).map(naturalized).find(isIt);
  if (!film) throw new Error('The archive no longer holds the film that was read.');
  return pickSource(film);
}

function naturalized(instance: Record<string, unknown>): Attributes {
  return dcmjs.data.DicomMetaDictionary.naturalizeDataset(instance as never);
}
