import { ModelPackageError } from './card';
import type { PackageReader } from './package';

/**
 * Reads a package over http(s).
 *
 * @param baseUrl address of the package folder
 */
export function fetchReader(baseUrl: string): PackageReader {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
  return async (path, onBytes) => {
    const url = base + path;
    const response = await fetch(url).catch((error: Error) => {
      throw new ModelPackageError('missing', `${url} cannot be reached: ${error.message}`);
    });
    // A single-page viewer answers any unknown path with its index page, so a missing file looks like HTML.
    const isPage = (response.headers.get('content-type') ?? '').includes('text/html');
    if (!response.ok || isPage) {
      const reason = isPage ? 'the server answers with a web page instead' : `HTTP ${response.status}`;
      throw new ModelPackageError('missing', `${url} is missing: ${reason}.`);
    }
    if (!response.body) return new Uint8Array(await response.arrayBuffer());
    return readStream(response.body, onBytes).catch((error: Error) => {
      throw new ModelPackageError('missing', `${url}: the transfer broke off (${error.message}).`);
    });
  };
}

async function readStream(
  body: ReadableStream<Uint8Array>,
  onBytes?: (loaded: number) => void,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    onBytes?.(length);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
