import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { openModel } from '../../src/cli/open-model';
import { synthesise } from '../../src/cli/synth';
import type { ModelPackage } from '../../src/models/package';
import { DicomWebClient, findImages, jsonLog, processImage, type Task } from '../../src/pacs';
import type { RetryPolicy, SearchFailure } from '../../src/pacs';

export const quickRetries: RetryPolicy = { retries: 2, firstDelayMs: 1, longestDelayMs: 5 };
const method = 'similar-adversarial';

/** Some phantom radiographs as DICOM files, name → bytes. */
export async function phantomFiles(count: number): Promise<Record<string, Uint8Array>> {
  const out = mkdtempSync(path.join(tmpdir(), 'explain-pacs-'));
  try {
    await synthesise({
      out,
      count,
      seed: 'pacs',
      size: { rows: 96, columns: 80 },
      positives: 0.5,
      photometric: 'both',
      modality: 'both',
      compression: 'none',
    });
    const names = readdirSync(out).filter(name => name.endsWith('.dcm'));
    return Object.fromEntries(names.map(name => [name, readFileSync(path.join(out, name))]));
  } finally {
    rmSync(out, { recursive: true });
  }
}

export async function openUntrained(folder: string): Promise<ModelPackage> {
  return (await openModel({ model: folder, method })).model;
}

/** A task against a server, and what it logs. */
export function taskFor(
  url: string,
  model: ModelPackage,
  change: Partial<Task> = {},
): { task: Task; run: (address: Parameters<typeof processImage>[1]) => ReturnType<typeof processImage> } {
  const task: Task = {
    client: new DicomWebClient({ url, retries: quickRetries }),
    model,
    settings: {
      methodId: method,
      methodTitle: 'Similar–Adversarial',
      generator: 'single2',
      augment: 0,
      seed: 0,
      backend: tf.getBackend(),
    },
    selection: { kinds: ['seg', 'pm', 'sc', 'sr'], percentiles: [90] },
    software: '0.0.0',
    ...change,
  };
  return { task, run: address => processImage(task, address) };
}

export function noFailure(failure: SearchFailure): never {
  throw new Error(`A search failed: ${failure.reason}`);
}

export function imagesOf(
  url: string,
  onFailure: (failure: SearchFailure) => void = noFailure,
): ReturnType<typeof findImages> {
  return findImages(
    new DicomWebClient({ url, retries: quickRetries }),
    { modalities: ['CR', 'DX'] },
    onFailure,
  );
}

/** A log that keeps its lines. */
export function memoryLog(): { log: ReturnType<typeof jsonLog>; text: () => string } {
  const lines: string[] = [];
  return { log: jsonLog(line => lines.push(line)), text: () => lines.join('') };
}

/** Stores files in an archive that already runs. */
export async function fill(url: string, files: Record<string, Uint8Array>): Promise<void> {
  for (const bytes of Object.values(files)) {
    const boundary = 'phantom';
    const body = Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
      bytes,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    const type = `multipart/related; type="application/dicom"; boundary=${boundary}`;
    const headers = { 'Content-Type': type, Accept: 'application/dicom+json' };
    const response = await fetch(`${url}/studies`, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(`The archive answered HTTP ${response.status}.`);
  }
}

/** How many instances of each SOP class an archive holds, and how many different ones. */
export async function census(
  url: string,
): Promise<{ instances: number; modalities: Record<string, number> }> {
  const headers = { Accept: 'application/dicom+json' };
  const studies = await (await fetch(`${url}/studies`, { headers })).json();
  let instances = 0;
  const modalities: Record<string, number> = {};
  for (const study of studies) {
    const uid = study['0020000D'].Value[0];
    const series = await (await fetch(`${url}/studies/${uid}/series`, { headers })).json();
    for (const one of series) {
      const seriesUid = one['0020000E'].Value[0];
      const found = await (
        await fetch(`${url}/studies/${uid}/series/${seriesUid}/instances`, { headers })
      ).json();
      const modality = one['00080060'].Value[0];
      modalities[modality] = (modalities[modality] ?? 0) + found.length;
      instances += found.length;
    }
  }
  return { instances, modalities };
}

/** A server whose answers a test writes. */
export async function startFake(
  answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void,
): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks)));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/dicom-web`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
