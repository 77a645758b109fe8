import type { IncomingMessage } from 'node:http';
import { createGzip } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { DicomWebClient, findImages } from '../../src/pacs';
import { readParts, writeParts } from '../../src/pacs/multipart';
import { said } from '../../src/io/harmless';
import { PassingError, withRetries } from '../../src/pacs/retry';
import { noFailure, quickRetries, startFake } from './fixtures';

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach(stop => stop()));

async function fake(...args: Parameters<typeof startFake>): Promise<string> {
  const { url, close } = await startFake(...args);
  stops.push(close);
  return url;
}

const client = (url: string, headers?: Record<string, string>): DicomWebClient =>
  new DicomWebClient({ url, headers, retries: quickRetries, timeoutMs: 500 });

describe('retries', () => {
  it('wait longer each time and end', async () => {
    const begin = performance.now();
    const tries: number[] = [];
    const action = async (): Promise<never> => {
      tries.push(performance.now() - begin);
      throw new PassingError(said`busy`);
    };
    const policy = { retries: 3, firstDelayMs: 20, longestDelayMs: 50 };
    await expect(withRetries(action, policy)).rejects.toThrow('busy');
    expect(tries).toHaveLength(4);
    const waits = tries.slice(1).map((time, i) => time - tries[i]);
    [20, 40, 50].forEach((wait, i) => expect(waits[i]).toBeGreaterThanOrEqual(wait - 2));
  });

  it('are for failures that may pass', async () => {
    let tries = 0;
    const action = async (): Promise<never> => {
      tries++;
      throw new Error('no');
    };
    await expect(withRetries(action, quickRetries)).rejects.toThrow('no');
    expect(tries).toBe(1);
  });

  it('bring an answer from a server that was busy', async () => {
    let asked = 0;
    const url = await fake((_request, response) => {
      asked++;
      if (asked < 3) response.writeHead(503).end();
      else response.end('[{"00080060":{"vr":"CS","Value":["CR"]}}]');
    });
    expect(await client(url).search('studies', {})).toMatchObject([{ Modality: 'CR' }]);
    expect(asked).toBe(3);
  });

  it('end with the reason when the server stays away', async () => {
    const url = await fake((_request, response) => response.writeHead(500).end());
    await expect(client(url).search('studies', {})).rejects.toThrow('HTTP 500');
    // What opens the server is not repeated.
    await expect(
      client('http://me:secret@127.0.0.1:9/dicom-web?key=secret').search('studies', {}),
    ).rejects.toThrow(/^(?!.*secret)/);
    await expect(client('http://127.0.0.1:1/dicom-web').search('studies', {})).rejects.toThrow(
      'The server cannot be reached (a port that HTTP is not spoken at): http://127.0.0.1:1/dicom-web. Check the address',
    );
    const silent = await fake(() => undefined);
    await expect(client(silent).search('studies', {})).rejects.toThrow(/no answer in time/);
  });
});

describe('a client', () => {
  it('sends its headers, and ends at once when they are refused', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const url = await fake((request, response) => {
      seen.push(request.headers);
      response.writeHead(request.headers.authorization === 'Bearer good' ? 204 : 401).end();
    });
    expect(await client(url, { Authorization: 'Bearer good', 'X-Site': 'a' }).search('studies', {})).toEqual(
      [],
    );
    expect(seen[0]).toMatchObject({ authorization: 'Bearer good', 'x-site': 'a' });
    await expect(client(url, { Authorization: 'Bearer bad' }).search('studies', {})).rejects.toThrow(
      /HTTP 401.*--token/,
    );
    expect(seen).toHaveLength(2);
  });

  it('says when an address is no DICOMweb service', async () => {
    const url = await fake((_request, response) =>
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'),
    );
    await expect(client(url).search('studies', {})).rejects.toThrow(/No DICOMweb: a web page.*text\/html/);
  });

  const object = { uid: '1.2', bytes: Uint8Array.of(1) };
  const failed = (reason: number): string =>
    JSON.stringify({
      '00081198': {
        vr: 'SQ',
        Value: [{ '00081155': { vr: 'UI', Value: ['1.2'] }, '00081197': { vr: 'US', Value: [reason] } }],
      },
    });

  it('takes an object that the archive holds already for stored', async () => {
    const url = await fake((_request, response) => response.writeHead(409).end(failed(0x0111)));
    expect(await client(url).store('1', [object])).toEqual({
      stored: [],
      present: ['1.2'],
      refused: [],
      unsaid: [],
    });
  });

  it('passes on why the archive refuses an object', async () => {
    const url = await fake((_request, response) => response.writeHead(409).end(failed(0xa900)));
    expect(await client(url).store('1', [object])).toMatchObject({
      stored: [],
      refused: [{ uid: '1.2', reason: 0xa900 }],
    });
  });

  it('asks for nothing that is no UID', async () => {
    const asked: string[] = [];
    const url = await fake((request, response) => {
      asked.push(request.url!);
      response.writeHead(204).end();
    });
    for (const uid of ['..', '1..2', '.', '', '1.2/../../x', '1.2?a', '1.2 ', '%2e%2e', '1'.repeat(65)]) {
      const address = { studyUid: '1.2', seriesUid: '1.3', instanceUid: '1.4' };
      for (const key of Object.keys(address)) {
        const bad = { ...address, [key]: uid };
        await expect(client(url).retrieve(bad), uid).rejects.toThrow(/no UID/);
        await expect(client(url).metadata(bad), uid).rejects.toThrow(/no UID/);
      }
      await expect(client(url).store(uid, [object]), uid).rejects.toThrow(/no UID/);
    }
    expect(asked).toEqual([]);
  });

  it.each([
    ['an error', '{"error":"no such tenant"}'],
    ['a list of errors', '[{"message":"Doe^Jane"}]'],
    ['text', '"ok"'],
    ['a number', '[1,2]'],
    ['nothing in brackets', '{}'],
    ['a list in a list', '[[]]'],
    ['null', 'null'],
  ])('does not take JSON of another kind for an empty list: %s', async (_name, text) => {
    const url = await fake((_request, response) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(text),
    );
    await expect(client(url).search('studies', {})).rejects.toThrow(/JSON that holds no DICOM attributes/);
  });

  it('does not take "not found" for an empty archive', async () => {
    const url = await fake((_request, response) => response.writeHead(404).end());
    await expect(client(url).search('studies', {})).rejects.toThrow(/HTTP 404 .*the address/);
    expect(await client(url).search('studies/1/series/2/instances', {}, { mayBeAbsent: true })).toEqual([]);
  });

  it('repeats no token that cannot be sent', async () => {
    const secret = 'secret\nof the site';
    const failing = client('http://127.0.0.1:1/dicom-web', { Authorization: `Bearer ${secret}` });
    await expect(failing.search('studies', {})).rejects.toThrow(/^(?!.*secret)/);
  });

  it('goes through all pages, also of a server that knows no offset', async () => {
    const studies = Array.from({ length: 250 }, (_, i) => ({ '0020000D': { vr: 'UI', Value: [`1.${i}`] } }));
    for (const takesOffset of [true, false]) {
      const asked: string[] = [];
      const url = await fake((request, response) => {
        const { pathname, searchParams } = new URL(request.url!, 'http://x');
        if (pathname.endsWith('/series')) {
          asked.push(pathname);
          return response.writeHead(204).end();
        }
        const offset = takesOffset ? Number(searchParams.get('offset')) : 0;
        const limit = takesOffset ? Number(searchParams.get('limit')) : 1000;
        return response.end(JSON.stringify(studies.slice(offset, offset + limit)));
      });
      for await (const image of findImages(client(url), { modalities: ['CR', 'DX'] }, noFailure)) void image;
      expect(asked).toHaveLength(250);
    }
  });
});

