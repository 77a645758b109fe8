import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import dcmjs from 'dcmjs';
import type { Attributes } from '../dicom/results';
import {
  isDicomJson,
  isWebPage,
  judgeStore,
  longestStoreAnswer,
  readStoreAnswer,
  StoreAnswerError,
  type StoreVerdict,
} from '../dicom/store-answer';
import { hasDicomPreamble, LARGEST_FILE } from '../dicom/parse';
import { isUid } from '../dicom/uid';
import { hasTooManyParts, mostJsonParts } from '../models/json-parts';
import { readBody, TooLargeError } from './answer-body';
import { connectionCode, HarmlessError, listed, said, vouchedFor, type HarmlessText } from '../io/harmless';
import { beginOfPart, MultipartError, readParts, writeParts } from './multipart';
import { defaultRetries, PassingError, withRetries, type RetryPolicy } from './retry';

// Hand-written: dicomweb-client sends by XMLHttpRequest, which Node has not, reads answers of any size, and leaves it to that whether a
// redirection is followed, with the credentials.

/** How to reach a DICOMweb server. */
export interface DicomWebServer {
  /** Address of the service, e.g. `https://pacs.example/dicom-web`. */
  url: string;
  /** Sent with every request, e.g. `Authorization`. */
  headers?: Readonly<Record<string, string>>;
  retries?: RetryPolicy;
  /** Longest time for one request, milliseconds. */
  timeoutMs?: number;
  /** Largest answers that are read, bytes; default: 64 MiB of attributes, of a search 16 MiB at most, 272 MiB of a file. */
  limits?: { attributes: number; file: number };
  /** Told of every further try; the message holds nothing of a patient. */
  onRetry?: (message: HarmlessText, next: number) => void;
  /** Told of what was asked for, when it has ended; for an audit. */
  onTransaction?: (done: Transaction) => void;
  /** Sends the requests; default: Node's own. */
  fetch?: typeof fetch;
}

/** What was asked of a server, after all tries. */
export type Transaction =
  | { kind: 'query'; path: string; succeeded: boolean }
  | { kind: 'metadata'; path: string; studyUid: string; attributes?: Attributes; succeeded: boolean }
  | { kind: 'retrieve' | 'store'; studyUid: string; instances: readonly string[]; succeeded: boolean };

/** Where an instance lies on the server. */
export interface InstanceAddress {
  studyUid: string;
  seriesUid: string;
  instanceUid: string;
}

