import { duration, SilenceWatch } from '../workers/silence';
import { ModelPackageError } from './card';
import type { PackageReader } from './package';

/** How long a server may send nothing before a transfer is given up. */
const usualPatienceMs = 60_000;

/** Small files that say what the others are: always asked for anew, so that they are not older than those. */
const descriptions = ['model-card.json', 'index.json'];

/**
 * Reads a package over http(s).
 *
 * @param baseUrl address of the package folder
 * @param patienceMs how long the server may send nothing
 */
export function fetchReader(baseUrl: string, patienceMs = usualPatienceMs): PackageReader {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
  return async (path, onChunk, fresh = false) => {
    const url = base + path;
    const abort = new AbortController();
    let hung = false;
    const watch = new SilenceWatch(
      () => patienceMs,
      () => {
        hung = true;
        abort.abort();
      },
    );
    const missing = (reason: string): ModelPackageError =>
      new ModelPackageError(
        'missing',
        hung
          ? `${url}: the server sent nothing for ${duration(patienceMs)}. Try again; if it stays so, look at the server.`
          : reason,
      );
    const asking = descriptions.includes(path) ? 'no-cache' : 'default';
    watch.heard();
    try {
      const response = await fetch(url, { signal: abort.signal, cache: fresh ? 'reload' : asking }).catch(
        (error: Error) => {
          throw missing(`${url} cannot be reached: ${error.message}`);
        },
      );
      // A single-page viewer answers any unknown path with its index page, so a missing file looks like HTML.
      const isPage = (response.headers.get('content-type') ?? '').includes('text/html');
      if (!response.ok || isPage) {
        const reason = isPage ? 'the server answers with a web page instead' : `HTTP ${response.status}`;
        throw missing(`${url} is missing: ${reason}.`);
      }
      if (!response.body) return new Uint8Array(await response.arrayBuffer());
      return await readStream(response.body, chunk => {
        watch.heard();
        onChunk?.(chunk);
      }).catch((error: Error) => {
        throw missing(`${url}: the transfer broke off (${error.message}).`);
      });
    } finally {
      watch.stop();
    }
  };
}

async function readStream(
  body: ReadableStream<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    onChunk(value);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
