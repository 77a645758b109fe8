import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { checkToken } from './access';
import { appConfig, mounts } from './app-config';
import { allowedHosts, requestFault } from '../io/request-guard';
import { Problem } from './dicomweb/problem';
import { serveDicomWeb, type DicomWebOptions } from './dicomweb/routes';
import { codeOf } from './dicomweb/write-once';
import { commonHeaders, send, sendJson } from './http';
import { listModels } from './list-models';
import { sendFile } from './static-files';
import { serveStudy, viewerAddress, type StudyService } from './study/routes';
import { studyAccess, studyFilms } from './study/study-access';

/** What the viewer server serves. */
export interface ViewerServerOptions extends DicomWebOptions {
  /** Folder of the pre-built OHIF viewer. */
  viewerFolder: string;
  /** Folder of the built extension. */
  extensionFolder: string;
  /** Folder of the model packages. */
  modelsFolder: string;
  /** Address that the server will be bound to. */
  host: string;
  /** Further host names under which it may be asked for. */
  extraHosts?: string[];
  /** What every request must carry; without it none needs to. */
  token?: string;
  /** Certificate chain and private key (PEM); with them the connection is encrypted. */
  tls?: { cert: Buffer; key: Buffer };
  /** The reader study that is run from here. */
  study?: StudyService;
  /** Whether the panel asks readers what they say of an explanation. */
  answers?: boolean;
  /** Told of failures of the server's own; never of a patient. */
  onError?: (error: Error) => void;
}

/** Each connection may hold one file open; systems give a process 1024 of those, some fewer. */
const mostConnections = 200;

/** Makes the server of viewer, extension, models and DICOMweb; the caller lets it listen. */
export function createViewerServer(options: ViewerServerOptions): Server {
  const hosts = allowedHosts(options.host, options.extraHosts);
  const { token, tls } = options;
  const headers = headersFor(options.study?.archive);
  const access = options.study && studyAccess(options.study);
  const films = studyFilms(options.folder);
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    // A connection that breaks off ends one answer, not the server.
    response.on('error', () => response.destroy());
    answer(request, response).catch((error: Error) => refuse(response, error, options));
  };
  const patience = { headersTimeout: 10_000, requestTimeout: 120_000, connectionsCheckingInterval: 5000 };
  const server = tls ? createTlsServer({ ...patience, ...tls }, handle) : createServer(patience, handle);
  server.maxConnections = mostConnections;
  return server;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = parseUrl(request);
    const forImages = url.pathname === mounts.dicomWeb || url.pathname.startsWith(`${mounts.dicomWeb}/`);
    const fault = requestFault(request, hosts, forImages);
    if (fault) throw new Problem(fault.status, fault.reason, true);
    if (token !== undefined && checkToken(request, response, url, token, tls !== undefined)) return;
    if (forImages) {
      const baseUrl = `${tls ? 'https' : 'http'}://${request.headers.host}${mounts.dicomWeb}`;
      const resource = url.pathname.slice(mounts.dicomWeb.length);
      response.setHeader('Cache-Control', 'no-store');
      return serveDicomWeb({ ...options, access }, resource, {
        request,
        response,
        query: url.searchParams,
        baseUrl,
      });
    }
    const { study } = options;
    if (study && (url.pathname === mounts.study || url.pathname.startsWith(`${mounts.study}/`))) {
      const call = { request, response, url, secure: tls !== undefined };
      return serveStudy(study, films, url.pathname.slice(mounts.study.length), call);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new Problem(405, 'Only GET and HEAD are possible here.', true);
    }
    // OHIF's list of studies names patients and dates: a reader is asked for the code instead.
    if (study && (url.pathname === '/' || url.pathname === '/index.html')) {
      response.writeHead(303, { Location: viewerAddress(study.plan), 'Cache-Control': 'no-store' }).end();
      return;
    }
    if (url.pathname === '/app-config.js')
      return send(response, 200, 'text/javascript', appConfig(configurationOf(options)), noCache);
    // OHIF's service worker would fetch a library from another host.
    if (url.pathname === '/init-service-worker.js')
      return send(response, 200, 'text/javascript', '', noCache);
    if (url.pathname === `${mounts.models}/index.json`) {
      return sendJson(response, 200, await listModels(options.modelsFolder), 'application/json', noCache);
    }
    await sendStatic(options, request, response, url.pathname);
  }
}

/** Pages reach this server alone, and the archive of a study where that is another. */
function headersFor(archive: string | undefined): Record<string, string> {
  if (archive === undefined || !URL.canParse(archive)) return commonHeaders;
  const name = 'Content-Security-Policy';
  const policy = commonHeaders[name].replace("connect-src 'self'", `$& ${new URL(archive).origin}`);
  return { ...commonHeaders, [name]: policy };
}

function parseUrl(request: IncomingMessage): URL {
  const text = request.url ?? '/';
  if (!URL.canParse(text, 'http://server')) throw new Problem(400, 'The address is malformed.');
  return new URL(text, 'http://server');
}

/** What the extension is told: with a study, that the viewer is there for it alone. */
function configurationOf({ study, answers }: ViewerServerOptions): Record<string, unknown> | undefined {
  if (study) {
    const archive = study.archive === undefined ? [] : [`dicomweb:${study.archive}`];
    return { study: { plan: `${mounts.study}/plan.json`, results: [mounts.study, ...archive] } };
  }
  return answers ? { answers: true } : undefined;
}

const noCache = { 'Cache-Control': 'no-cache' };

/** Static files: the extension, the models, and the viewer, whose own routes all get its index page. */
function sendStatic(
  options: ViewerServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
): Promise<void> {
  for (const [mount, folder] of [
    [mounts.models, options.modelsFolder],
    [mounts.extension, options.extensionFolder],
  ] as const) {
    if (pathname.startsWith(`${mount}/`)) {
      return sendFile(request, response, folder, pathname.slice(mount.length));
    }
  }
  return sendFile(request, response, options.viewerFolder, pathname, 'index.html');
}

const clientLeft = new Set([
  'ERR_STREAM_PREMATURE_CLOSE',
  'ECONNRESET',
  'EPIPE',
  'ABORT_ERR',
  'ECONNABORTED',
]);

function refuse(response: ServerResponse, error: Error, options: ViewerServerOptions): void {
  const problem = error instanceof Problem ? error : undefined;
  // That a client goes away is no failure of the server.
  if (!problem && !clientLeft.has(codeOf(error))) options.onError?.(error);
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  if (problem?.status === 503) response.setHeader('Retry-After', '2');
  response.removeHeader('ETag');
  if (problem?.closeConnection) response.setHeader('Connection', 'close');
  const message = problem?.message ?? 'The server failed at this request; see where it was started.';
  sendJson(response, problem?.status ?? 500, { error: message });
}
