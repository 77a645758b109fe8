import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson, sendPieces, withBody } from '../http';
import type { MemoryBudget } from '../memory-budget';
import { Accepts, notAcceptable } from './accept';
import type { DicomWebAccess } from './access';
import type { DicomFolder } from './dicom-folder';
import type { Content } from './multipart';
import { Problem } from './problem';
import { parseSearch, search, type Level } from './qido';
import type { Instance } from './read-instance';
import { storeInstances } from './stow';
import { instanceUrl, retrieveBulkData, retrieveFrames, retrieveInstances, retrieveMetadata } from './wado';

/** What the DICOMweb service works on. */
export interface DicomWebOptions {
  /** Absent: everything is seen, and taken. */
  access?: DicomWebAccess;
  folder: DicomFolder;
  /** Longest STOW-RS request, bytes. */
  uploadLimit: number;
  /** Time in which a client that stores must send 64 KiB more, ms; 10 s without it. */
  stretch?: number;
  /** Memory that all requests share: for what they send to be stored, and for what is read of files. */
  memory: { requests: MemoryBudget; answers: MemoryBudget };
  /** Told of every attempt to store: counts alone, nothing of a patient. */
  onStore?: (stored: number, failed: number) => void;
}

/** A request that the service answers, taken apart. */
interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  query: URLSearchParams;
  accepts: Accepts;
  /** Address of the service as the client sees it. */
  baseUrl: string;
}

/** The resource that a path below `/dicom-web` names. */
interface Resource {
  studyUid?: string;
  seriesUid?: string;
  instanceUid?: string;
  /** What of it: a search level, `metadata`, `frames`, `bulkdata`, … */
  action: string;
  rest: string[];
}

const studyUidTag = '0020000D';
const jsonType = 'application/dicom+json';

/**
 * Answers a DICOMweb request: QIDO-RS, WADO-RS and STOW-RS of PS3.18.
 *
 * @param path the request's path below the service's own
 * @throws Problem for everything that is refused
 */
export async function serveDicomWeb(
  options: DicomWebOptions,
  path: string,
  call: Omit<Call, 'accepts'>,
): Promise<void> {
  const full: Call = { ...call, accepts: new Accepts(call.request.headers.accept, call.query.get('accept')) };
  const resource = parsePath(path);
  if (call.request.method === 'POST') return store(options, resource, full);
  if (call.request.method !== 'GET' && call.request.method !== 'HEAD') {
    throw new Problem(405, 'Only GET, HEAD and POST are possible here.');
  }
  const { action } = resource;
  if (action === 'studies' || action === 'series' || action === 'instances') {
    await options.folder.refresh();
    return answerSearch(options, resource, full);
  }
  if (!resource.studyUid) throw noSuchResource();
  const instances = visible(options, await findInstances(options.folder, resource), full);
  if (instances.length === 0) throw new Problem(404, 'There is no such study, series or instance.');
  const { contentType, pieces } = retrieve(options, instances, resource, full);
  await sendPieces(full.response, contentType, pieces);
}

/** One instance that the index knows is answered without a look through the folders. */
async function findInstances(folder: DicomFolder, resource: Resource): Promise<Instance[]> {
  const { studyUid, seriesUid, instanceUid } = resource;
  if (studyUid && seriesUid && instanceUid) {
    const known = folder.find(studyUid, seriesUid, instanceUid);
    if (known) return [known];
  }
  await folder.refresh();
  return within(folder.list(), resource);
}

function visible({ access }: DicomWebOptions, instances: Instance[], { request }: Call): Instance[] {
  return access ? instances.filter(instance => access.shows(instance, request)) : instances;
}

function retrieve(options: DicomWebOptions, instances: Instance[], resource: Resource, call: Call): Content {
  const { action, rest, instanceUid } = resource;
  const source = { folder: options.folder, memory: options.memory.answers };
  if (action === 'metadata') {
    requireJson(call);
    return { contentType: jsonType, pieces: retrieveMetadata(source, instances, call.baseUrl) };
  }
  if (action === '') return retrieveInstances(source, instances, call.accepts);
  if (instanceUid && action === 'frames' && rest.length === 1) {
    return retrieveFrames(source, instances[0], rest[0], call.accepts);
  }
  if (instanceUid && action === 'bulkdata' && rest.length > 0) {
    return retrieveBulkData(source, instances[0], rest, call.accepts);
  }
  throw noSuchResource();
}

