import { expect, test } from 'vitest';
import { keptModels } from '../../src/extension/worker/kept-models';

/** As much of the Cache API as is used, in insertion order as the standard has it. */
function fakeStorage(fails = false) {
  const entries = new Map<string, Response>();
  const cache = {
    match: async (key: string | Request) => entries.get(typeof key === 'string' ? key : key.url)?.clone(),
    keys: async () => [...entries.keys()].map(url => new Request(url)),
    delete: async (key: Request) => entries.delete(key.url),
    put: async (key: string, response: Response) => {
      if (fails) throw new DOMException('full', 'QuotaExceededError');
      entries.delete(key);
      entries.set(key, response);
    },
  };
  return { entries, storage: { open: async () => cache } as unknown as CacheStorage };
}

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

test('a file comes back by its hash', async () => {
  const { storage } = fakeStorage();
  const store = keptModels(storage)!;
  expect(await store.find('aa')).toBeUndefined();
  await store.keep('aa', bytes(10, 7));
  expect(await store.find('aa')).toEqual(bytes(10, 7));
});

test('those that have been there longest go first where there are too many bytes', async () => {
  const { storage, entries } = fakeStorage();
  const store = keptModels(storage, 100)!;
  // At once, as a package's files come.
  await Promise.all([store.keep('aa', bytes(40, 1)), store.keep('bb', bytes(40, 2))]);
  await store.keep('cc', bytes(50, 3));
  expect(await store.find('aa')).toBeUndefined();
  expect(await store.find('bb')).toEqual(bytes(40, 2));
  expect(await store.find('cc')).toEqual(bytes(50, 3));
  await store.keep('dd', bytes(101, 4));
  expect(await store.find('dd'), 'larger than all may be').toBeUndefined();
  expect(entries.size).toBe(2);
});

test('a full disk or a forbidden cache fails nothing', async () => {
  const store = keptModels(fakeStorage(true).storage)!;
  await expect(store.keep('aa', bytes(10, 1))).resolves.toBeUndefined();
  const forbidden = { open: () => Promise.reject(new Error('denied')) } as unknown as CacheStorage;
  await expect(keptModels(forbidden)!.find('aa')).resolves.toBeUndefined();
});

test('a page over plain http has none', () => {
  expect(keptModels(undefined)).toBeUndefined();
});
