import { rmSync } from 'node:fs';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ModelPackage } from '../../src/models/package';
import { runImages, type Task } from '../../src/pacs';
import { untrainedPackage } from '../cli/untrained-package';
import { startServer, type TestServer } from '../viewer/test-server';
import { census, imagesOf, memoryLog, openUntrained, phantomFiles, startFake, taskFor } from './fixtures';

/** Stages of the work on one image. */
type Stage = 'search' | 'metadata' | 'retrieve' | 'store';
/** What goes wrong instead of, or after, the archive's own answer. */
type Mischief = (response: ServerResponse, genuine: Answer, request: IncomingMessage) => void;

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

const count = 2;
const patient = 'Doe^Jane';
const page = `<!DOCTYPE html>\n<html><title>Log in</title>${patient}</html>`;

const html: Mischief = response => response.writeHead(200, { 'Content-Type': 'text/html' }).end(page);
const failing: Mischief = response =>
  response.writeHead(500, `No ${patient}`, { 'Content-Type': 'text/html' }).end(page);
const redirected: Mischief = (response, _genuine, { url }) =>
  response.writeHead(302, { Location: `https://doe-jane-19700101.example/?from=${url}` }).end(page);
/** As HTTP lets a server say anything in place of the standard's words. */
const ownWords: Mischief = response => response.writeHead(418, `${patient} 19700101`).end(patient);
/** No HTTP: a header without a name, and two lengths. */
const noHttp: Mischief = ({ socket }) =>
  void socket?.end(
    `HTTP/1.1 200 OK\r\nX-${patient}: 1\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello`,
  );
const answering =
  (json: string): Mischief =>
  response =>
    void response.writeHead(200, { 'Content-Type': 'application/dicom+json' }).end(json);
/** An attribute that names the prototype of all objects. */
const prototype = answering(
  `[{"__proto__":{"vr":"PN","Value":["${patient}"]},"00100010":{"vr":"PN","Value":["${patient}"]}}]`,
);
/** Sequences deeper than any stack. */
const deep = answering(
  `[{"00081140":${'{"vr":"SQ","Value":[{"00081140":'.repeat(100_000)}{"vr":"PN","Value":["${patient}"]}${'}]}'.repeat(100_000)}}]`,
);
/** Items of three bytes each, of which a server needs to send a hundredth. */
const bomb: Mischief = response =>
  void response
    .writeHead(200, { 'Content-Type': 'application/dicom+json', 'Content-Encoding': 'gzip' })
    .end(gzipSync(`[{"00081140":{"vr":"SQ","Value":[${'{},'.repeat(700_000)}{}]}}]`));
/** Text where the header has numbers, and numbers that identify somebody. */
const wrongTypes: Mischief = (response, genuine) => {
  const [dataset] = JSON.parse(genuine.body.toString()) as Record<string, object>[];
  const text = { vr: 'CS', Value: [patient] };
  const number = { vr: 'IS', Value: [19700101] };
  const changed = {
    ...dataset,
    '00080060': text,
    '00280002': number,
    '00280010': number,
    '00280011': text,
    '00280008': number,
  };
  answering(JSON.stringify([changed]))(response, genuine, response.req);
};
const hungUp: Mischief = (response, { status, headers, body }) => {
  response.writeHead(status, { ...headers, 'content-length': String(body.length) });
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
};
const cutOff: Mischief = (response, { status, headers, body }) => {
  const half = body.subarray(0, body.length / 2);
  response.writeHead(status, { ...headers, 'content-length': String(half.length) }).end(half);
};
const jpeg: Mischief = response =>
  response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(Buffer.from(patient));
const silent: Mischief = response => response.writeHead(200).end();

let folder: string;
let model: ModelPackage;
let files: Record<string, Uint8Array>;
let archive: TestServer;
const ends: (() => void)[] = [];

