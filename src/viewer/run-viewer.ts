import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import path from 'node:path';
import { createSecureContext } from 'node:tls';
import { makeToken, shortestToken } from './access';
import { extensionModule, mounts } from './app-config';
import { DicomFolder, type FolderSummary } from './dicomweb/dicom-folder';
import { failureLine } from './failure-line';
import { isLoopback } from '../io/request-guard';
import { MemoryBudget } from './memory-budget';
import { openBrowser } from './open-browser';
import { listModels } from './list-models';
import { cacheFolder, packageRoot, shippedModels } from './paths';
import { createViewerServer } from './server';
import { openStudyFolder, type StudyFolder } from './study/study-folder';
import { defaultOhifVersion, viewerDist } from './viewer-dist';
import { counted } from '../io/counted';

/** What `explain viewer` was asked for. */
export interface ViewerOptions {
  /** Folder of DICOM files; the sample study without it. */
  data?: string;
  /** Folder that saved results are written to; the data folder, or one of the user's own beside the sample study. */
  store?: string;
  port?: number;
  host?: string;
  /** Must be given for an address that other machines can reach. */
  allowNetwork?: boolean;
  /** Ask every request for a token, on an address of this machine too. */
  requireToken?: boolean;
  /** The token; one is made without it. */
  token?: string;
  /** Files of the certificate chain and of its private key (PEM), for an encrypted connection. */
  certificate?: string;
  key?: string;
  /** Further host names under which the server may be asked for. */
  allowHost?: string[];
  /** Folder of model packages; the shipped ones without it. */
  models?: string;
  ohif?: string;
  /** Folder of a reader study: the viewer is there for it alone. */
  study?: string;
  /** The panel asks readers what they say of an explanation. */
  answers?: boolean;
  /** Let the coordinator's page show what was answered. */
  studyAnswers?: boolean;
  /** Root of a DICOMweb archive that keeps answers too. */
  studyArchive?: string;
  /** Opens the coordinator's page; one is made without it. */
  studyKey?: string;
  open?: boolean;
  /** Name damaged files; their names may tell of patients, so this has to be asked for. */
  verbose?: boolean;
}

/** A reason why the viewer cannot start that its user can do something about. */
class ViewerStartError extends Error {}

/** A running viewer server. */
export interface RunningViewer {
  /** Address to open, e.g. `http://127.0.0.1:3000/`; with the token where one is asked for. */
  address: string;
  /** Of a reader study: the coordinator's page, with its key, and where each reader begins, with the reader's. */
  study?: { coordinator: string; readers: { reader: string; address: string }[] };
  /** Ends the server and its connections. */
  close(): Promise<void>;
}

const uploadLimit = 512 * 2 ** 20;
/** What all requests together may hold in memory; two bounds, so that neither kind keeps the other waiting. */
const memory = { requests: 512 * 2 ** 20, answers: 512 * 2 ** 20 };

/**
 * Starts the viewer: OHIF with the extension, over a folder of DICOM files.
 *
 * @param print takes lines for the user; they hold nothing of a patient
 * @throws ViewerStartError with what to do about it
 */
export async function runViewer(
  options: ViewerOptions,
  print: (line: string) => void,
): Promise<RunningViewer> {
  const host = options.host ?? '127.0.0.1';
  const port = options.port ?? 3000;
  const tls = readTls(options);
  const token = chooseToken(host, options);
  checkHost(host, options.allowNetwork ?? false, tls !== undefined, print);
  const modelsFolder = await modelsOf(options);
  const extensionFolder = findExtension();
  const viewerFolder = await viewerDist(options.ohif ?? defaultOhifVersion, cacheFolder(), print);
  const requests = new MemoryBudget(memory.requests);
  const study = options.study === undefined ? undefined : await openStudyFolder(path.resolve(options.study));
  const coordinatorKey = options.studyKey ?? makeToken();
  const folder = new DicomFolder(foldersOf(options));
  await folder.refresh();
  for (const line of describeFolder(folder.summary(), options)) print(line);
  const server = createViewerServer({
    folder,
    uploadLimit,
    memory: { requests, answers: new MemoryBudget(memory.answers) },
    token,
    study: study && {
      ...study,
      coordinatorKey,
      showAnswers: options.studyAnswers ?? false,
      archive: options.studyArchive,
      memory: requests,
    },
    answers: options.answers ?? false,
    tls,
    viewerFolder,
    extensionFolder,
    modelsFolder,
    host,
    extraHosts: options.allowHost,
    onStore: (stored, failed) =>
      print(`Stored ${counted(stored, 'instance')}${failed ? `, refused ${failed}` : ''}.`),
    onError: error => print(failureLine(error)),
  });
  const origin = await listen(server, host, port, tls ? 'https' : 'http');
  const address = token === undefined ? origin : `${origin}?token=${token}`;
  if (options.open) openBrowser(address);
  return {
    address,
    ...(study && {
      study: studyAddresses(`${origin}${mounts.study.slice(1)}`, study, token, coordinatorKey),
    }),
    close: () => close(server),
  };
}

function studyAddresses(
  study: string,
  { keys }: StudyFolder,
  token: string | undefined,
  coordinatorKey: string,
): NonNullable<RunningViewer['study']> {
  const opened = (page: string, key: string): string =>
    `${study}${page}?${token === undefined ? '' : `token=${token}&`}key=${key}`;
  return {
    coordinator: opened('/', coordinatorKey),
    readers: [...keys].map(([reader, key]) => ({ reader, address: opened(`/read/${reader}`, key) })),
  };
}

