import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import dcmjs from 'dcmjs';
import type { Attributes } from '../dicom/results';
import {
  describeAnswer,
  DUPLICATE,
  isWebPage,
  readStoreAnswer,
  StoreAnswerError,
} from '../dicom/store-answer';
import { readBody, TooLargeError } from './answer-body';
import { MultipartError, readParts, writeParts } from './multipart';
import { defaultRetries, PassingError, withRetries, type RetryPolicy } from './retry';

/** How to reach a DICOMweb server. */
export interface DicomWebServer {
  /** Address of the service, e.g. `https://pacs.example/dicom-web`. */
  url: string;
  /** Sent with every request, e.g. `Authorization`. */
  headers?: Readonly<Record<string, string>>;
  retries?: RetryPolicy;
  /** Longest time for one request, milliseconds. */
  timeoutMs?: number;
  /** Largest answers that are read, bytes; default: 64 MiB of attributes, 2 GiB of a file. */
  limits?: { attributes: number; file: number };
  /** Told of every further try; the message holds nothing of a patient. */
  onRetry?: (message: string, next: number) => void;
}

/** Where an instance lies on the server. */
export interface InstanceAddress {
  studyUid: string;
  seriesUid: string;
  instanceUid: string;
}

/** What became of the objects of one STOW-RS request. */
export interface Stored {
  stored: string[];
  /** The server holds an object of this UID already: an earlier, or another worker's, copy of the same result. */
  present: string[];
  /** The server took the request, but did not say what it did. */
  silent: boolean;
}

