import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dicomFile, encapsulated, image, words, type Element } from './dicom-bytes';
import { startServer, type TestServer } from './test-server';

const uids = (number: number) => ({ study: '1.1', series: `1.1.${number}`, instance: `1.1.${number}.1` });
const pixels = [1, 2, 3, 4, 5, 0x0fff];
const pixelData: Element = ['7FE00010', 'OW', words(pixels)];
const lut = words(Array.from({ length: 4096 }, (_, index) => index));
const fragment = (text: string) => new Uint8Array(Buffer.from(text));
const compressed = (syntax: string, body: Buffer, changes = {}, number = 0) =>
  dicomFile(image(uids(number), changes, ['7FE00010', 'OB', body]), syntax);

const bigEndian = image(uids(2), {}, ['7FE00010', 'OW', pixels]);
const native = image(uids(1), {}, pixelData);
const lutSequence: Element = [
  '00283000',
  'SQ',
  [
    [
      ['00283002', 'US', [4096, 0, 16]],
      ['00283006', 'OW', lut],
    ],
  ],
];
const files: Record<string, Buffer> = {
  'native.dcm': dicomFile(native),
  'big.dcm': dicomFile(bigEndian, '1.2.840.10008.1.2.2'),
  'deflated.dcm': deflate(dicomFile(image(uids(3), {}, pixelData), '1.2.840.10008.1.2.1.99')),
  'frames.dcm': compressed(
    '1.2.840.10008.1.2.4.50',
    encapsulated([fragment('one!'), fragment('two!')]),
    { n: ['00280008', 'IS', '2'] },
    4,
  ),
  'split.dcm': compressed('1.2.840.10008.1.2.4.80', encapsulated([fragment('ab'), fragment('cd')]), {}, 5),
  'offsets.dcm': compressed(
    '1.2.840.10008.1.2.4.90',
    encapsulated([fragment('a1'), fragment('a2'), fragment('b1')], [0, 20]),
    { n: ['00280008', 'IS', '2'] },
    6,
  ),
  'bits.dcm': dicomFile(
    image(
      uids(7),
      {
        n: ['00280008', 'IS', '2'],
        a: ['00280100', 'US', [1]],
        b: ['00280101', 'US', [1]],
        c: ['00280102', 'US', [0]],
      },
      // Two frames of 6 bits: 010101, then 110011 (first pixel in the least significant bit).
      ['7FE00010', 'OW', Uint8Array.of(0b11101010, 0b00001100)],
    ),
  ),
  'none.dcm': dicomFile(image(uids(8)).filter(([tag]) => tag !== '7FE00010')),
  'cut.dcm': dicomFile(image(uids(9))).subarray(0, -5),
  'lut.dcm': dicomFile(image(uids(10), { lut: lutSequence })),
};

/** Deflates what follows the file meta information (PS3.5 annex A.5). */
function deflate(file: Buffer): Buffer {
  const metaEnd = 132 + 12 + file.readUInt32LE(132 + 8);
  return Buffer.concat([file.subarray(0, metaEnd), deflateRawSync(file.subarray(metaEnd))]);
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer(files);
});
afterAll(() => server.close());

const instance = (number: number) =>
  `${server.web}/studies/1.1/series/1.1.${number}/instances/1.1.${number}.1`;

interface ReceivedPart {
  type: string;
  body: Buffer;
}

/** Takes a multipart answer apart the blunt way; the bodies in these tests hold no boundary. */
async function multipart(response: Response): Promise<ReceivedPart[]> {
  const boundary = /boundary=([^;]+)/.exec(response.headers.get('content-type') ?? '')?.[1];
  const text = Buffer.from(await response.arrayBuffer()).toString('latin1');
  return text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map(part => {
      const [head, ...rest] = part.split('\r\n\r\n');
      const body = Buffer.from(rest.join('\r\n\r\n').slice(0, -2), 'latin1');
      return { type: /Content-Type: (.*)/.exec(head)?.[1].trim() ?? '', body };
    });
}

async function frames(number: number, list = '1'): Promise<ReceivedPart[]> {
  const accept = 'multipart/related; type=application/octet-stream; transfer-syntax=*';
  const response = await fetch(`${instance(number)}/frames/${list}`, { headers: { Accept: accept } });
  expect(response.status, await response.clone().text()).toBe(200);
  return multipart(response);
}

describe('frames', () => {
  it('come as explicit little endian when they are not compressed', async () => {
    const expected = Buffer.from(words(pixels));
    for (const number of [1, 2, 3]) {
      const [part] = await frames(number);
      expect(part.type).toBe('application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1');
      expect(part.body.equals(expected), `file ${number}`).toBe(true);
    }
  });

  it('come as they are stored when they are compressed', async () => {
    const both = await frames(4, '1,2');
    expect(both.map(part => part.body.toString())).toEqual(['one!', 'two!']);
    expect(both[0].type).toBe('image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50');
    expect((await frames(4, '2'))[0].body.toString()).toBe('two!');
    const [joined] = await frames(5);
    expect([joined.type, joined.body.toString()]).toEqual([
      'image/jls; transfer-syntax=1.2.840.10008.1.2.4.80',
      'abcd',
    ]);
    expect((await frames(6, '1,2')).map(part => part.body.toString())).toEqual(['a1a2', 'b1']);
  });

  it('of single bits start at a byte', async () => {
    const [first, second] = await frames(7, '1,2');
    expect(first.body[0] & 0b111111).toBe(0b101010);
    expect(second.body[0] & 0b111111).toBe(0b110011);
  });

  it.each([
    [1, '2', 404, 'no frame 2'],
    [8, '1', 404, 'no pixel data'],
    [9, '1', 404, 'truncated'],
    [1, '0', 400, 'numbers from 1'],
    [1, '1,', 400, 'numbers from 1'],
    [1, '..%2f..', 400, 'numbers from 1'],
  ])('of file %i, frames/%s: %i', async (number, list, status, message) => {
    const response = await fetch(`${instance(number)}/frames/${list}`);
    expect(response.status).toBe(status);
    expect((await response.json()).error).toContain(message);
  });

  it('are refused to a client that wants another transfer syntax', async () => {
    const accept = 'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1';
    const response = await fetch(`${instance(4)}/frames/1`, { headers: { Accept: accept } });
    expect(response.status).toBe(406);
    const alright = await fetch(`${instance(1)}/frames/1`, { headers: { Accept: accept } });
    expect(alright.status).toBe(200);
  });
});

