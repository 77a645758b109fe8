import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dicomFile, image, words } from './dicom-bytes';
import { startServer, type TestServer } from './test-server';

const uids = { study: '1.1', series: '1.1.2', instance: '1.1.2.1' };
const present = dicomFile(image({ study: '1.1', series: '1.1.1', instance: '1.1.1.1' }));
const fresh = dicomFile(image(uids));
const dicomParts = 'multipart/related; type="application/dicom"; boundary=XX';

let server: TestServer;
beforeEach(async () => {
  server = await startServer({ 'present.dcm': present }, { uploadLimit: 64 * 1024 });
});
afterEach(async () => {
  expect(server.errors).toEqual([]); // every refusal is deliberate, none a failure of the server
  await server.close();
});

function message(...bodies: Uint8Array[]): Buffer {
  const parts = bodies.map(body =>
    Buffer.concat([
      Buffer.from('--XX\r\nContent-Type: application/dicom\r\n\r\n'),
      body,
      Buffer.from('\r\n'),
    ]),
  );
  return Buffer.concat([...parts, Buffer.from('--XX--')]);
}

function post(body: Uint8Array, contentType = dicomParts, at = 'studies', headers = {}): Promise<Response> {
  return fetch(`${server.web}/${at}`, {
    method: 'POST',
    headers: { 'Content-Type': contentType, ...headers },
    body: new Uint8Array(body),
  });
}

const storedFile = () => path.join(server.store, uids.study, uids.series, `${uids.instance}.dcm`);
const storedNames = () =>
  readdirSync(server.store, { recursive: true, withFileTypes: true }).filter(e => e.isFile());

describe('storing', () => {
  it.each([
    ['study', uids.study],
    ['series', path.join(uids.study, uids.series)],
  ])('refuses to write through a link in the place of the folder of the %s', async (_, linked) => {
    const outside = path.join(path.dirname(server.store), 'outside');
    mkdirSync(outside);
    mkdirSync(path.dirname(path.join(server.store, linked)), { recursive: true });
    symlinkSync(outside, path.join(server.store, linked));
    const response = await post(message(fresh));
    // PS3.18 table I.2-2: 0110H, processing failure.
    expect(response.status).toBe(409);
    expect((await response.json())['00081198'].Value[0]['00081197'].Value).toEqual([0x0110]);
    expect(response.headers.get('Warning')).toContain('a link stands for the folder');
    expect(readdirSync(outside)).toEqual([]);
    expect((await fetch(`${server.web}/studies/${uids.study}/series/${uids.series}`)).status).toBe(404);
  });

  it('keeps the file, answers with PS3.18 annex I, and lists it at once', async () => {
    const response = await post(message(fresh));
    expect(response.status).toBe(200);
    const dataset = await response.json();
    expect(dataset['00081190'].Value).toEqual([`${server.web}/studies/1.1`]);
    expect(dataset['00081199'].Value).toEqual([
      {
        '00081150': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.1'] },
        '00081155': { vr: 'UI', Value: [uids.instance] },
        '00081190': { vr: 'UR', Value: [`${server.web}/studies/1.1/series/1.1.2/instances/1.1.2.1`] },
      },
    ]);
    expect(dataset).not.toHaveProperty('00081198');
    expect(readFileSync(storedFile()).equals(fresh)).toBe(true);
    const listed = await (await fetch(`${server.web}/studies/1.1/series`)).json();
    expect(listed).toHaveLength(2);
    expect(readdirSync(server.data)).toEqual(['present.dcm']); // the folder that is read stays as it was
  });

  it('accepts the same file again, and never overwrites one that differs', async () => {
    expect((await post(message(fresh))).headers.get('warning')).toBeNull();
    const again = await post(message(fresh));
    expect(again.status).toBe(200);
    expect(again.headers.get('warning')).toBe('299 - "1 instance(s) were there already, byte for byte"');
    expect((await again.json())['00081199'].Value[0]['00081155'].Value).toEqual([uids.instance]);
    const other = dicomFile(image(uids, { name: ['00100010', 'PN', 'Other'] }));
    const response = await post(message(other));
    expect(response.status).toBe(409);
    const [failure] = (await response.json())['00081198'].Value;
    expect(failure['00081155'].Value).toEqual([uids.instance]);
    expect(failure['00081197']).toEqual({ vr: 'US', Value: [0x0111] });
    expect(readFileSync(storedFile()).equals(fresh)).toBe(true);
    const overwrite = dicomFile(
      image({ study: '1.1', series: '1.1.1', instance: '1.1.1.1' }, { name: ['00100010', 'PN', 'Other'] }),
    );
    expect((await post(message(overwrite))).status).toBe(409);
    expect(readFileSync(path.join(server.data, 'present.dcm')).equals(present)).toBe(true);
  });

  it('stores what it can: 202 with the failures beside', async () => {
    const response = await post(message(fresh, Buffer.from('rubbish')));
    expect(response.status).toBe(202);
    const dataset = await response.json();
    expect(dataset['00081199'].Value).toHaveLength(1);
    expect(dataset['00081198'].Value[0]['00081197'].Value).toEqual([0xc000]);
  });

  it('takes a single file and a study in the path', async () => {
    expect((await post(fresh, 'application/dicom')).status).toBe(200);
    const other = dicomFile(image({ ...uids, instance: '1.1.2.2' }));
    expect((await post(message(other), dicomParts, 'studies/1.1')).status).toBe(200);
    const foreign = dicomFile(image({ ...uids, study: '7.7', instance: '1.1.2.3' }));
    const response = await post(message(foreign), dicomParts, 'studies/1.1');
    expect(response.status).toBe(409);
    expect((await response.json())['00081198'].Value[0]['00081197'].Value).toEqual([0xc409]);
  });

  it('does not mistake the boundary within a file for its end', async () => {
    const tricky = dicomFile(image(uids, { comment: ['00204000', 'LT', 'a\r\n--XXY and --XX'] }));
    expect((await post(message(tricky))).status).toBe(200);
    expect(readFileSync(storedFile()).equals(tricky)).toBe(true);
  });
});