function noSuchResource(): Problem {
  return new Problem(
    404,
    'This service has no such resource. It renders no images; viewers do that themselves.',
  );
}

/** Takes `studies/1.2/series/3.4/instances/5.6/frames/1` apart. */
function parsePath(path: string): Resource {
  const segments = path.split('/').filter(segment => segment !== '');
  const resource: Resource = { action: '', rest: [] };
  const uids = { studies: 'studyUid', series: 'seriesUid', instances: 'instanceUid' } as const;
  while (segments.length > 1 && Object.hasOwn(uids, segments[0])) {
    const [level, uid] = segments.splice(0, 2);
    resource[uids[level as keyof typeof uids]] = uid;
  }
  resource.action = segments.shift() ?? '';
  resource.rest = segments;
  const named = resource.studyUid ?? resource.action;
  if (!named) throw new Problem(404, 'DICOMweb resources begin with studies, series or instances.');
  return resource;
}

function within(instances: Instance[], resource: Resource): Instance[] {
  return instances.filter(
    instance =>
      (resource.studyUid === undefined || instance.studyUid === resource.studyUid) &&
      (resource.seriesUid === undefined || instance.seriesUid === resource.seriesUid) &&
      (resource.instanceUid === undefined || instance.instanceUid === resource.instanceUid),
  );
}

function answerSearch(options: DicomWebOptions, resource: Resource, call: Call): void {
  requireJson(call);
  const levels: Record<string, Level> = { studies: 'study', series: 'series', instances: 'instance' };
  const level = levels[resource.action];
  const wanted = parseSearch(call.query);
  const namesStudy =
    resource.studyUid !== undefined || /^[0-9.,\\]+$/.test(wanted.match.get(studyUidTag) ?? '');
  const { access } = options;
  const scope = access && !namesStudy ? [] : visible(options, within(options.folder.list(), resource), call);
  const { results, left } = search(level, scope, wanted, instance =>
    resultUrl(level, call.baseUrl, instance),
  );
  const damaged = scope.filter(instance => instance.damage).length;
  const warnings = [
    // PS3.18 section 8.3.4.4.
    left > 0 ? `There are ${left} additional results that can be requested` : '',
    damaged > 0 ? `${damaged} instance(s) listed here are cut off or damaged` : '',
    access && !namesStudy ? access.notice : '',
  ];
  const headers = warningHeader(warnings);
  if (results.length > 0) sendJson(call.response, 200, results, jsonType, headers);
  else call.response.writeHead(204, headers).end();
}

/** The Warning header (RFC 7234 section 5.5) that PS3.18 uses; empty texts are left out. */
function warningHeader(texts: string[]): Record<string, string> {
  const said = texts.filter(text => text !== '').map(text => `299 - "${text}"`);
  return said.length > 0 ? { Warning: said.join(', ') } : {};
}

function resultUrl(level: Level, baseUrl: string, instance: Instance): string {
  if (level === 'instance') return instanceUrl(baseUrl, instance);
  const study = `${baseUrl}/studies/${instance.studyUid}`;
  return level === 'study' ? study : `${study}/series/${instance.seriesUid}`;
}

function requireJson(call: Call): void {
  if (!call.accepts.single(jsonType) && !call.accepts.single('application/json'))
    throw notAcceptable(jsonType);
}

async function store(options: DicomWebOptions, resource: Resource, call: Call): Promise<void> {
  const toStudies = resource.action === 'studies' && resource.studyUid === undefined;
  const toOneStudy =
    resource.studyUid !== undefined && resource.seriesUid === undefined && resource.action === '';
  if (!toStudies && !toOneStudy)
    throw new Problem(405, 'Instances are stored at studies or studies/{uid}.', true);
  const contentType = call.request.headers['content-type'];
  const limits = { longest: options.uploadLimit, memory: options.memory.requests, stretch: options.stretch };
  const result = await withBody(call.request, limits, body =>
    storeInstances(
      options.folder,
      contentType,
      body,
      resource.studyUid,
      call.baseUrl,
      options.memory.answers,
      options.access,
    ),
  );
  options.onStore?.(result.stored, result.failed);
  const { alreadyThere: there, linked } = result;
  const headers = warningHeader([
    there > 0 ? `${there} instance(s) were there already, byte for byte` : '',
    linked > 0
      ? `${linked} instance(s) not stored: a link stands for the folder of their study or series in the data folder, and would lead elsewhere`
      : '',
  ]);
  sendJson(call.response, result.status, result.dataset, jsonType, headers);
}