describe('metadata', () => {
  const metadata = async (url: string) => (await fetch(`${url}/metadata`)).json();

  it('hold the attributes without pixels and file meta information', async () => {
    const [json] = await metadata(instance(1));
    expect(json['00100010']).toEqual({ vr: 'PN', Value: [{ Alphabetic: 'Müller^Änne' }] });
    expect(json['00280010']).toEqual({ vr: 'US', Value: [2] });
    expect(json['00200013']).toEqual({ vr: 'IS', Value: [1] });
    expect(json['00083002'].Value).toEqual(['1.2.840.10008.1.2.1']);
    expect(Object.keys(json).filter(tag => tag.startsWith('0002') || tag === '7FE00010')).toEqual([]);
    expect((await metadata(instance(4)))[0]['00083002'].Value).toEqual(['1.2.840.10008.1.2.4.50']);
    expect((await metadata(instance(3)))[0]['00100020'].Value).toEqual(['P1']);
  });

  it('cover series and study', async () => {
    expect(await metadata(`${server.web}/studies/1.1/series/1.1.1`)).toHaveLength(1);
    expect(await metadata(`${server.web}/studies/1.1`)).toHaveLength(Object.keys(files).length);
  });

  it('give long binary values by address, and the address gives the bytes', async () => {
    const [json] = await metadata(instance(10));
    const item = json['00283000'].Value[0];
    expect(item['00283002'].Value).toEqual([4096, 0, 16]);
    const uri = item['00283006'].BulkDataURI;
    expect(uri).toBe(`${instance(10)}/bulkdata/00283000/0/00283006`);
    const single = await fetch(uri, { headers: { Accept: 'application/octet-stream' } });
    expect(Buffer.from(await single.arrayBuffer()).equals(Buffer.from(lut))).toBe(true);
    const [part] = await multipart(await fetch(uri, { headers: { Accept: 'multipart/related' } }));
    expect(part.body.equals(Buffer.from(lut))).toBe(true);
  });

  it.each([
    '00283000',
    '00283000/1/00283006',
    '00283000/0/99999999',
    '__proto__',
    '00100010',
    '../../../secret',
  ])('has no bulk data at %s', async rest => {
    expect((await fetch(`${instance(10)}/bulkdata/${rest}`)).status).toBe(404);
  });
});

describe('whole instances', () => {
  it('come as one file or as multipart, byte for byte', async () => {
    const single = await fetch(instance(1), { headers: { Accept: 'application/dicom' } });
    expect(single.headers.get('content-type')).toBe('application/dicom');
    expect(Buffer.from(await single.arrayBuffer()).equals(files['native.dcm'])).toBe(true);
    const accept = 'multipart/related; type="application/dicom"';
    const [part] = await multipart(await fetch(instance(4), { headers: { Accept: accept } }));
    expect(part.type).toBe('application/dicom; transfer-syntax=1.2.840.10008.1.2.4.50');
    expect(part.body.equals(files['frames.dcm'])).toBe(true);
    const study = await multipart(await fetch(`${server.web}/studies/1.1`, { headers: { Accept: accept } }));
    expect(study).toHaveLength(Object.keys(files).length);
  });

  it('are not rendered: 404 says so', async () => {
    const response = await fetch(`${instance(1)}/rendered`);
    expect(response.status).toBe(404);
    expect((await response.json()).error).toContain('renders no images');
  });
});

const realFolder = path.resolve('../shared/data/dicom');
describe.skipIf(!existsSync(realFolder))('real files (skipped without ../shared/data/dicom)', () => {
  let real: TestServer;
  beforeAll(async () => {
    const names = [
      'chest-cr-mono1-10bit-explicit-le.dcm',
      'chest-derived-big-endian.dcm',
      'chest-derived-deflated.dcm',
    ];
    const entries = names.map(name => [name, readFileSync(path.join(realFolder, name))] as const);
    real = await startServer(Object.fromEntries(entries));
  });
  afterAll(() => real?.close());

  it('give the same pixels from little-endian, big-endian and deflated copies', async () => {
    const list = await (await fetch(`${real.web}/instances`)).json();
    expect(list).toHaveLength(3);
    const bodies: Buffer[] = [];
    for (const item of list) {
      const response = await fetch(`${item['00081190'].Value[0]}/frames/1`);
      bodies.push((await multipart(response))[0].body);
    }
    expect(bodies[0].length).toBe(440 * 440 * 2);
    expect(bodies[1].equals(bodies[0])).toBe(true);
    expect(bodies[2].equals(bodies[0])).toBe(true);
  });
});
