import { existsSync, readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import sirv, { type RequestHandler } from 'sirv';
import { appConfig, mounts } from './app-config';
import { Problem } from './dicomweb/problem';
import { serveDicomWeb, type DicomWebOptions } from './dicomweb/routes';
import { allowedHosts, checkRequest } from './guard';
import { commonHeaders, send, sendJson } from './http';

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
  /** Told of failures of the server's own; never of a patient. */
  onError?: (error: Error) => void;
}

/** Makes the server of viewer, extension, models and DICOMweb; the caller lets it listen. */
export function createViewerServer(options: ViewerServerOptions): Server {
  const hosts = allowedHosts(options.host, options.extraHosts);
  const files = fileHandler(options);
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value);
    answer(request, response).catch((error: Error) => refuse(response, error, options));
  });
  server.requestTimeout = 120_000;
  return server;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    checkRequest(request, hosts);
    const url = parseUrl(request);
    if (url.pathname === mounts.dicomWeb || url.pathname.startsWith(`${mounts.dicomWeb}/`)) {
      const baseUrl = `http://${request.headers.host}${mounts.dicomWeb}`;
      const resource = url.pathname.slice(mounts.dicomWeb.length);
      response.setHeader('Cache-Control', 'no-store');
      return serveDicomWeb(options, resource, { request, response, query: url.searchParams, baseUrl });
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new Problem(405, 'Only GET and HEAD are possible here.', true);
    }
    if (url.pathname === '/app-config.js')
      return send(response, 200, 'text/javascript', appConfig(), noCache);
    // OHIF's service worker would fetch a library from another host.
    if (url.pathname === '/init-service-worker.js')
      return send(response, 200, 'text/javascript', '', noCache);
    if (url.pathname === `${mounts.models}/index.json`) {
      return sendJson(response, 200, listModels(options.modelsFolder), 'application/json', noCache);
    }
    files(request, response);
  }
}

function parseUrl(request: IncomingMessage): URL {
  const text = request.url ?? '/';
  if (!URL.canParse(text, 'http://server')) throw new Problem(400, 'The address is malformed.');
  return new URL(text, 'http://server');
}

const noCache = { 'Cache-Control': 'no-cache' };

/** Ids of the model packages that are there: the folders that hold a model card. */
function listModels(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter(entry => existsSync(path.join(folder, entry.name, 'model-card.json')))
    .map(entry => entry.name)
    .sort();
}

/** Static files: the extension, the models, and the viewer, whose own routes all get its index page. */
function fileHandler(options: ViewerServerOptions): RequestHandler {
  const fixed = { dev: true, dotfiles: false, etag: true, setHeaders: addType };
  const extension = sirv(options.extensionFolder, fixed);
  const models = sirv(options.modelsFolder, fixed);
  const viewer = sirv(options.viewerFolder, { ...fixed, single: true });
  return (request, response) => {
    const missing = () =>
      sendJson(response, 404, { error: 'There is no such file.' }, 'application/json', noCache);
    const { pathname } = parseUrl(request);
    response.setHeader('Cache-Control', 'no-cache');
    for (const [mount, handler] of [
      [mounts.models, models],
      [mounts.extension, extension],
    ] as const) {
      if (!pathname.startsWith(`${mount}/`)) continue;
      request.url = pathname.slice(mount.length);
      return handler(request, response, missing);
    }
    viewer(request, response, missing);
  };
}

function addType(response: ServerResponse, pathname: string): void {
  if (pathname.endsWith('.mjs')) response.setHeader('Content-Type', 'text/javascript');
  if (pathname.endsWith('.wasm')) response.setHeader('Content-Type', 'application/wasm');
}

function refuse(response: ServerResponse, error: Error, options: ViewerServerOptions): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem = error instanceof Problem ? error : undefined;
  if (!problem) options.onError?.(error);
  if (problem?.closeConnection) response.setHeader('Connection', 'close');
  const message = problem?.message ?? 'The server failed at this request; see where it was started.';
  sendJson(response, problem?.status ?? 500, { error: message });
}