describe('the file of an instance', () => {
  const address = { studyUid: '1.2', seriesUid: '1.3', instanceUid: '1.4' };
  const file = new Uint8Array(300_000);
  file.set(Buffer.from('DICM'), 128);

  it('is taken, also one of many pieces, with a preamble or without parts', async () => {
    const { contentType, body } = writeParts([file], 'b');
    const preamble = Buffer.from('a few words before\r\n');
    for (const [type, answer] of [
      [contentType, body],
      [contentType, Buffer.concat([preamble, body])],
      ['application/dicom', file],
    ] as const) {
      const url = await fake((_request, response) =>
        response.writeHead(200, { 'Content-Type': type }).end(answer),
      );
      expect(Buffer.compare(await client(url).retrieve(address), file), type).toBe(0);
    }
  });

  it.each([
    ['application/dicom', ''],
    ['application/octet-stream', ''],
    ['multipart/related; boundary=b', ''],
    ['multipart/related; boundary=b', '--b\r\n\r\n'],
    ['multipart/related; boundary=b', `--b\r\n${'x'.repeat(2 ** 16)}`],
    ['multipart/related', ''],
  ])('is told from anything else by how it begins: %s, %s', async (type, begin) => {
    const url = await fake((_request, response) => {
      response.writeHead(200, { 'Content-Type': type, 'Content-Encoding': 'gzip' });
      const zip = createGzip({ level: 1 });
      zip.pipe(response);
      zip.write(begin);
      const more = (): void => {
        if (response.destroyed) return;
        zip.write(Buffer.alloc(2 ** 20), more);
      };
      more();
    });
    await expect(client(url).retrieve(address)).rejects.toThrow(/no answer of a DICOMweb service/);
  });

  it('is not larger than the largest image, nor an answer to a store or a search than what can be said of it', async () => {
    const announcing = (bytes: number): Promise<string> =>
      fake((_request, response) =>
        response
          .writeHead(200, { 'Content-Type': 'application/dicom', 'Content-Length': bytes })
          .flushHeaders(),
      );
    await expect(client(await announcing(272 * 2 ** 20 + 1)).retrieve(address)).rejects.toThrow(
      'more than 272 MiB',
    );
    const store = client(await announcing(2 ** 20 + 1)).store('1.2', [{ uid: '1.4', bytes: file }]);
    await expect(store).rejects.toThrow('more than 1 MiB');
    const search = client(await announcing(2 ** 24 + 1)).search('studies', {});
    await expect(search).rejects.toThrow('more than 16 MiB');
  });
});

describe('multipart', () => {
  it('is read as it is written, whatever the parts hold', () => {
    const parts = [
      Uint8Array.of(13, 10, 45, 45),
      new Uint8Array(),
      Uint8Array.from({ length: 300 }, (_, i) => i),
    ];
    const { contentType, body } = writeParts(parts, 'b-1');
    const read = [...readParts(contentType, body)];
    expect(read.map(part => [...part.body])).toEqual(parts.map(part => [...part]));
    expect(read[0].contentType).toBe('application/dicom');
  });

  it('cut off is refused', () => {
    const { contentType, body } = writeParts([Uint8Array.of(1, 2, 3)], 'b');
    expect(() => [...readParts(contentType, body.subarray(0, -6))]).toThrow(/cut off/);
    expect(() => [...readParts('multipart/related', body)]).toThrow(/no boundary/);
  });
});
