import { randomUUID } from 'node:crypto';
import dcmjs from 'dcmjs';
import type { Attributes } from '../dicom/results';
import { readParts, writeParts } from './multipart';
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
}

/** An answer that trying again will not change; the message holds nothing of a patient. */
export class DicomWebError extends Error {
  override name = 'DicomWebError';
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }

  /** Whether every further request would fail too: wrong credentials, or no such service. */
  get endsRun(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

type DicomJson = Record<string, { vr?: string; Value?: unknown[] }>;

const jsonType = 'application/dicom+json';
/** Failure reasons for an object that is there already (PS3.18 I.2.2, and what archives use besides). */
const duplicateReasons = new Set([0x0111]);

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
    const response = await this.request(
      `${path}${query && `?${query}`}`,
      { headers: { Accept: jsonType } },
      [404],
    );
    if (response.status === 204 || response.status === 404) return [];
    return (await json(response)).map(naturalise);
  }

  /** All attributes of an instance but its pixels. */
  async metadata(address: InstanceAddress): Promise<Attributes> {
    const response = await this.request(`${pathOf(address)}/metadata`, { headers: { Accept: jsonType } });
    const [first] = await json(response);
    if (!first) throw new DicomWebError('The server gave no metadata of an instance that it had listed.');
    return naturalise(first);
  }

  /** The whole DICOM file of an instance, as stored. */
  async retrieve(address: InstanceAddress): Promise<Uint8Array> {
    const type = 'application/dicom';
    const accept = `multipart/related; type="${type}"; transfer-syntax=*`;
    const { body, contentType } = await this.request(pathOf(address), { headers: { Accept: accept } });
    if (contentType.startsWith(type) && !contentType.startsWith(jsonType)) return body;
    const [part] = readParts(contentType, body);
    if (!part) throw new DicomWebError('The server sent an empty answer for an instance that it had listed.');
    return part.body;
  }

  /**
   * Stores files of one study.
   *
   * @throws DicomWebError when the server takes one of them not, and doesn't hold it either
   */
  async store(studyUid: string, files: readonly Uint8Array[]): Promise<Stored> {
    const { contentType, body } = writeParts(files, `explain-${randomUUID()}`);
    const headers = { 'Content-Type': contentType, Accept: jsonType };
    const response = await this.request(`studies/${studyUid}`, { method: 'POST', headers, body }, [409]);
    const [answer] = await json(response);
    const failed = itemsOf(answer?.['00081198']);
    const refused = failed.filter(item => !duplicateReasons.has(failureReason(item)));
    if (refused.length > 0 || (response.status === 409 && failed.length === 0)) {
      const reasons = [...new Set(refused.map(item => `0x${failureReason(item).toString(16)}`))].join(', ');
      throw new DicomWebError(
        `The server refused ${refused.length || 'all'} of ${files.length} objects (failure reason ${reasons || 'not stated'}).`,
        response.status,
      );
    }
    return { stored: itemsOf(answer?.['00081199']).map(instanceUid), present: failed.map(instanceUid) };
  }

  /** Sends a request, again after passing failures; statuses in `expected` are no failure. */
  private async request(
    path: string,
    init: { method?: string; headers: Record<string, string>; body?: Buffer },
    expected: readonly number[] = [],
  ): Promise<Answer> {
    const { retries = defaultRetries, timeoutMs = 120_000, headers, onRetry } = this.server;
    const send = async (): Promise<Answer> => {
      const response = await fetch(`${this.base}/${path}`, {
        method: init.method,
        headers: { ...headers, ...init.headers },
        body: init.body && new Uint8Array(init.body),
        signal: AbortSignal.timeout(timeoutMs),
      }).catch((error: Error) => {
        throw new PassingError(`The server cannot be reached (${reasonOf(error)}).`, undefined, {
          cause: error,
        });
      });
      if (!response.ok && !expected.includes(response.status)) throw failureOf(response);
      const body = await response.arrayBuffer().catch((error: Error) => {
        throw new PassingError(`The answer broke off (${reasonOf(error)}).`, undefined, { cause: error });
      });
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        body: new Uint8Array(body),
      };
    };
    return withRetries(send, retries, (error, next) => onRetry?.(error.message, next));
  }
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
  const { status, statusText } = response;
  const wait = Number(response.headers.get('retry-after'));
  const message = `The server answered HTTP ${status}${statusText && ` ${statusText}`}.`;
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return new PassingError(message, wait > 0 ? 1000 * wait : undefined);
  const hint = status === 401 || status === 403 ? ' Check --token or --header.' : '';
  return new DicomWebError(message + hint, status);
}

function reasonOf(error: Error): string {
  const { cause } = error;
  const code = cause && typeof cause === 'object' && 'code' in cause ? String(cause.code) : undefined;
  return code ?? (error.name === 'TimeoutError' ? 'no answer in time' : error.message);
}

async function json({ body, contentType }: Answer): Promise<DicomJson[]> {
  if (body.length === 0) return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new DicomWebError(
      `The answer is no DICOM JSON (Content-Type ${contentType || 'not stated'}): is this the address of a DICOMweb service?`,
    );
  }
  return (Array.isArray(parsed) ? parsed : [parsed]) as DicomJson[];
}

function naturalise(dataset: DicomJson): Attributes {
  return dcmjs.data.DicomMetaDictionary.naturalizeDataset(dataset);
}

function itemsOf(element: { Value?: unknown[] } | undefined): DicomJson[] {
  return (element?.Value ?? []) as DicomJson[];
}

function failureReason(item: DicomJson): number {
  return Number(item['00081197']?.Value?.[0] ?? 0);
}

function instanceUid(item: DicomJson): string {
  return String(item['00081155']?.Value?.[0] ?? '');
}