describe('hostile or broken requests', () => {
  const multipartOf = (text: string) => Buffer.from(text, 'latin1');
  it.each([
    ['no boundary named', 'multipart/related; type="application/dicom"', message(fresh), 400],
    [
      'boundary that does not occur',
      'multipart/related; type="application/dicom"; boundary=YY',
      message(fresh),
      400,
    ],
    ['no closing boundary', dicomParts, message(fresh).subarray(0, -4), 400],
    ['no part', dicomParts, multipartOf('--XX--'), 400],
    ['no empty line', dicomParts, multipartOf('--XX\r\nContent-Type: application/dicom\r\n--XX--'), 400],
    ['empty body', dicomParts, Buffer.alloc(0), 400],
    ['JSON', 'application/json', multipartOf('{}'), 415],
    [
      'parts of another kind',
      'multipart/related; type="application/dicom+json"; boundary=XX',
      message(fresh),
      415,
    ],
    ['form data', 'multipart/form-data; boundary=XX', message(fresh), 415],
  ])('%s', async (_, contentType, body, status) => {
    const response = await post(body, contentType);
    expect(response.status).toBe(status);
    expect((await response.json()).error).toMatch(/\w+/);
    expect(storedNames()).toEqual([]);
  });

  it.each(['../../evil', '1.1/../../evil', '..', '1.1\\..\\evil', '1..1', 'abc', `1.${'2'.repeat(70)}`])(
    'the UID %j is not used as a file name',
    async uid => {
      for (const level of ['study', 'series', 'instance']) {
        const response = await post(message(dicomFile(image({ ...uids, [level]: uid }))));
        expect(response.status, level).toBe(409);
      }
      expect(storedNames()).toEqual([]);
      expect(readdirSync(server.root).sort()).toEqual([
        'data',
        'extension',
        'models',
        'secret.txt',
        'store',
        'viewer',
      ]);
    },
  );

  it('refuses files that are cut off or lack their identity', async () => {
    const unidentified = dicomFile(image(uids).filter(([tag]) => tag !== '0020000E'));
    for (const body of [fresh.subarray(0, -3), fresh.subarray(0, 400), unidentified]) {
      expect((await post(message(body))).status).toBe(409);
    }
    expect(storedNames()).toEqual([]);
  });

  it('refuses a body over the limit, whether announced or streamed', async () => {
    const big = Buffer.alloc(70 * 1024);
    const announced = await post(big).catch(() => undefined);
    expect(announced?.status ?? 413).toBe(413);
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(16 * 1024));
      },
    });
    const init = { method: 'POST', headers: { 'Content-Type': dicomParts }, body: stream, duplex: 'half' };
    const streamed = await fetch(`${server.web}/studies`, init as RequestInit).catch(() => undefined);
    expect(streamed?.status ?? 413).toBe(413);
    expect((await fetch(`${server.web}/studies`)).status).toBe(200);
    expect(storedNames()).toEqual([]);
  });

  it.each([
    { Origin: 'http://evil.example' },
    { Origin: 'null' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
  ])('a page elsewhere stores nothing: %j', async headers => {
    const response = await post(message(fresh), dicomParts, 'studies', headers);
    expect(response.status).toBe(403);
    expect(storedNames()).toEqual([]);
  });

  it('takes what the page of this server sends', async () => {
    const headers = { Origin: server.origin, 'Sec-Fetch-Site': 'same-origin' };
    expect((await post(message(fresh), dicomParts, 'studies', headers)).status).toBe(200);
  });

  it('has no other writing methods', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const response = await fetch(`${server.web}/studies/1.1`, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
    expect((await post(message(fresh), dicomParts, 'studies/1.1/series/1.1.2')).status).toBe(405);
    expect(existsSync(path.join(server.data, 'present.dcm'))).toBe(true);
  });

  it('says so when the folder cannot be written to', async () => {
    writeFileSync(path.join(server.store, uids.study), 'a file where a folder belongs');
    const response = await post(message(fresh));
    expect(response.status).toBe(409);
    expect((await response.json())['00081198'].Value[0]['00081197'].Value).toEqual([0x0110]);
  });

  it('never writes over a file that has an instance’s name and holds something else', async () => {
    mkdirSync(path.dirname(storedFile()), { recursive: true });
    writeFileSync(storedFile(), 'not DICOM');
    expect((await post(message(fresh))).status).toBe(200);
    expect(readFileSync(storedFile(), 'utf8')).toBe('not DICOM');
    const at = `${server.web}/studies/1.1/series/1.1.2/instances/1.1.2.1`;
    const response = await fetch(at, { headers: { Accept: 'application/dicom' } });
    expect(Buffer.from(await response.arrayBuffer()).equals(fresh)).toBe(true);
  });
});