/** An answer that trying again will not change; the message holds nothing of a patient. */
export class DicomWebError extends HarmlessError {
  override name = 'DicomWebError';
  constructor(
    message: HarmlessText,
    /** Every further request would fail too: wrong credentials, or no such service. */
    readonly endsRun = false,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

type DicomJson = Record<string, { vr?: string; Value?: unknown[] }>;

export const jsonType = 'application/dicom+json';
const defaultLimits = { attributes: 2 ** 26, file: LARGEST_FILE };
/** A page of a search has some hundred matches, of one or two kilobytes each. */
const longestPage = 2 ** 24;
const loginHint = said`Check --token-file, --header-file and --client-certificate, and the address.`;

/** QIDO-RS, WADO-RS and STOW-RS of PS3.18, as far as explaining images needs them. */
export class DicomWebClient {
  protected readonly base: string;

  constructor(private readonly server: DicomWebServer) {
    this.base = server.url.replace(/\/+$/, '');
  }

  /** How often passing failures are tried again. */
  get retries(): RetryPolicy {
    return this.server.retries ?? defaultRetries;
  }

  /**
   * Searches one page.
   *
   * @param path resource below the service, e.g. `studies`
   * @param mayBeAbsent whether "not found" means that there is no match; else it is an error: the address is wrong
   * @returns naturalised attributes of the matches
   */
  async search(
    path: string,
    parameters: Readonly<Record<string, string>>,
    { mayBeAbsent = false } = {},
  ): Promise<Attributes[]> {
    const query = new URLSearchParams(parameters).toString();
    const { attributes } = this.server.limits ?? defaultLimits;
    const limit = Math.min(longestPage, attributes);
    const init = { headers: { Accept: jsonType }, expected: mayBeAbsent ? [404] : [], limit };
    const asked = `${path}${query && `?${query}`}`;
    return this.told(
      this.request(asked, init, answer =>
        answer.status === 204 || answer.status === 404 ? [] : attributesIn(answer),
      ),
      () => ({ kind: 'query', path: asked }),
    );
  }

  /** All attributes of an instance but its pixels. */
  async metadata(address: InstanceAddress): Promise<Attributes> {
    const path = `${pathOf(address)}/metadata`;
    const { studyUid } = address;
    const [first] = await this.told(
      this.request(path, { headers: { Accept: jsonType } }, attributesIn),
      found => ({ kind: 'metadata', path, studyUid, attributes: found?.[0] }),
    );
    if (!first) throw new DicomWebError(said`The server gave no metadata of an instance that it had listed.`);
    return first;
  }

  /** The whole DICOM file of an instance, as stored. */
  async retrieve(address: InstanceAddress): Promise<Uint8Array> {
    const accept = `multipart/related; type="${fileType}"; transfer-syntax=*`;
    const { file } = this.server.limits ?? defaultLimits;
    const { studyUid, instanceUid } = address;
    return this.told(
      this.request(
        pathOf(address),
        { headers: { Accept: accept }, limit: file, begins: mayHoldFile },
        fileIn,
      ),
      () => ({ kind: 'retrieve', studyUid, instances: [instanceUid] }),
    );
  }

  /**
   * Stores files of one study.
   *
   * @param objects DICOM files with their SOP Instance UIDs
   * @returns what the server says of each; it may hold one that it refused, or stored without a word
   */
  async store(
    studyUid: string,
    objects: readonly { uid: string; bytes: Uint8Array }[],
  ): Promise<StoreVerdict> {
    const files = objects.map(({ bytes }) => bytes);
    const sent = objects.map(({ uid }) => uid);
    const { contentType, body } = writeParts(files, `explain-${randomUUID()}`);
    const headers = { 'Content-Type': contentType, Accept: jsonType };
    const init = { method: 'POST', headers, body, expected: [409], limit: longestStoreAnswer };
    return this.told(
      this.request(`studies/${uidInPath(studyUid)}`, init, answer => outcomeOf(answer, sent)),
      () => ({ kind: 'store', studyUid, instances: sent }),
    );
  }

  /** Tells of a transaction when it has ended, whether or not it came to its end. */
  private async told<T>(asked: Promise<T>, what: (answer?: T) => Untold): Promise<T> {
    const { onTransaction } = this.server;
    try {
      const answer = await asked;
      onTransaction?.({ ...what(answer), succeeded: true });
      return answer;
    } catch (error) {
      onTransaction?.({ ...what(), succeeded: false });
      throw error;
    }
  }

  /** Sends a request and reads its answer, again after passing failures; statuses in `expected` are no failure. */
  protected async request<T>(path: string, init: RequestOptions, read: (answer: Answer) => T): Promise<T> {
    const { timeoutMs = 120_000, headers, limits, onRetry, fetch: ask = fetch } = this.server;
    const { expected = [], limit = (limits ?? defaultLimits).attributes, begins } = init;
    const send = async (): Promise<T> => {
      const response = await ask(`${this.base}/${path}`, {
        method: init.method,
        headers: { ...headers, ...init.headers },
        body: init.body && new Uint8Array(init.body),
        // Followed, a redirection would take credentials and images to wherever it points.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      }).catch((error: Error) => {
        const reason = reasonOf(error);
        if (certificateErrors.test(reason)) throw untrusted(reason, error);
        throw unreachable(this.base, reason, error);
      });
      if (!response.ok && !expected.includes(response.status)) {
        await response.body?.cancel().catch(() => undefined);
        throw failureOf(response);
      }
      const contentType = response.headers.get('content-type') ?? '';
      const look = begins && ((start: Uint8Array): void => begins(contentType, start));
      const body = await readBody(response, limit, look).catch((error: Error) => {
        if (error instanceof DicomWebError) throw error;
        if (error instanceof TooLargeError) throw new DicomWebError(error.said, false, { cause: error });
        throw new PassingError(said`The answer broke off (${reasonOf(error)}).`, undefined, { cause: error });
      });
      return read({ status: response.status, contentType, body });
    };
    return withRetries(send, this.retries, (error, next) => onRetry?.(error.said, next));
  }
}

const fileType = 'application/dicom';

/** A transaction of which it is not known yet how it ended. */
type Untold = Transaction extends infer One ? (One extends unknown ? Omit<One, 'succeeded'> : never) : never;

interface RequestOptions {
  method?: string;
  headers: Record<string, string>;
  body?: Buffer;
  /** Statuses besides 2xx that are answers. */
  expected?: readonly number[];
  /** Largest answer, bytes. */
  limit?: number;
  /** Shown the first bytes of a long answer; what it throws ends the reading. */
  begins?: (contentType: string, start: Uint8Array) => void;
}

export interface Answer {
  status: number;
  contentType: string;
  body: Uint8Array;
}

function pathOf({ studyUid, seriesUid, instanceUid: uid }: InstanceAddress): string {
  const [study, series, instance] = [studyUid, seriesUid, uid].map(uidInPath);
  return `studies/${study}/series/${series}/instances/${instance}`;
}

/** A UID for a path; anything else, `..` above all, would be a request for something else. */
export function uidInPath(uid: string): string {
  if (isUid(uid)) return uid;
  throw new DicomWebError(said`An identifier is no UID, so it is not asked for.`);
}

/** Busy and failing servers may recover; everything else stays as it is. The address is left out: it names a study. */
function failureOf(response: Response): Error {
  const { status, headers } = response;
  // The standard's words: a server's own may hold anything.
  const words = vouchedFor(STATUS_CODES[status] ?? 'of no known meaning');
  const message = said`The server answered HTTP ${status} ${words}`;
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const wait = Number(headers.get('retry-after'));
    return new PassingError(said`${message}.`, wait > 0 ? 1000 * wait : undefined);
  }
  if (status >= 300 && status < 400)
    return new DicomWebError(said`${message}, ${directionOf(response)}. ${loginHint}`, true);
  const isRefusal = status === 401 || status === 403;
  // 400: Orthanc's answer where the path of its DICOMweb service was left out.
  const isNoService = status === 404 || status === 400;
  return new DicomWebError(
    isRefusal || isNoService ? said`${message}. ${loginHint}` : said`${message}.`,
    isRefusal,
  );
}

/** Where a redirection leads, seen from the address that was asked; nothing of the new one, whose host may be a name, too. */
function directionOf(response: Response): HarmlessText {
  const location = response.headers.get('location') ?? '';
  if (!URL.canParse(location, response.url)) return said`to nowhere`;
  const [from, to] = [new URL(response.url), new URL(location, response.url)];
  if (!/^https?:$/.test(to.protocol)) return said`to nowhere`;
  if (to.hostname !== from.hostname) return said`to another server`;
  if (to.protocol === from.protocol)
    return to.port === from.port
      ? said`to another path of this server`
      : said`to another port of this server`;
  return to.protocol === 'https:' ? said`to https on this server` : said`to http on this server`;
}

/** The code of a failed connection; never a message, which may quote a header with a token in it. */
function reasonOf(error: Error): HarmlessText {
  const { cause } = error;
  const code = cause && typeof cause === 'object' && 'code' in cause ? connectionCode(cause.code) : undefined;
  if (code) return code;
  // Ports of other services, which the Fetch standard has clients refuse.
  if (cause instanceof Error && cause.message === 'bad port') return said`a port that HTTP is not spoken at`;
  return error.name === 'TimeoutError' ? said`no answer in time` : said`no reason known`;
}

/** Names the server as it was given, without what opens it; the path asked for names a study and is left out. */
function unreachable(base: string, reason: HarmlessText, cause: Error): PassingError {
  const { origin, pathname } = new URL(base);
  const address = vouchedFor(`${origin}${pathname}`);
  return new PassingError(
    said`The server cannot be reached (${reason}): ${address}. Check the address, that the archive runs there, and that this machine may reach it.`,
    undefined,
    { cause },
  );
}

/** Node's codes for a certificate that cannot be checked, or is another server's or too old. */
const certificateErrors = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|CERT_|ERR_TLS/;

function untrusted(reason: HarmlessText, cause: Error): DicomWebError {
  const way = said`Give the certificate of the authority that issued it by --ca, and the name that it is for.`;
  return new DicomWebError(said`The server’s certificate is not trusted (${reason}). ${way}`, true, {
    cause,
  });
}

/** Naturalised attributes of each dataset of an answer. */
export function attributesIn({ body, contentType }: Answer): Attributes[] {
  if (body.length === 0) return [];
  if (hasTooManyParts(body))
    throw new DicomWebError(said`The answer has more than ${mostJsonParts} values, more than are read.`);
  const text = new TextDecoder().decode(body);
  let datasets: unknown[];
  try {
    const parsed: unknown = JSON.parse(text);
    datasets = Array.isArray(parsed) ? parsed : [parsed];
  } catch (error) {
    throw noDicomWeb(text, contentType, error);
  }
  try {
    return datasets.map(dataset => {
      if (!isDicomJson(dataset) || Object.keys(dataset).length === 0)
        throw new TypeError('This is no data set of the DICOM JSON Model.');
      return dcmjs.data.DicomMetaDictionary.naturalizeDataset(dataset as DicomJson);
    });
  } catch (cause) {
    throw new DicomWebError(said`The server sent JSON that holds no DICOM attributes. ${loginHint}`, false, {
      cause,
    });
  }
}

/** @throws DicomWebError where an answer that begins so is no DICOM file, whatever follows */
function mayHoldFile(contentType: string, start: Uint8Array): void {
  const file = isPlainFile(contentType) ? start : beginOfPart(contentType, start);
  if (!file || !hasDicomPreamble(file)) throw noFile(contentType, start);
}

function isPlainFile(contentType: string): boolean {
  const type = contentType.toLowerCase();
  return type.startsWith(fileType) && !type.startsWith(jsonType);
}

function noFile(contentType: string, body: Uint8Array): DicomWebError {
  return noDicomWeb(new TextDecoder().decode(body.subarray(0, 1000)), contentType);
}

/** The DICOM file of an answer, multipart or plain. */
function fileIn({ body, contentType }: Answer): Uint8Array {
  if (isPlainFile(contentType)) return body;
  if (!contentType.toLowerCase().startsWith('multipart/')) throw noFile(contentType, body);
  try {
    const [part] = readParts(contentType, body);
    if (part) return part.body;
  } catch (error) {
    if (!(error instanceof MultipartError)) throw error;
    throw new PassingError(error.said, undefined, { cause: error });
  }
  throw new DicomWebError(said`The server sent an empty answer for an instance that it had listed.`);
}

function outcomeOf({ status, contentType, body }: Answer, sent: readonly string[]): StoreVerdict {
  const text = new TextDecoder().decode(body);
  try {
    const verdict = judgeStore(sent, readStoreAnswer(text));
    if (status !== 409) return verdict;
    // Nothing was stored: what is not named was refused, too, for a reason that is not stated.
    const unnamed = [...verdict.unsaid.map(({ uid }) => uid), ...verdict.stored];
    const refused = [...verdict.refused, ...unnamed.map(uid => ({ uid, reason: 0 }))];
    return { ...verdict, stored: [], refused, unsaid: [] };
  } catch (error) {
    if (!(error instanceof StoreAnswerError)) throw error;
    throw noDicomWeb(text, contentType, error);
  }
}

/** Types of content that something in front of an archive sends; another one is not repeated. */
const contentTypes: ReadonlySet<string> = new Set([
  'application/dicom',
  'application/dicom+json',
  'application/dicom+xml',
  'application/json',
  'application/octet-stream',
  'application/pdf',
  'application/problem+json',
  'application/xhtml+xml',
  'application/xml',
  'application/zip',
  'image/gif',
  'image/jp2',
  'image/jpeg',
  'image/png',
  'multipart/related',
  'text/html',
  'text/plain',
  'text/xml',
]);

/** Nothing of the text itself, which may name a patient. */
function noDicomWeb(text: string, contentType: string, cause?: unknown): DicomWebError {
  const type = contentType.split(';')[0].trim().toLowerCase();
  const stated = type === '' ? said`not stated` : listed(contentTypes, type, said`of an unknown kind`);
  const isPage = isWebPage(text);
  const what = isPage
    ? said`a web page came in place of an archive’s answer, perhaps one to log in`
    : said`what came is no answer of a DICOMweb service`;
  return new DicomWebError(said`No DICOMweb: ${what} (Content-Type ${stated}). ${loginHint}`, isPage, {
    cause,
  });
}
