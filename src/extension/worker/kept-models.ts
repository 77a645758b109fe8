import type { FileStore } from '../../models/package';

const cacheName = 'ohif-extension-explain-models';

/** Files of all models and versions together; the largest shipped package has 17 MB. */
const mostBytes = 256e6;

/** Says how large an entry is without reading it. */
const sizeHeader = 'x-bytes';

/**
 * Where the browser keeps files of models, by their SHA-256: with the Cache API. Those that have been there longest go first once
 * there are too many.
 *
 * @returns undefined where the page has none: it is no secure context (plain http, but for localhost), or in a sandbox
 */
export function keptModels(
  storage: CacheStorage | undefined = pageCaches(),
  most = mostBytes,
): FileStore | undefined {
  if (!storage) return undefined;
  let last: Promise<void> = Promise.resolve();
  return {
    async find(sha256) {
      try {
        const found = await (await storage.open(cacheName)).match(addressOf(sha256));
        return found && new Uint8Array(await found.arrayBuffer());
      } catch {
        return undefined;
      }
    },
    keep(sha256, bytes) {
      // One after the other: each looks at what all take.
      last = last.then(() => put(storage, sha256, bytes, most)).catch(() => undefined);
      return last;
    },
  };
}

/** A page in a sandbox has the name, but may not use it. */
function pageCaches(): CacheStorage | undefined {
  try {
    return globalThis.caches;
  } catch {
    return undefined;
  }
}

async function put(storage: CacheStorage, sha256: string, bytes: Uint8Array, most: number): Promise<void> {
  if (bytes.length > most) return;
  const cache = await storage.open(cacheName);
  const entries = await Promise.all(
    (await cache.keys()).map(async key => ({ key, size: sizeOf(await cache.match(key)) })),
  );
  let total = entries.reduce((sum, { size }) => sum + size, bytes.length);
  for (const { key, size } of entries) {
    if (total <= most) break;
    await cache.delete(key);
    total -= size;
  }
  const headers = { 'content-type': 'application/octet-stream', [sizeHeader]: String(bytes.length) };
  await cache.put(addressOf(sha256), new Response(bytes as Uint8Array<ArrayBuffer>, { headers }));
}

/** What a cache takes as a key; nothing is ever fetched from there. */
function addressOf(sha256: string): string {
  return `https://ohif-extension-explain.invalid/sha256/${sha256}`;
}

function sizeOf(entry: Response | undefined): number {
  return Number(entry?.headers.get(sizeHeader)) || 0;
}