beforeAll(async () => {
  folder = await untrainedPackage();
  model = await openUntrained(folder);
  files = await phantomFiles(count);
}, 120_000);
beforeEach(async () => {
  archive = await startServer(files, { uploadLimit: 2 ** 26 });
});
afterEach(async () => {
  ends.splice(0).forEach(end => end());
  await archive.close();
});
afterAll(() => {
  model?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts mischief in front of the archive, at one stage, for the first requests or all. */
async function behind(mischief: Mischief, at: Stage, times = Infinity): Promise<string> {
  let left = times;
  const { url, close } = await startFake((incoming, outgoing, body) => {
    forward(incoming, body, genuine => {
      if (stageOf(incoming) === at && left-- > 0) return mischief(outgoing, genuine, incoming);
      outgoing.writeHead(genuine.status, genuine.headers).end(genuine.body);
    });
  });
  ends.push(close);
  return url;
}

function stageOf({ method, url = '' }: IncomingMessage): Stage {
  if (method === 'POST') return 'store';
  if (url.endsWith('/metadata')) return 'metadata';
  return /\/instances\/[\d.]+$/.test(url) ? 'retrieve' : 'search';
}

function forward(incoming: IncomingMessage, body: Buffer, then: (answer: Answer) => void): void {
  const { hostname, port } = new URL(archive.web);
  const { method, headers, url } = incoming;
  request(
    { hostname, port, method, headers: { ...headers, host: `${hostname}:${port}` }, path: url },
    answer => {
      const chunks: Buffer[] = [];
      answer.on('data', chunk => chunks.push(chunk));
      answer.on('end', () =>
        then({
          status: answer.statusCode ?? 502,
          headers: withoutLength(answer.headers),
          body: Buffer.concat(chunks),
        }),
      );
    },
  ).end(body);
}

function withoutLength({ ...headers }: IncomingMessage['headers']): IncomingMessage['headers'] {
  delete headers['transfer-encoding'];
  delete headers['content-length'];
  return headers;
}

/** Explains all images; the log, and what ended the run where something did. */
async function explainAll(url: string, change: Partial<Task> = {}) {
  const { log, text } = memoryLog();
  const { run } = taskFor(url, model, change);
  const outcome = await runImages(imagesOf(url), run, log).then(
    tally => ({ tally, ended: '' }),
    (error: Error) => ({ tally: undefined, ended: error.message }),
  );
  const said = text() + outcome.ended;
  expect(said).not.toMatch(/doe\b|jane|19700101/i);
  expect(said).not.toMatch(/2\.25\.\d|1\.2\.\d/);
  return { ...outcome, text: text() };
}

const complete = { instances: 5 * count };

describe('a log-in page in place of the archive’s answer ends the run and says so', () => {
  it.each<[string, Stage, Mischief, RegExp]>([
    ['HTML', 'search', html, /web page .*log in .*text\/html.*--token/],
    ['HTML', 'metadata', html, /web page .*log in .*text\/html.*--token/],
    ['HTML', 'retrieve', html, /web page .*log in .*text\/html.*--token/],
    ['HTML', 'store', html, /web page .*log in .*text\/html.*--token/],
    ['a redirection', 'search', redirected, /HTTP 302 Found, to another server\. Check --token/],
    ['a redirection', 'retrieve', redirected, /HTTP 302 Found, to another server\. Check --token/],
    ['a redirection', 'store', redirected, /HTTP 302 Found, to another server\. Check --token/],
  ])('%s, at %s', { timeout: 60_000 }, async (_name, stage, mischief, message) => {
    const { ended } = await explainAll(await behind(mischief, stage));
    expect(ended).toMatch(message);
    // What was not stored is made by the next run.
    expect((await explainAll(archive.web)).tally).toMatchObject({ failed: 0 });
    expect(await census(archive.web)).toMatchObject(complete);
  });
});

describe('a failure that stays is noted, and the other images are tried', () => {
  it.each<[string, Stage, Mischief, RegExp]>([
    ['HTTP 500 with a page', 'metadata', failing, /The server answered HTTP 500 Internal Server Error\./],
    ['HTTP 500 with a page', 'store', failing, /The server answered HTTP 500 Internal Server Error\./],
    ['a closed connection', 'retrieve', hungUp, /The answer broke off \(UND_ERR_SOCKET\)/],
    ['a multipart answer cut off', 'retrieve', cutOff, /multipart answer is cut off/],
    [
      'another type of content',
      'retrieve',
      jpeg,
      /no answer of a DICOMweb service \(Content-Type image\/jpeg\)/,
    ],
    ['no metadata', 'metadata', silent, /no metadata of an instance/],
    ['a status with words of its own', 'metadata', ownWords, /The server answered HTTP 418 I'm a Teapot\./],
    ['what is no HTTP', 'metadata', noHttp, /The server cannot be reached \(no reason known\)/],
    ['an attribute named __proto__', 'metadata', prototype, /JSON that holds no DICOM attributes/],
    ['millions of empty items', 'metadata', bomb, /more than 1048576 values/],
    ['endlessly nested sequences', 'metadata', deep, /JSON that holds no DICOM attributes/],
  ])('%s, at %s', { timeout: 60_000 }, async (_name, stage, mischief, message) => {
    const { tally, text } = await explainAll(await behind(mischief, stage));
    expect(tally).toMatchObject({ explained: 0, failed: count });
    expect(text.match(/"event":"failed"/g)).toHaveLength(count);
    expect(text).toMatch(message);
    expect((await explainAll(archive.web)).tally).toMatchObject({ failed: 0 });
    expect(await census(archive.web)).toMatchObject(complete);
  });
});

describe('an archive that writes names and numbers anywhere', () => {
  it('finds none of them in the log, where the image is refused', { timeout: 60_000 }, async () => {
    const { tally, text } = await explainAll(await behind(wrongTypes, 'metadata'));
    expect(tally).toMatchObject({ refused: count });
    expect(text).toContain('Modality is a value that this log does not repeat');
  });

  it.each([
    ['http://127.0.0.1:PORT/doe', 'to another path of this server'],
    ['/doe', 'to another path of this server'],
    ['http://127.0.0.1:1970/doe', 'to another port of this server'],
    ['https://127.0.0.1:PORT/', 'to https on this server'],
    ['https://doe:jane@doe.example/jane', 'to another server'],
    ['javascript:doe', 'to nowhere'],
    ['http://[doe', 'to nowhere'],
  ])('is said to redirect, without the address: %s', async (location, direction) => {
    const { url, close } = await startFake((_incoming, outgoing) => {
      outgoing.writeHead(302, { Location: location.replace('PORT', new URL(url).port) }).end();
    });
    ends.push(close);
    expect((await explainAll(url)).ended).toContain(`HTTP 302 Found, ${direction}. Check --token`);
  });
});

describe('a failure that passes is got over', () => {
  it.each<[string, Stage, Mischief]>([
    ['HTTP 500 with a page', 'search', failing],
    ['a closed connection', 'search', hungUp],
    ['a closed connection', 'retrieve', hungUp],
    ['a multipart answer cut off', 'retrieve', cutOff],
    // The archive had stored them: the second attempt is told that they are there.
    ['a closed connection', 'store', hungUp],
    ['HTTP 500 with a page', 'store', failing],
  ])('%s, at %s', { timeout: 60_000 }, async (_name, stage, mischief) => {
    const { tally } = await explainAll(await behind(mischief, stage, 2));
    expect(tally).toEqual({ explained: count, alreadyDone: 0, refused: 0, toDo: 0, failed: 0 });
    expect(await census(archive.web)).toMatchObject(complete);
  });
});

describe('an archive that stores without a word', () => {
  it('is asked whether it holds the results', { timeout: 60_000 }, async () => {
    const { tally } = await explainAll(await behind(silent, 'store'));
    expect(tally).toMatchObject({ explained: count, failed: 0 });
    expect(await census(archive.web)).toMatchObject(complete);
  });

  it('is not believed where it does not', { timeout: 60_000 }, async () => {
    const { url, close } = await startFake((incoming, outgoing, body) => {
      if (stageOf(incoming) === 'store') return outgoing.writeHead(200).end();
      forward(incoming, body, ({ status, headers, body: content }) =>
        outgoing.writeHead(status, headers).end(content),
      );
    });
    ends.push(close);
    const { tally, text } = await explainAll(url);
    expect(tally).toMatchObject({ explained: 0, failed: count });
    expect(text).toMatch(/without a word .* does not list seg, pm, sc, sr afterwards/);
  });
});

describe('an archive that holds the results already', () => {
  /** The archive stores what it gets, then answers as if it had been there before. */
  const repeated =
    (status: number, reason: number | undefined): Mischief =>
    (response, { body }) => {
      const stored = JSON.parse(body.toString())['00081199'].Value as Record<string, unknown>[];
      const failed = stored.map(item => ({
        '00081155': item['00081155'],
        ...(reason && { '00081197': { vr: 'US', Value: [reason] } }),
      }));
      const answer = reason === undefined ? '' : JSON.stringify({ '00081198': { vr: 'SQ', Value: failed } });
      response.writeHead(status, { 'Content-Type': 'application/dicom+json' }).end(answer);
    };

  it.each<[string, number, number | undefined]>([
    ['the standard’s Duplicate SOP Instance', 409, 0x0111],
    ['45070 of Microsoft’s DICOM service', 409, 45070],
    ['272, which Google’s gives to other bytes of one UID', 409, 272],
    ['a reason of its own', 202, 0xc123],
    ['a conflict without a word', 409, undefined],
  ])('is believed by what it lists: %s', { timeout: 60_000 }, async (_name, status, reason) => {
    const { tally } = await explainAll(await behind(repeated(status, reason), 'store'));
    expect(tally).toMatchObject({ explained: count, failed: 0 });
    expect(await census(archive.web)).toMatchObject(complete);
  });

  it.each<[string, number, number | undefined, RegExp]>([
    ['272', 409, 272, /refused 4 of 4 objects \(failure reason 0x0110\)/],
    ['no reason', 409, undefined, /refused 4 of 4 objects \(failure reason not stated\)/],
  ])(
    'is not believed where it lists nothing: %s',
    { timeout: 60_000 },
    async (_name, status, reason, said) => {
      const url = await withoutStoring(outgoing => outgoing.writeHead(status), reason);
      const { tally, text } = await explainAll(url);
      expect(tally).toMatchObject({ explained: 0, failed: count });
      expect(text).toMatch(said);
    },
  );
});

it(
  'an archive that names other objects than those sent has stored nothing',
  { timeout: 60_000 },
  async () => {
    const others = ['2.25.1', '2.25.2', '2.25.3', '2.25.4'];
    const { url, close } = await startFake((incoming, outgoing, body) => {
      if (stageOf(incoming) !== 'store')
        return forward(incoming, body, ({ status, headers, body: content }) =>
          outgoing.writeHead(status, headers).end(content),
        );
      const Value = others.map(uid => ({ '00081155': { vr: 'UI', Value: [uid] } }));
      return outgoing.writeHead(200).end(JSON.stringify({ '00081199': { vr: 'SQ', Value } }));
    });
    ends.push(close);
    const { tally, text } = await explainAll(url);
    expect(tally).toMatchObject({ explained: 0, failed: count });
    expect(text).toMatch(/does not list seg, pm, sc, sr afterwards/);
  },
);

/** An archive that stores nothing and refuses every object. */
async function withoutStoring(
  head: (outgoing: ServerResponse) => ServerResponse,
  reason: number | undefined,
): Promise<string> {
  const { url, close } = await startFake((incoming, outgoing, body) => {
    if (stageOf(incoming) !== 'store')
      return forward(incoming, body, ({ status, headers, body: content }) =>
        outgoing.writeHead(status, headers).end(content),
      );
    const uids = body.toString('latin1').match(/2\.25\.\d+/g) ?? [];
    const Value = [...new Set(uids)].map(uid => ({
      '00081155': { vr: 'UI', Value: [uid] },
      '00081197': { vr: 'US', Value: [reason] },
    }));
    const answer = reason === undefined ? '' : JSON.stringify({ '00081198': { vr: 'SQ', Value } });
    return head(outgoing).end(answer);
  });
  ends.push(close);
  return url;
}

it('another image than the one asked for is not explained in its place', { timeout: 60_000 }, async () => {
  let first: Answer | undefined;
  const swap: Mischief = (response, genuine) => {
    first ??= genuine;
    response.writeHead(first.status, first.headers).end(first.body);
  };
  const { tally, text } = await explainAll(await behind(swap, 'retrieve'));
  expect(tally).toMatchObject({ explained: 1, failed: 1 });
  expect(text).toMatch(/sent another image than the one asked for/);
});

it('an answer larger than any file is not read to its end', { timeout: 60_000 }, async () => {
  const { task } = taskFor(archive.web, model);
  const url = await behind((response, { status, headers, body }) => {
    response.writeHead(status, headers);
    response.write(body.subarray(0, body.length - 20));
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(2 ** 16)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  }, 'retrieve');
  const { DicomWebClient } = await import('../../src/pacs');
  const small = new DicomWebClient({ url, limits: { attributes: 2 ** 20, file: 2 ** 22 } });
  const { text, tally } = await explainAll(url, { ...task, client: small });
  expect(tally).toMatchObject({ failed: count });
  expect(text).toMatch(/The answer has more than 4 MiB/);
});