describe('files that change under the server', () => {
  const at = () => `${server.web}/studies/1.1/series/1.1.1/instances/1.1.1.1`;
  const get = (resource: string) => fetch(at() + resource, { headers: { Accept: '*/*' } });
  const all = ['', '/metadata', '/frames/1'];
  const status = () => Promise.all(all.map(async resource => (await get(resource)).status));

  it('are 404 as soon as they are gone or hold another instance', async () => {
    expect(await status()).toEqual([200, 200, 200]);
    const file = path.join(server.data, 'present.dcm');
    writeFileSync(file, dicomFile(image({ study: '1.1', series: '1.1.1', instance: '1.1.1.99' })));
    expect(await status()).toEqual([404, 404, 404]);
    rmSync(file);
    expect(await status()).toEqual([404, 404, 404]);
  });

  it('are not replaced by another image of the same UID, but by a copy', async () => {
    expect(await status()).toEqual([200, 200, 200]);
    const other = image({ study: '1.1', series: '1.1.1', instance: '1.1.1.1' }, {}, [
      '7FE00010',
      'OW',
      words([9, 9, 9, 9, 9, 9]),
    ]);
    writeFileSync(path.join(server.data, 'another.dcm'), dicomFile(other));
    const look = async () => {
      await new Promise(resolve => setTimeout(resolve, 1100));
      return (await fetch(`${server.web}/studies`)).status;
    };
    expect(await look()).toBe(200);
    rmSync(path.join(server.data, 'present.dcm'));
    expect(await status()).toEqual([404, 404, 404]);
    expect(await look()).toBe(204);
    expect(await status()).toEqual([404, 404, 404]);
    writeFileSync(path.join(server.data, 'copy.dcm'), present);
    expect(await look()).toBe(200);
    const body = Buffer.from(await (await get('')).arrayBuffer());
    expect(body.includes(present)).toBe(true);
  });
});