/** An answer that trying again will not change; the message holds nothing of a patient. */
export class DicomWebError extends Error {
  override name = 'DicomWebError';
  constructor(
    message: string,
    /** Every further request would fail too: wrong credentials, or no such service. */
    readonly endsRun = false,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

type DicomJson = Record<string, { vr?: string; Value?: unknown[] }>;

const jsonType = 'application/dicom+json';
const defaultLimits = { attributes: 2 ** 26, file: 2 ** 31 };
const loginHint = 'Check --token or --header, and the address.';

/** QIDO-RS, WADO-RS and STOW-RS of PS3.18, as far as explaining images needs them. */
export class DicomWebClient {
  private readonly base: string;

  constructor(private readonly server: DicomWebServer) {
    this.base = server.url.replace(/\/+$/, '');
  }

  /**
   * Searches one page.
   *
   * @param path resource below the service, e.g. `studies`
   * @returns naturalised attributes of the matches
   */
  async search(path: string, parameters: Readonly<Record<string, string>>): Promise<Attributes[]> {
    const query = new URLSearchParams(parameters).toString();
    const init = { headers: { Accept: jsonType }, expected: [404] };
    return this.request(`${path}${query && `?${query}`}`, init, answer =>
      answer.status === 204 || answer.status === 404 ? [] : attributesIn(answer),
    );
  }

  /** All attributes of an instance but its pixels. */
  async metadata(address: InstanceAddress): Promise<Attributes> {
    const init = { headers: { Accept: jsonType } };
    const [first] = await this.request(`${pathOf(address)}/metadata`, init, attributesIn);
    if (!first) throw new DicomWebError('The server gave no metadata of an instance that it had listed.');
    return first;
  }

  /** The whole DICOM file of an instance, as stored. */
  async retrieve(address: InstanceAddress): Promise<Uint8Array> {
    const accept = `multipart/related; type="${fileType}"; transfer-syntax=*`;
    const { file } = this.server.limits ?? defaultLimits;
    return this.request(pathOf(address), { headers: { Accept: accept }, limit: file }, fileIn);
  }

  /**
   * Stores files of one study.
   *
   * @throws DicomWebError when the server takes one of them not, and doesn't hold it either
   */
  async store(studyUid: string, files: readonly Uint8Array[]): Promise<Stored> {
    const { contentType, body } = writeParts(files, `explain-${randomUUID()}`);
    const headers = { 'Content-Type': contentType, Accept: jsonType };
    const init = { method: 'POST', headers, body, expected: [409] };
    return this.request(`studies/${studyUid}`, init, answer => outcomeOf(answer, files.length));
  }

  /** Sends a request and reads its answer, again after passing failures; statuses in `expected` are no failure. */
  private async request<T>(path: string, init: RequestOptions, read: (answer: Answer) => T): Promise<T> {
    const { retries = defaultRetries, timeoutMs = 120_000, headers, limits, onRetry } = this.server;
    const { expected = [], limit = (limits ?? defaultLimits).attributes } = init;
    const send = async (): Promise<T> => {
      const response = await fetch(`${this.base}/${path}`, {
        method: init.method,
        headers: { ...headers, ...init.headers },
        body: init.body && new Uint8Array(init.body),
        // Followed, a redirection would take credentials and images to wherever it points.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      }).catch((error: Error) => {
        const reason = reasonOf(error);
        if (certificateErrors.test(reason)) throw untrusted(reason, error);
        throw new PassingError(`The server cannot be reached (${reason}).`, undefined, { cause: error });
      });
      if (!response.ok && !expected.includes(response.status)) {
        await response.body?.cancel().catch(() => undefined);
        throw failureOf(response);
      }
      const body = await readBody(response, limit).catch((error: Error) => {
        if (error instanceof TooLargeError) throw new DicomWebError(error.message, false, { cause: error });
        throw new PassingError(`The answer broke off (${reasonOf(error)}).`, undefined, { cause: error });
      });
      return read({
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        body,
      });
    };
    return withRetries(send, retries, (error, next) => onRetry?.(error.message, next));
  }
}

const fileType = 'application/dicom';

interface RequestOptions {
  method?: string;
  headers: Record<string, string>;
  body?: Buffer;
  /** Statuses besides 2xx that are answers. */
  expected?: readonly number[];
  /** Largest answer, bytes. */
  limit?: number;
}

interface Answer {
  status: number;
  contentType: string;
  body: Uint8Array;
}

function pathOf({ studyUid, seriesUid, instanceUid: uid }: InstanceAddress): string {
  return `studies/${studyUid}/series/${seriesUid}/instances/${uid}`;
}

/** Busy and failing servers may recover; everything else stays as it is. The address is left out: it names a study. */
function failureOf(response: Response): Error {
  const { status, headers } = response;
  // The standard's words: a server's own may hold anything.
  const message = `The server answered HTTP ${status} ${STATUS_CODES[status] ?? ''}`.trim();
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const wait = Number(headers.get('retry-after'));
    return new PassingError(`${message}.`, wait > 0 ? 1000 * wait : undefined);
  }
  if (status >= 300 && status < 400)
    return new DicomWebError(`${message}, to ${originOf(response)}. ${loginHint}`, true);
  const isRefusal = status === 401 || status === 403;
  return new DicomWebError(isRefusal ? `${message}. ${loginHint}` : `${message}.`, isRefusal);
}

/** Scheme and host that a redirection points to; the rest of the address may name a study. */
function originOf(response: Response): string {
  const location = response.headers.get('location') ?? '';
  return URL.canParse(location, response.url) ? new URL(location, response.url).origin : 'nowhere';
}

function reasonOf(error: Error): string {
  const { cause } = error;
  const code = cause && typeof cause === 'object' && 'code' in cause ? String(cause.code) : undefined;
  return code ?? (error.name === 'TimeoutError' ? 'no answer in time' : error.message);
}

/** Node's codes for a certificate that cannot be checked, or is another server's or too old. */
const certificateErrors = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|CERT_|ERR_TLS/;

function untrusted(reason: string, cause: Error): DicomWebError {
  const way =
    'Give the certificate of the authority that issued it as a file in NODE_EXTRA_CA_CERTS, and the name that it is for.';
  return new DicomWebError(`The server’s certificate is not trusted (${reason}). ${way}`, true, { cause });
}

/** Naturalised attributes of each dataset of an answer. */
function attributesIn({ body, contentType }: Answer): Attributes[] {
  if (body.length === 0) return [];
  const text = new TextDecoder().decode(body);
  let datasets: DicomJson[];
  try {
    const parsed = JSON.parse(text) as DicomJson | DicomJson[];
    datasets = Array.isArray(parsed) ? parsed : [parsed];
  } catch (error) {
    throw noDicomWeb(text, contentType, error);
  }
  try {
    return datasets.map(dataset => dcmjs.data.DicomMetaDictionary.naturalizeDataset(dataset));
  } catch (error) {
    throw new DicomWebError('The server sent JSON that holds no DICOM attributes.', false, { cause: error });
  }
}

/** The DICOM file of an answer, multipart or plain. */
function fileIn({ body, contentType }: Answer): Uint8Array {
  const type = contentType.toLowerCase();
  if (type.startsWith(fileType) && !type.startsWith(jsonType)) return body;
  if (!type.startsWith('multipart/'))
    throw noDicomWeb(new TextDecoder().decode(body.subarray(0, 1000)), contentType);
  try {
    const [part] = readParts(contentType, body);
    if (part) return part.body;
  } catch (error) {
    if (!(error instanceof MultipartError)) throw error;
    throw new PassingError(error.message, undefined, { cause: error });
  }
  throw new DicomWebError('The server sent an empty answer for an instance that it had listed.');
}

function outcomeOf({ status, contentType, body }: Answer, sent: number): Stored {
  const text = new TextDecoder().decode(body);
  let answer;
  try {
    answer = readStoreAnswer(text);
  } catch (error) {
    if (!(error instanceof StoreAnswerError)) throw error;
    throw noDicomWeb(text, contentType, error);
  }
  const failed = answer?.failed ?? [];
  const refused = failed.filter(({ reason }) => reason !== DUPLICATE);
  if (refused.length > 0 || (status === 409 && failed.length === 0)) {
    const reasons = [...new Set(refused.map(({ reason }) => `0x${reason.toString(16)}`))].join(', ');
    throw new DicomWebError(
      `The server refused ${refused.length || 'all'} of ${sent} objects (failure reason ${reasons || 'not stated'}).`,
    );
  }
  const stored = answer?.stored ?? [];
  return { stored, present: failed.map(({ uid }) => uid), silent: stored.length + failed.length < sent };
}

/** Nothing of the text itself, which may name a patient. */
function noDicomWeb(text: string, contentType: string, cause?: unknown): DicomWebError {
  const stated = /^[\w.+-]+\/[\w.+-]+/.exec(contentType)?.[0] ?? 'not stated';
  return new DicomWebError(
    `No DICOMweb: ${describeAnswer(text)} (Content-Type ${stated}). ${loginHint}`,
    isWebPage(text),
    { cause },
  );
}
