import type { IncomingMessage } from 'node:http';
import { sourceAttributes } from '../../dicom/results';
import { isReadingReport, readingReference, readingText } from '../../dicom/results/reading-report';
import { answerSchema, type Answer } from '../../study/answers';
import { idOf } from '../../study/delivery';
import { isFilmOf } from '../../study/films';
import type { StudyPlan } from '../../study/plan';
import type { DicomFolder } from '../dicomweb/dicom-folder';
import type { Instance } from '../dicomweb/read-instance';
import type { DicomWebAccess } from '../dicomweb/access';
import { firstText } from '../dicomweb/types';
import { archiveKey } from './reader-keys';
import { isReader, type StudyFilms, type StudyService } from './routes';

/**
 * What of a folder is served while a study runs: the films of its cases and, where this server is the archive too, to each reader
 * the reports of that reader alone. What others stored beside the films, explanations among it, is not there for readers.
 */
export function studyAccess(study: StudyService): DicomWebAccess {
  const casesOf = new Map<string, StudyPlan['cases']>();
  for (const one of study.plan.cases)
    casesOf.set(one.studyInstanceUid, [...(casesOf.get(one.studyInstanceUid) ?? []), one]);
  const isArchive = study.archive?.startsWith('/') === true;
  const shows = (instance: Instance, request: IncomingMessage): boolean => {
    if (
      isReadingReport(firstText(instance.attributes, '00080016'), firstText(instance.attributes, '00081090'))
    )
      return isArchive && readersOf(study, request).some(reader => isSeriesOf(study, reader, instance));
    return (casesOf.get(instance.studyUid) ?? []).some(one => isFilmOf(one, candidateOf(instance)));
  };
  return {
    shows,
    takes: async (instance, bytes) => isArchive && (await isHeldAnswer(study, instance, bytes)),
    notice: 'A reader study runs here: studies are found by their UID alone',
  };
}

/** The films that the folder has of a case. */
export function studyFilms(folder: DicomFolder): StudyFilms {
  const isThere = (one: StudyPlan['cases'][number], uid: string): boolean =>
    folder.list().some(instance => instance.instanceUid === uid && isFilmOf(one, candidateOf(instance)));
  return {
    has: async (one, uid) => {
      if (isThere(one, uid)) return true;
      await folder.refresh();
      return isThere(one, uid);
    },
  };
}

function candidateOf({
  studyUid,
  seriesUid,
  instanceUid,
  attributes,
}: Instance): Parameters<typeof isFilmOf>[1] {
  return {
    studyInstanceUid: studyUid,
    seriesInstanceUid: seriesUid,
    sopInstanceUids: [instanceUid],
    modality: firstText(attributes, '00080060'),
  };
}

function readersOf(study: StudyService, request: IncomingMessage): string[] {
  return study.plan.readers.filter(reader => isReader(study, request, reader));
}

function isSeriesOf(study: StudyService, reader: string, { studyUid, seriesUid }: Instance): boolean {
  const secret = archiveKey(study.keys.get(reader) ?? '');
  const own = readingReference({ study: study.plan.id, reader, key: '' }, studyUid, secret);
  return own.seriesInstanceUid === seriesUid;
}

/** Whether it is the report of an answer that this server took, under the UIDs that only its reader knows. */
async function isHeldAnswer(study: StudyService, instance: Instance, bytes: Uint8Array): Promise<boolean> {
  const answer = reported(bytes);
  const secret = answer && study.keys.get(answer.answer.reader);
  if (!answer || secret === undefined) return false;
  const held = await study.log.find(idOf(answer.answer));
  const { sopInstanceUid, seriesInstanceUid } = readingReference(
    answer.answer,
    instance.studyUid,
    archiveKey(secret),
  );
  return (
    held?.text === answer.text &&
    instance.instanceUid === sopInstanceUid &&
    instance.seriesUid === seriesInstanceUid
  );
}

function reported(bytes: Uint8Array): { answer: Answer; text: string } | undefined {
  try {
    const text = readingText(sourceAttributes(bytes));
    return text === undefined ? undefined : { answer: answerSchema.parse(JSON.parse(text)), text };
  } catch {
    return undefined;
  }
}
