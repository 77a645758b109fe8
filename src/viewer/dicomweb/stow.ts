import { isUid } from '../../dicom/uid';
import { inflationLimit } from '../../dicom/parse';
import type { MemoryBudget } from '../memory-budget';
import type { DicomFolder, StoreOutcome } from './dicom-folder';
import { parseMediaType, parseMultipart, type Part } from './multipart';
import { Problem } from './problem';
import { namesDeflated, type Instance, type Skipped } from './read-instance';
import type { DicomWebAccess } from './access';
import { firstText, type DicomJson } from './types';
import { instanceUrl } from './wado';
import { LinkedFolderError } from './write-once';

/** Failure reasons of PS3.18 table I.2-2 and PS3.7 annex C. */
const reasons = {
  processingFailure: 0x0110,
  duplicateInstance: 0x0111,
  notAuthorised: 0x0124,
  cannotUnderstand: 0xc000,
  studyMismatch: 0xc409,
};

interface Failure {
  classUid: string;
  instanceUid: string;
  reason: number;
  linked?: true;
}

/** A STOW-RS answer: HTTP status and response dataset (PS3.18 annex I). */
export interface StoreResponse {
  status: 200 | 202 | 409;
  dataset: DicomJson;
  /** Instances that are in the folder now, those included that were there already. */
  stored: number;
  alreadyThere: number;
  failed: number;
  /** Failed ones whose folder is a link. */
  linked: number;
}

/**
 * Stores the DICOM files of a STOW-RS request.
 *
 * @param body the request's body, already limited in size
 * @param studyUid study that the request's path names, when it does
 * @param baseUrl address of the DICOMweb service
 * @param memory what deflated files take from while they are read
 * @param access says what is taken; everything without it
 * @throws Problem 400 or 415 when the request as a whole makes no sense, 503 when others keep the memory for too long
 */
export async function storeInstances(
  folder: DicomFolder,
  contentType: string | undefined,
  body: Buffer,
  studyUid: string | undefined,
  baseUrl: string,
  memory: MemoryBudget,
  access?: Pick<DicomWebAccess, 'takes'>,
): Promise<StoreResponse> {
  const parts = readParts(contentType, body);
  if (parts.length === 0) throw new Problem(400, 'The request holds no DICOM instance.');
  await folder.refresh();
  const stored: Instance[] = [];
  const failed: Failure[] = [];
  let alreadyThere = 0;
  for (const part of parts) {
    const result = await storePart(folder, part, studyUid, memory, access);
    if ('reason' in result) {
      failed.push(result);
      continue;
    }
    stored.push(result.instance);
    if (result.outcome === 'already-there') alreadyThere += 1;
  }
  return {
    status: failed.length === 0 ? 200 : stored.length > 0 ? 202 : 409,
    dataset: respond(stored, failed, baseUrl),
    stored: stored.length,
    alreadyThere,
    failed: failed.length,
    linked: failed.filter(({ linked }) => linked).length,
  };
}

function readParts(contentType: string | undefined, body: Buffer): Part[] {
  const parameters = parseMediaType(contentType ?? '');
  const boundary = parameters.get('boundary');
  if (parameters.get('') === 'application/dicom') return [{ contentType: 'application/dicom', body }];
  if (parameters.get('') !== 'multipart/related') {
    throw new Problem(415, 'Instances are stored by multipart/related; type="application/dicom".');
  }
  if ((parameters.get('type') ?? 'application/dicom').toLowerCase() !== 'application/dicom') {
    throw new Problem(415, 'Only DICOM files can be stored (type="application/dicom").');
  }
  if (!boundary || boundary.length > 200) {
    throw new Problem(400, 'The Content-Type names no boundary, or an overlong one.');
  }
  return parseMultipart(body, boundary);
}

async function storePart(
  folder: DicomFolder,
  part: Part,
  studyUid: string | undefined,
  memory: MemoryBudget,
  access: Pick<DicomWebAccess, 'takes'> | undefined,
): Promise<{ instance: Instance; outcome: StoreOutcome } | Failure> {
  const instance = await identify(folder, part.body, memory);
  if (typeof instance === 'string') {
    return { classUid: '', instanceUid: '', reason: reasons.cannotUnderstand };
  }
  const fail = (reason: number): Failure => ({
    classUid: firstText(instance.attributes, '00080016'),
    instanceUid: instance.instanceUid,
    reason,
  });
  const uids = [instance.studyUid, instance.seriesUid, instance.instanceUid];
  if (!uids.every(isUid) || instance.damage) return fail(reasons.cannotUnderstand);
  if (studyUid !== undefined && instance.studyUid !== studyUid) return fail(reasons.studyMismatch);
  if (access && !(await access.takes(instance, part.body))) return fail(reasons.notAuthorised);
  const outcome = await folder
    .store(instance, part.body)
    .catch((error: unknown) => (error instanceof LinkedFolderError ? 'linked' : undefined));
  if (outcome === 'linked') return { ...fail(reasons.processingFailure), linked: true };
  if (!outcome) return fail(reasons.processingFailure);
  return outcome === 'differs' ? fail(reasons.duplicateInstance) : { instance, outcome };
}

/** Reads the identity of a file. What is not deflated is read where it lies, without more memory. */
async function identify(
  folder: DicomFolder,
  bytes: Uint8Array,
  memory: MemoryBudget,
): Promise<Instance | Skipped> {
  const release = namesDeflated(bytes) ? await memory.take(inflationLimit(bytes.length)) : undefined;
  try {
    return await folder.identify(bytes);
  } finally {
    release?.();
  }
}

function respond(stored: Instance[], failed: Failure[], baseUrl: string): DicomJson {
  const dataset: DicomJson = {};
  const studies = new Set(stored.map(instance => instance.studyUid));
  if (studies.size === 1) {
    dataset['00081190'] = { vr: 'UR', Value: [`${baseUrl}/studies/${[...studies][0]}`] };
  }
  if (failed.length > 0) {
    dataset['00081198'] = {
      vr: 'SQ',
      Value: failed.map(failure => ({
        ...reference(failure.classUid, failure.instanceUid),
        '00081197': { vr: 'US', Value: [failure.reason] },
      })),
    };
  }
  if (stored.length > 0) {
    dataset['00081199'] = {
      vr: 'SQ',
      Value: stored.map(instance => ({
        ...reference(firstText(instance.attributes, '00080016'), instance.instanceUid),
        '00081190': { vr: 'UR', Value: [instanceUrl(baseUrl, instance)] },
      })),
    };
  }
  return dataset;
}

function reference(classUid: string, instanceUid: string): DicomJson {
  const uid = (value: string) => (value ? { vr: 'UI', Value: [value] } : { vr: 'UI' });
  return { '00081150': uid(classUid), '00081155': uid(instanceUid) };
}