function checkHost(host: string, allowed: boolean, encrypted: boolean, print: (line: string) => void): void {
  if (isLoopback(host)) return;
  if (!allowed) {
    throw new ViewerStartError(
      `${host} can be reached from other machines. If that is wanted, add --allow-network: whoever has the token that is ` +
        'then asked for can see and add images.',
    );
  }
  print(`WARNING: other machines can reach ${host}. Whoever has the token can see and add images.`);
  if (!encrypted) {
    print(
      'WARNING: token and images cross the network unencrypted: add --certificate and --key, or use a proxy.',
    );
  }
}

/** The token that requests must carry: none on an address of this machine, unless it is wanted there too. */
function chooseToken(host: string, options: ViewerOptions): string | undefined {
  const { token } = options;
  if (token !== undefined && !(token.length >= shortestToken && /^[\w.~-]+$/.test(token))) {
    throw new ViewerStartError(
      `EXPLAIN_TOKEN must have at least ${shortestToken} letters, digits or . _ ~ -; without it a token is made.`,
    );
  }
  const wanted = options.allowNetwork || options.requireToken || !isLoopback(host);
  return token ?? (wanted ? makeToken() : undefined);
}

function readTls({ certificate, key }: ViewerOptions): { cert: Buffer; key: Buffer } | undefined {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    throw new ViewerStartError('--certificate and --key belong together: give both.');
  }
  try {
    const tls = { cert: readFileSync(certificate), key: readFileSync(key) };
    createSecureContext(tls);
    return tls;
  } catch (error) {
    throw new ViewerStartError(
      `--certificate and --key must be PEM files that belong together: ${(error as Error).message}`,
    );
  }
}

function findExtension(): string {
  const folder = path.join(packageRoot(), 'dist', 'extension');
  if (!existsSync(path.join(folder, extensionModule))) {
    throw new ViewerStartError('The extension is not built yet: run "npm run build" first.');
  }
  return folder;
}

/** The folder of the model packages. @throws ViewerStartError where none is in it: the panel would have no model to offer */
async function modelsOf({ models }: ViewerOptions): Promise<string> {
  if (models === undefined) return shippedModels();
  const folder = givenFolder(models, '--models takes a folder of model packages');
  if ((await listModels(folder)).length > 0) return folder;
  const hint = existsSync(path.join(folder, 'model-card.json'))
    ? ` It is a package itself: give ${path.dirname(folder)}.`
    : '';
  throw new ViewerStartError(
    `${folder} holds no model package: --models takes the folder above packages, each a folder with a model-card.json.${hint}`,
  );
}

/** Whole path of a folder that was given. @throws ViewerStartError where it is none */
function givenFolder(given: string, takes: string): string {
  const folder = path.resolve(given);
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new ViewerStartError(`${folder} is not a folder: ${takes}.`);
  return folder;
}

function foldersOf(options: ViewerOptions): { read: string[]; write: string } {
  if (options.data !== undefined) {
    const data = givenFolder(options.data, '--data takes a folder of DICOM files');
    return { read: [data], write: path.resolve(options.store ?? data) };
  }
  // The sample study is part of the package and stays as it is; what is saved goes beside it.
  return {
    read: [path.join(packageRoot(), 'sample')],
    write: path.resolve(options.store ?? path.join(cacheFolder(), 'stored')),
  };
}

/** The summary as lines. File names appear only when asked for: they may tell of patients. */
export function describeFolder(
  summary: FolderSummary,
  { data, verbose = false }: Pick<ViewerOptions, 'data' | 'verbose'>,
): string[] {
  const { studies, instances } = summary;
  const lines = [
    `${counted(studies, 'study', 'studies')} of ${counted(instances, 'DICOM file')} (images, and whatever else is stored of them).`,
  ];
  if (data !== undefined && instances === 0) {
    lines.push(
      `NOTE: no DICOM image was found in ${path.resolve(data)}, so the study list is empty. What is put there later is listed when the list is loaded anew.`,
    );
  }
  // Beside the sample study lie its truth and what it is.
  if (data !== undefined && summary.notDicom > 0)
    lines.push(
      `Beside them ${counted(summary.notDicom, 'file')} that ${summary.notDicom === 1 ? 'is' : 'are'} no DICOM.`,
    );
  const groups: [string, string[]][] = [
    ['listed although cut off or damaged', summary.damaged.map(({ path, damage }) => `${path}: ${damage}`)],
    ['not listed, too damaged to tell what they are', summary.unreadable],
    ['not listed, since another file has the same SOP Instance UID', summary.repeated],
  ];
  for (const [what, files] of groups) {
    if (files.length === 0) continue;
    lines.push(`Note: ${counted(files.length, 'file')} ${what}${verbose ? ':' : ' (--verbose names them).'}`);
    if (verbose) lines.push(...files.map(file => `  ${file}`));
  }
  return lines;
}

function listen(server: Server, host: string, port: number, scheme: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explainListenError(error, host, port)));
    server.listen(port, host, () => {
      const bound = server.address();
      const boundPort = typeof bound === 'object' && bound ? bound.port : port;
      const name =
        host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
      resolve(`${scheme}://${name}:${boundPort}/`);
    });
  });
}

function explainListenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new ViewerStartError(
      `Port ${port} is in use, perhaps by a viewer that is already running. Stop that one, or choose another port ` +
        `with --port ${port + 1} (npm start -- --port ${port + 1}); --port 0 takes any free one.`,
    );
  }
  if (error.code === 'EACCES') {
    return new ViewerStartError(
      `Port ${port} may not be used by this account: choose one above 1023 with --port.`,
    );
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new ViewerStartError(`${host} is not an address of this machine: see --host.`);
  }
  return error;
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
